package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"relevo/server"
	"relevo/store"
	"relevo/store/sqlite"
)

var roles = []string{string(store.RoleAgent), string(store.RoleSupervisor), string(store.RoleAuthor), string(store.RoleAdmin)}

func parseRole(s string) (store.Role, error) {
	if !slices.Contains(roles, s) {
		return "", &usageError{fmt.Errorf("there is no role %q; it can be %s", s, strings.Join(roles, ", "))}
	}
	return store.Role(s), nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// openStore opens the configured database.
func (a *app) openStore(ctx context.Context, c config) (*sqlite.DB, error) {
	file := strings.TrimPrefix(c.Database, "sqlite:")
	db, err := sqlite.Open(ctx, a.path(file), sqlite.Options{})
	if err != nil {
		return nil, unopened(file, err)
	}
	return db, nil
}

// unopened is a database that can not be opened.
func unopened(file string, err error) error {
	if errors.Is(err, sqlite.ErrInUse) {
		return &environmentError{fmt.Errorf("database %s: %w; stop relevo serve first", file, sqlite.ErrInUse)}
	}
	return &environmentError{fmt.Errorf("open database %s: %w", file, err)}
}

// withStore runs f with the configured database.
func (a *app) withStore(cmd *cobra.Command, f func(context.Context, store.Store) error) (err error) {
	c, err := a.loadConfig(cmd)
	if err != nil {
		return err
	}
	db, err := a.openStore(cmd.Context(), c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return f(cmd.Context(), db)
}

func (a *app) userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Manage the people who sign in", Args: exactly(0), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var role, name string
	var fromStdin bool
	add := &cobra.Command{
		Use: "add EMAIL", Short: "Add a person", Args: exactly(1),
		Long:    "Add a person who signs in to the console. The password is read from standard input, so that it is in no history.",
		Example: "  printf %s \"$PASSWORD\" | relevo user add ana@example.org --role agent --name Ana --password-stdin",
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := parseRole(role)
			if err != nil {
				return err
			}
			if !fromStdin {
				return &usageError{errors.New("the password comes from standard input: add --password-stdin")}
			}
			password, err := bufio.NewReader(io.LimitReader(a.in, 1024)).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("read the password: %w", err)
			}
			return a.withStore(cmd, func(ctx context.Context, st store.Store) error {
				return a.addUser(ctx, st, args[0], name, strings.TrimRight(password, "\r\n"), r)
			})
		},
	}
	add.Flags().StringVar(&role, "role", string(store.RoleAgent), strings.Join(roles, ", "))
	add.Flags().StringVar(&name, "name", "", "name as colleagues and contacts see it (default: the part before @)")
	add.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	addConfigFlags(add, "database")
	cmd.AddCommand(add)
	return cmd
}

func (a *app) addUser(ctx context.Context, st store.Store, email, name, password string, role store.Role) error {
	email = server.NormalEmail(email)
	if err := server.CheckEmail(email); err != nil {
		return &usageError{err}
	}
	if err := server.CheckPassword(password, email); err != nil {
		return &usageError{err}
	}
	hash, err := server.HashPassword(password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	u := store.User{ID: newID(), Email: email, Name: name, Role: role, PasswordHash: hash, CreatedAt: a.now().UTC()}
	if err := st.AddUser(ctx, u); errors.Is(err, store.ErrExists) {
		return fmt.Errorf("%s is there already", email)
	} else if err != nil {
		return fmt.Errorf("add %s: %w", email, err)
	}
	return a.printf("%s added as %s\n", email, role)
}

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage the tokens of programs", Args: exactly(0), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var role string
	add := &cobra.Command{
		Use: "add NAME", Short: "Add a token and print it, once", Args: exactly(1),
		Long:    "Add a token with which a program uses the API. The token alone is printed, once; only a hash of it is kept. A token acts as a member of its role under its own name.",
		Example: "  TOKEN=$(relevo token add crm --role agent)\n  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/v1/chats",
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := parseRole(role)
			if err != nil {
				return err
			}
			return a.withStore(cmd, func(ctx context.Context, st store.Store) error {
				token, hash := server.NewToken()
				err := st.AddToken(ctx, store.Token{ID: newID(), Name: args[0], Role: r, Hash: hash, CreatedAt: a.now().UTC()})
				if errors.Is(err, store.ErrExists) {
					return fmt.Errorf("a token named %q is there already", args[0])
				} else if err != nil {
					return fmt.Errorf("add token %s: %w", args[0], err)
				}
				return a.printf("%s\n", token)
			})
		},
	}
	add.Flags().StringVar(&role, "role", string(store.RoleAgent), strings.Join(roles, ", "))
	addConfigFlags(add, "database")
	cmd.AddCommand(add)
	return cmd
}
