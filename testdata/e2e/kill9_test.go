package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"relevo/channel/whatsapp/graphtest"
	"relevo/engine"
	"relevo/server"
	"relevo/store"
)

const (
	killRounds = 100
	// killWithin is how long after the first acknowledgement of a round the process is killed, at most.
	killWithin = 40 * time.Millisecond
	// inFlight is how long a send that had begun may take to arrive.
	inFlight  = 250 * time.Millisecond
	repeatGap = 25 * time.Millisecond // between two deliveries of a customer whose message was not acknowledged
)

// customer is one contact of the kill loop: what it writes, and what it must be answered, in order.
type customer struct {
	phone   string
	says    []string
	answers []string // each is in the text of a message
	round   int
	acked   []string // the ledger: message ids that were answered 200
}

// scripts of customers; each is played by a contact of its own.
var customers = []customer{
	{says: []string{"where is my order", "AB123456"}, answers: []string{"order number", "AB123456", "Anything else"}},
	{says: []string{"dónde está mi pedido", "no lo sé"}, answers: []string{"número de pedido", "no parece un número"}},
	{says: []string{"something else entirely"}, answers: []string{"I can help with"}},
	{says: []string{"hello", "agent"}, answers: []string{"I can help with", "colleague"}},
}

// TestKill9 kills the process at a random moment between its acknowledgements and its replies, again and again on one database.
// RELEVO_KILL_ROUNDS sets how often, RELEVO_KILL_SEED repeats a run.
func TestKill9(t *testing.T) {
	rounds := killRounds
	if testing.Short() {
		rounds /= 10
	}
	if n, err := strconv.Atoi(os.Getenv("RELEVO_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv("RELEVO_KILL_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("%d rounds, RELEVO_KILL_SEED=%d", rounds, seed)
	g := graphtest.New(t, graphtest.Options{})
	shop := httptest.NewServer(server.Demo()) // outlives the kills, at one address
	t.Cleanup(shop.Close)
	config := fmt.Sprintf("unknown_after: 1s\nconfig: {orders_url: %s/demo}\nallow: [%s]\n", shop.URL, shop.Listener.Addr())
	k := &killLoop{site: newSite(t, whatsappConfig(g, config)), g: g, dice: rand.New(rand.NewPCG(seed, 1)), told: map[int]time.Time{}}
	k.begin()
	ctx, cancel := context.WithCancel(context.Background())
	var telling sync.WaitGroup
	telling.Go(func() { k.tell(ctx, rand.New(rand.NewPCG(seed, 2))) })
	for round := range rounds {
		k.round(round)
	}
	k.settle()
	cancel()
	telling.Wait()
	k.check()
}

type killLoop struct {
	*site
	g      *graphtest.Server
	dice   *rand.Rand
	played []*customer
	kills  []time.Time

	mu   sync.Mutex
	told map[int]time.Time // when the status of a send, by its place in the ledger, was acknowledged
}

// tell posts a status of every other send until it is acknowledged, as the platform does; of the others it never says anything.
func (k *killLoop) tell(ctx context.Context, dice *rand.Rand) {
	var posts sync.WaitGroup
	defer posts.Wait()
	for next := 0; ; {
		sends := k.g.Wait(ctx, next+1)
		if ctx.Err() != nil {
			return
		}
		for _, send := range sends[next:] {
			if dice.IntN(2) == 0 {
				continue
			}
			posts.Go(func() {
				if _, err := k.g.DeliverUntilTaken(ctx, k.g.StatusBody(send, "delivered", 0), repeatGap); err == nil {
					k.mu.Lock()
					defer k.mu.Unlock()
					k.told[send.Seq] = time.Now()
				}
			})
		}
		next = len(sends)
	}
}

func (k *killLoop) begin() {
	k.Helper()
	k.serve()
	k.g.SetTarget(k.url + "/webhooks/whatsapp/main")
}

// round lets a few customers write, kills the process after the first acknowledgement, and starts it again; the customers repeat what was
// not acknowledged, as the platform does.
func (k *killLoop) round(round int) {
	k.Helper()
	ctx := soon(k)
	first := make(chan struct{})
	var once sync.Once
	var writing sync.WaitGroup
	for i, script := range customers {
		c := script
		c.round, c.phone = round, fmt.Sprintf("346%04d%04d", round, i)
		k.played = append(k.played, &c)
		writing.Go(func() {
			for n, text := range c.says {
				id := fmt.Sprintf("wamid.k%d-%d-%d", round, i, n)
				body := k.g.Messages(k.g.Message(c.phone, id, "text", map[string]any{"body": text}))
				if _, err := k.g.DeliverUntilTaken(ctx, body, repeatGap); err != nil {
					k.Errorf("round %d: %s was never acknowledged: %v", round, id, err)
					return
				}
				c.acked = append(c.acked, id)
				once.Do(func() { close(first) })
			}
		})
	}
	select {
	case <-first:
	case <-ctx.Done():
		k.Fatalf("round %d: nothing was acknowledged", round)
	}
	<-time.After(time.Duration(k.dice.Int64N(int64(killWithin))))
	k.kill()
	k.kills = append(k.kills, time.Now())
	k.begin()
	writing.Wait()
}

// settle waits until everything has come to rest.
func (k *killLoop) settle() {
	k.quiet("inbox", "outbox")
}

// check compares the ledgers of both ends with the journal.
func (k *killLoop) check() {
	k.stop()
	k.sound()
	db := k.open()
	byContact := map[string][]graphtest.Send{}
	for _, s := range k.g.Sends() {
		phone := strings.TrimPrefix(s.To, "+")
		byContact[phone] = append(byContact[phone], s)
	}
	doubled, unknown := 0, 0
	for _, c := range k.played {
		d, u := k.customer(db, c, byContact[c.phone])
		doubled, unknown = doubled+d, unknown+u
	}
	k.Logf("%d kills, %d messages acknowledged, %d sends; %d were repeated and %d given up because a kill took their answer",
		len(k.kills), k.acked(), len(k.g.Sends()), doubled, unknown)
}

func (k *killLoop) acked() (n int) {
	for _, c := range k.played {
		n += len(c.acked)
	}
	return n
}

// customer checks one contact, and counts messages that were repeated or given up.
func (k *killLoop) customer(db store.Store, c *customer, got []graphtest.Send) (doubled, unknown int) {
	conversation, err := db.ConversationByIdentity(context.Background(), "main", engine.Identity{Kind: "phone", Value: c.phone})
	if err != nil {
		k.Errorf("round %d: %s wrote and is not known: %v", c.round, c.phone, err)
		return 0, 0
	}
	records, err := db.Journal(context.Background(), conversation, 0, 1000)
	if err != nil {
		k.Fatal(err)
	}
	var taken, told []string
	for _, rec := range records {
		switch rec.Event.Kind {
		case engine.EventMessage:
			taken = append(taken, strings.TrimPrefix(rec.Event.ID, "main:"))
		case engine.EventStatus:
			told = append(told, rec.Event.Status.Effect)
		}
	}
	if !slices.Equal(taken, c.acked) {
		k.Errorf("round %d, %s: acknowledged %q, in the journal %q", c.round, c.phone, c.acked, taken)
	}
	given := k.givenUp(db, conversation)
	var texts []string
	seen := map[string]graphtest.Send{}
	for _, s := range got {
		if before, again := seen[s.Opaque]; again {
			doubled++
			if !k.killedBetween(before.At, s.At) {
				k.Errorf("round %d: %s was sent twice without a kill in between", c.round, s.Opaque)
			}
			if told, ok := k.told[before.Seq]; ok && s.At.Sub(told) > inFlight {
				k.Errorf("round %d: %s was sent again %s after its status was acknowledged", c.round, s.Opaque, s.At.Sub(told))
			}
			continue
		}
		seen[s.Opaque] = s
		texts = append(texts, s.Text)
	}
	for opaque, n := range count(got) {
		if n > 2 {
			k.Errorf("round %d: %s was sent %d times", c.round, opaque, n)
		}
	}
	for _, id := range given {
		if _, arrived := seen[id]; !arrived {
			unknown++
		}
		if !slices.Contains(told, id) {
			k.Errorf("round %d: %s was given up and the flow was not told", c.round, id)
		}
	}
	if unknown > 0 {
		return doubled, unknown // killed twice while it was on its way
	}
	if len(texts) != len(c.answers) {
		k.Errorf("round %d, %s: got %q, want %q", c.round, c.phone, texts, c.answers)
		return doubled, unknown
	}
	for i, want := range c.answers {
		if !strings.Contains(texts[i], want) {
			k.Errorf("round %d, %s: answer %d is %q, want %q", c.round, c.phone, i, texts[i], want)
		}
	}
	return doubled, unknown
}

// givenUp lists messages that were tried twice without an answer; any other failure is an error.
func (k *killLoop) givenUp(db store.Store, conversation string) (ids []string) {
	deliveries, err := db.DeliveriesOf(context.Background(), conversation)
	if err != nil {
		k.Fatal(err)
	}
	for id, d := range deliveries {
		switch {
		case d.State == engine.DeliveryFailed && d.Code == "unknown":
			ids = append(ids, id)
		case d.State != engine.DeliverySent && d.State != engine.DeliveryDelivered:
			k.Errorf("%s is %s %s", id, d.State, d.Code)
		}
	}
	return ids
}

func (k *killLoop) killedBetween(a, b time.Time) bool {
	return slices.ContainsFunc(k.kills, func(at time.Time) bool { return !at.Before(a) && !at.After(b) })
}

func count(sends []graphtest.Send) map[string]int {
	out := map[string]int{}
	for _, s := range sends {
		out[s.Opaque]++
	}
	return out
}
