package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"relevo/channel"
	"relevo/channel/whatsapp"
	"relevo/runner"
	"relevo/store"
	"relevo/store/sqlite"
	"relevo/store/sqlite/sqlitebench"
)

// The goals of the durable turn (performance goals 8 and 10).
const (
	goalOfBare  = 0.28
	goalGrouped = 3
)

const appSecret = "bench"

// measureTurns compares the whole path of a turn with the bare inserts of the same rows, and grouped commits with single ones.
func measureTurns(ctx context.Context, dir string, rounds int, length time.Duration) (err error) {
	bare, err := sqlitebench.OpenBare(ctx, dir, conversations)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.Close()) }()
	grouped, err := openProduct(ctx, filepath.Join(dir, "grouped.db"), sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, grouped.close()) }()
	single, err := openProduct(ctx, filepath.Join(dir, "single.db"), sqlite.Options{MaxGroup: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, single.close()) }()

	var bareRates, groupedRates, ofBare, overSingle []float64
	for range rounds {
		b, err := bareRound(ctx, bare, length)
		if err != nil {
			return err
		}
		g, err := grouped.round(ctx, length)
		if err != nil {
			return err
		}
		s, err := single.round(ctx, length)
		if err != nil {
			return err
		}
		bareRates, groupedRates = append(bareRates, b), append(groupedRates, g)
		ofBare, overSingle = append(ofBare, g/b), append(overSingle, g/s)
	}
	fmt.Printf("%-52s %.0f turns/s\n", "bare group commit of the same rows, 128 a commit", median(bareRates))
	line("durable turn, webhook to commit and reply queued", fmt.Sprintf("%.0f turns/s, %.2f of bare", median(groupedRates), median(ofBare)),
		median(ofBare), goalOfBare, fmt.Sprintf("≥ %.2f of bare", goalOfBare))
	line("grouped against one transaction a write", fmt.Sprintf("%.1f times", median(overSingle)), median(overSingle), goalGrouped, fmt.Sprintf("≥ %d times", goalGrouped))
	return nil
}

// bareRound returns bare turns a second, 128 a commit.
func bareRound(ctx context.Context, bare *sqlitebench.Bare, length time.Duration) (float64, error) {
	begin, turns := time.Now(), 0
	for time.Since(begin) < length {
		if err := bare.Run(ctx, 10*connections, connections); err != nil {
			return 0, err
		}
		turns += 10 * connections
	}
	return float64(turns) / time.Since(begin).Seconds(), nil
}

// product is the program's own path: HTTP, signature, decoding, inbox, turn, commit.
type product struct {
	store   *counting
	runner  *runner.Runner
	server  *httptest.Server
	client  *http.Client
	waiting sync.Map // message id → chan struct{}
	sent    atomic.Int64
}

// counting tells when a message's turn is committed.
type counting struct {
	store.Store
	product *product
}

// Commit implements store.Store.
func (c *counting) Commit(ctx context.Context, t store.Turn) error {
	err := c.Store.Commit(ctx, t)
	if err == nil {
		if done, ok := c.product.waiting.LoadAndDelete(t.Event.ID); ok {
			close(done.(chan struct{}))
		}
	}
	return err
}

// mute keeps replies queued: what is measured ends with the commit.
type mute struct{ *whatsapp.Channel }

// Send implements channel.Channel.
func (mute) Send(ctx context.Context, _ channel.Message) (channel.Receipt, error) {
	<-ctx.Done()
	return channel.Receipt{}, &channel.SendError{Class: channel.ClassRetry, Detail: "not part of the measurement", RetryAfter: time.Hour}
}

func openProduct(ctx context.Context, file string, options sqlite.Options) (*product, error) {
	catalog, err := benchCatalog()
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, file, options)
	if err != nil {
		return nil, err
	}
	p := &product{}
	p.store = &counting{Store: db, product: p}
	log := slog.New(slog.DiscardHandler)
	p.runner = runner.New(runner.Options{Store: p.store, Catalog: catalog, Logger: log, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }})
	ch, err := whatsapp.New(whatsapp.Config{ID: "main", PhoneNumberID: whatsapp.AnyNumber, AppSecrets: []string{appSecret}}, p.runner, whatsapp.Options{Logger: log})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	p.runner.Use(mute{ch})
	p.server = httptest.NewServer(ch)
	p.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	return p, p.runner.Start(ctx)
}

func (p *product) close() error {
	p.server.Close()
	p.runner.Close()
	return p.store.Store.Close()
}

// round returns turns a second over so many connections, each of which waits for the commit of its turn.
func (p *product) round(ctx context.Context, length time.Duration) (float64, error) {
	var turns atomic.Int64
	var work sync.WaitGroup
	errs := make([]error, connections)
	begin := time.Now()
	for i := range connections {
		work.Go(func() {
			for time.Since(begin) < length {
				if errs[i] = p.turn(ctx); errs[i] != nil {
					return
				}
				turns.Add(1)
			}
		})
	}
	work.Wait()
	return float64(turns.Load()) / time.Since(begin).Seconds(), errors.Join(errs...)
}

// body is a delivery as Meta sends it, about 1,000 bytes with its padding of names.
const body = `{"object":"whatsapp_business_account","entry":[{"id":"200100300400","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",` +
	`"metadata":{"display_phone_number":"15550100200","phone_number_id":"300200100"},"contacts":[{"profile":{"name":"Ana"},"wa_id":"%[1]s","user_id":"ES.%[1]s"}],` +
	`"messages":[{"from":"%[1]s","from_user_id":"ES.%[1]s","id":"%[2]s","timestamp":"%[3]d","type":"text","text":{"body":"begin: the blue one, please, if there is one left in the shop %[4]s"}}]}}]}]}`

var padding = string(bytes.Repeat([]byte("and so on "), 50))

// turn delivers one message and waits until its turn is committed.
func (p *product) turn(ctx context.Context) error {
	n := p.sent.Add(1)
	id := fmt.Sprintf("wamid.%016x%08x", rand.Uint64(), n) // random, as providers make them
	from := fmt.Sprintf("34600%06d", rand.IntN(conversations))
	text := fmt.Appendf(nil, body, from, id, time.Now().Unix(), padding)
	mac := hmac.New(sha256.New, []byte(appSecret))
	_, _ = mac.Write(text) // a hash never fails to write
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.server.URL, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	done := make(chan struct{})
	p.waiting.Store("main:"+id, done)
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the webhook answered %d", resp.StatusCode)
	}
	select {
	case <-done:
		return nil
	case <-time.After(10 * time.Second):
		return fmt.Errorf("the turn of %s was not taken", id)
	}
}
