package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"relevo/channel"
	"relevo/engine"
)

const (
	raceRounds = 1000
	raceLanes  = 8 // conversations at once
	raceAgents = 4
)

// reign is a time in which only people may speak: from the return of a claim to the call of what ends it. Both are places in the ledger.
type reign struct{ from, to int }

// TestClaimsRaceWithTheBot lets four agents claim while the customer writes and the bot answers, a thousand times. Exactly one wins, the others
// are told who; nothing of the bot goes out while a person holds the conversation; owners never overlap.
func TestClaimsRaceWithTheBot(t *testing.T) {
	t.Parallel()
	rounds := raceRounds
	if testing.Short() {
		rounds /= 10
	}
	w := newWorld(t, &far{}, nil)
	w.start()
	defer w.stop()
	var lanes sync.WaitGroup
	for lane := range raceLanes {
		lanes.Go(func() {
			r := &race{world: w, from: fmt.Sprintf("3460000%04d", lane)}
			r.write("hello")
			r.conv = w.conversation(r.from)
			for range rounds / raceLanes {
				r.round()
			}
			r.check()
		})
	}
	lanes.Wait()
	w.idle()
	w.wantQuiet()
}

// race is one conversation of the test.
type race struct {
	*world
	from, conv string
	messages   int
	reigns     []reign
	written    int // replies of agents
}

func (r *race) write(text string) {
	r.messages++
	if err := r.r.Accept(context.Background(), wrote(r.from, fmt.Sprintf("%s-%d", r.from, r.messages), text)); err != nil {
		r.Error(err)
	}
}

func (r *race) act(agent string, a engine.AgentAction) error {
	a.Agent = agent
	_, _, err := r.r.Act(context.Background(), r.conv, a)
	return err
}

func (r *race) place() int {
	r.far.mu.Lock()
	defer r.far.mu.Unlock()
	return len(r.far.ledger)
}

// round hands over, lets agents race for the chat, and gives back.
func (r *race) round() {
	var customer sync.WaitGroup
	asked := make(chan struct{})
	customer.Go(func() {
		for _, text := range []string{"one", "two", "agent"} {
			r.write(text)
		}
		close(asked)
		r.write("anybody?")
	})
	<-asked // acknowledged, not answered yet
	winner := r.contest()
	claimed := r.place()
	customer.Wait()
	customer.Go(func() { r.write("thank you") }) // while a person has it: no answer of the bot
	if err := r.act(winner, engine.AgentAction{Verb: engine.AgentReply, Text: "Here I am."}); err != nil {
		r.Error(err)
	}
	r.written++
	if len(r.reigns)%3 == 0 { // back to the queue, and another race
		r.reigns = append(r.reigns, reign{claimed, r.place()})
		if err := r.act(winner, engine.AgentAction{Verb: engine.AgentRelease}); err != nil {
			r.Error(err)
		}
		winner = r.contest()
		claimed = r.place()
	}
	customer.Wait() // else its turn may come after the close, and the bot would rightly answer
	r.reigns = append(r.reigns, reign{claimed, r.place()})
	if err := r.act(winner, engine.AgentAction{Verb: engine.AgentClose, Outcome: "again"}); err != nil {
		r.Error(err)
	}
}

// contest lets the agents claim until one has it, and returns who.
func (r *race) contest() string {
	var agents sync.WaitGroup
	var mu sync.Mutex
	var winners, told []string
	for n := range raceAgents {
		agents.Go(func() {
			agent := fmt.Sprintf("u%d", n)
			for {
				err := r.act(agent, engine.AgentAction{Verb: engine.AgentClaim})
				var refused *engine.Refusal
				mu.Lock()
				switch {
				case err == nil:
					winners = append(winners, agent)
				case !errors.As(err, &refused):
					r.Error(err)
				case refused.Owner.Kind == engine.OwnerAgent:
					told = append(told, refused.Owner.Agent)
				default: // the bot has it still
					mu.Unlock()
					continue
				}
				mu.Unlock()
				return
			}
		})
	}
	agents.Wait()
	if len(winners) != 1 || len(told) != raceAgents-1 {
		r.Errorf("winners %q, told %q", winners, told)
		return "nobody"
	}
	for _, name := range told {
		if name != winners[0] {
			r.Errorf("%s won, a loser was told %s", winners[0], name)
		}
	}
	return winners[0]
}

// check compares the ledger with the reigns, and reads the owners from the journal.
func (r *race) check() {
	ledger := r.far.took()
	for _, reign := range r.reigns {
		for i := reign.from; i < reign.to; i++ {
			if m := ledger[i]; m.Conversation == r.conv && m.Origin == engine.OriginBot {
				r.Errorf("%s: the bot said %q while a person had the conversation", m.ID, m.Outgoing.Text)
			}
		}
	}
	owner, epoch, messages := engine.Owner{Kind: engine.OwnerClosed}.String(), int64(0), 0
	for _, rec := range r.journal(r.conv) {
		if rec.Event.Kind == engine.EventMessage {
			messages++
		}
		for _, e := range rec.Effects {
			switch e.Kind {
			case engine.EffectOwner:
				if epoch > 0 && (e.Owner.From != owner || e.Owner.Epoch != epoch+1) {
					r.Errorf("turn %d: %s (epoch %d) follows %s (epoch %d)", rec.Seq, e.Owner.From, e.Owner.Epoch, owner, epoch)
				}
				owner, epoch = e.Owner.To, e.Owner.Epoch
			case engine.EffectSend:
				if by := engine.ParseOwner(owner).Kind; e.Send.Origin == engine.OriginBot && by == engine.OwnerAgent {
					r.Errorf("turn %d: the bot wrote %q while %s had the conversation", rec.Seq, e.Send.Message.Text, owner)
				}
			}
		}
	}
	if messages != r.messages {
		r.Errorf("%d messages in the journal, %d were acknowledged", messages, r.messages)
	}
	for _, d := range r.deliveries(r.conv) {
		if d.State != engine.DeliverySent && d.State != engine.DeliverySuppressed {
			r.Errorf("%s is %s", d.Effect, d.State)
		}
	}
}

// idle waits until nothing waits any more.
func (w *world) idle() {
	w.Helper()
	limit := time.After(30 * time.Second)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		n, err := w.db.Counts(context.Background())
		if err != nil {
			w.Fatal(err)
		}
		if n.Inbox == 0 && n.Outbox == 0 {
			return
		}
		select {
		case <-look.C:
		case <-limit:
			w.Fatalf("after 30 s %d rows wait in the inbox, %d in the outbox", n.Inbox, n.Outbox)
		}
	}
}

// A send that hangs does not hold a person up for longer than holdLimit; it counts as sent before.
func TestASlowSendDoesNotHoldAClaimForLong(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &far{answer: func(_ context.Context, n int, m channel.Message, _ func()) error {
			if m.Origin == engine.OriginBot && n == 1 {
				<-time.After(sendTimeout - time.Second) // on the bubble's clock
			}
			return nil
		}}
		w, conv := hello(t, f)
		defer w.stop()
		w.say(ana, "m2", "agent")
		pass(0)
		start := time.Now()
		if _, _, err := w.r.Act(context.Background(), conv, engine.AgentAction{Verb: engine.AgentClaim, Agent: "u1"}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != holdLimit {
			t.Errorf("the claim took %s", took)
		}
		pass(time.Minute)
		wantTexts(t, f.texts(conv), "Say a word.") // the notice of the handoff came too late
		w.wantQuiet()
	})
}
