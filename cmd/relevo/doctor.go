package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"relevo/store"
)

// stuckAfter is the age from which something that waits is stuck.
const stuckAfter = 24 * time.Hour

func (a *app) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look for broken promises in a database", Args: exactly(0),
		Long: `Doctor looks whether a database keeps what Relevo promises: every open conversation has an owner and a next event or timer, chats and owners
agree, journals have no gaps, nothing is stuck, and the file itself is sound. It changes nothing. Stop the server first: one process owns the file.

Exit code 0: nothing found. 1: findings. 2: usage. 3: the database can not be opened.`,
		Example: "  relevo doctor\n  relevo doctor --database sqlite:/var/lib/relevo/relevo.db --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.loadConfig(cmd)
			if err != nil {
				return err
			}
			file := strings.TrimPrefix(c.Database, "sqlite:")
			if _, err := os.Stat(a.path(file)); err != nil {
				return &environmentError{fmt.Errorf("database %s can not be read: %w", file, cause(err))}
			}
			return a.withStore(cmd, func(ctx context.Context, st store.Store) error { return a.doctor(ctx, st, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print findings as JSON")
	addConfigFlags(cmd, "database")
	return cmd
}

func (a *app) doctor(ctx context.Context, st store.Store, asJSON bool) error {
	violations, err := st.Doctor(ctx, a.now().UTC(), stuckAfter)
	if err != nil {
		return fmt.Errorf("examine the database: %w", err)
	}
	counts, err := st.Counts(ctx)
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	conversations := int64(0)
	for _, n := range counts.Conversations {
		conversations += n
	}
	if asJSON {
		if violations == nil {
			violations = []store.Violation{}
		}
		err = a.printJSON(map[string]any{
			"conversations": conversations, "inbox": counts.Inbox, "outbox": counts.Outbox, "timers": counts.Timers, "violations": violations,
		})
	} else {
		for _, v := range violations {
			if err := a.printf("%s %s: %s\n", v.Code, v.Conversation, v.Detail); err != nil {
				return err
			}
		}
		err = a.printf("%s; waiting: %d in the inbox, %d in the outbox, %s: %s\n", count(int(conversations), "conversation"),
			counts.Inbox, counts.Outbox, count(int(counts.Timers), "timer"), found(len(violations)))
	}
	if err == nil && len(violations) > 0 {
		return failure{}
	}
	return err
}

func found(n int) string {
	if n == 0 {
		return "nothing found"
	}
	return count(n, "broken promise")
}
