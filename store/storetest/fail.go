package storetest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// ErrFault is the error of a call that was made to fail.
var ErrFault = errors.New("storetest: this call was made to fail")

// FailAt wraps a store so that its n-th call (from 1; Close does not count) fails once with ErrFault, without being carried out; later ones
// work. fired tells whether that call has come.
func FailAt(s store.Store, n int) (wrapped store.Store, fired func() bool) {
	f := &failing{Store: s, at: int64(n)}
	return f, f.fired.Load
}

// LoseAt is FailAt for the harder case: the n-th call is carried out, but its answer is lost and ErrFault comes instead.
func LoseAt(s store.Store, n int) (wrapped store.Store, fired func() bool) {
	f := &failing{Store: s, at: int64(n), lose: true}
	return f, f.fired.Load
}

type failing struct {
	store.Store
	at    int64
	lose  bool
	calls atomic.Int64
	fired atomic.Bool
}

// do carries out a call, unless it is the one to fail.
func (f *failing) do(call func() error) error {
	if f.calls.Add(1) != f.at {
		return call()
	}
	f.fired.Store(true)
	if f.lose {
		if err := call(); err != nil {
			return err
		}
	}
	return ErrFault
}

func (f *failing) Accept(ctx context.Context, arrivals []store.Arrival, kept []store.Kept) (a []store.Accepted, err error) {
	err = f.do(func() error { a, err = f.Store.Accept(ctx, arrivals, kept); return err })
	return a, err
}

func (f *failing) Load(ctx context.Context, conversation string) (a engine.Conversation, b []engine.Identity, err error) {
	err = f.do(func() error { a, b, err = f.Store.Load(ctx, conversation); return err })
	return a, b, err
}

func (f *failing) Commit(ctx context.Context, t store.Turn) error {
	return f.do(func() error { return f.Store.Commit(ctx, t) })
}

func (f *failing) Backlog(ctx context.Context, limit int) (a []store.Accepted, err error) {
	err = f.do(func() error { a, err = f.Store.Backlog(ctx, limit); return err })
	return a, err
}

func (f *failing) Due(ctx context.Context, now time.Time, limit int) (a []store.DueTimer, b time.Time, err error) {
	err = f.do(func() error { a, b, err = f.Store.Due(ctx, now, limit); return err })
	return a, b, err
}

func (f *failing) Outbox(ctx context.Context, conversation string, limit int) (a []store.OutboxRow, err error) {
	err = f.do(func() error { a, err = f.Store.Outbox(ctx, conversation, limit); return err })
	return a, err
}

func (f *failing) MarkAttempt(ctx context.Context, effect string, at time.Time) error {
	return f.do(func() error { return f.Store.MarkAttempt(ctx, effect, at) })
}

func (f *failing) MarkRetry(ctx context.Context, effect string, r store.Retry) error {
	return f.do(func() error { return f.Store.MarkRetry(ctx, effect, r) })
}

func (f *failing) MarkDone(ctx context.Context, d store.Done) error {
	return f.do(func() error { return f.Store.MarkDone(ctx, d) })
}

func (f *failing) RecordStatus(ctx context.Context, channel string, s engine.Status, at time.Time) (a string, b string, c bool, err error) {
	err = f.do(func() error { a, b, c, err = f.Store.RecordStatus(ctx, channel, s, at); return err })
	return a, b, c, err
}

func (f *failing) AddUser(ctx context.Context, u store.User) error {
	return f.do(func() error { return f.Store.AddUser(ctx, u) })
}

func (f *failing) AddFirstUser(ctx context.Context, u store.User, setupHash string) error {
	return f.do(func() error { return f.Store.AddFirstUser(ctx, u, setupHash) })
}

func (f *failing) UserByEmail(ctx context.Context, email string) (a store.User, err error) {
	err = f.do(func() error { a, err = f.Store.UserByEmail(ctx, email); return err })
	return a, err
}

func (f *failing) User(ctx context.Context, id string) (a store.User, err error) {
	err = f.do(func() error { a, err = f.Store.User(ctx, id); return err })
	return a, err
}

func (f *failing) Users(ctx context.Context) (a []store.User, err error) {
	err = f.do(func() error { a, err = f.Store.Users(ctx); return err })
	return a, err
}

func (f *failing) SetUserLanguage(ctx context.Context, id string, language string) error {
	return f.do(func() error { return f.Store.SetUserLanguage(ctx, id, language) })
}

func (f *failing) SetSetup(ctx context.Context, hash string, at time.Time) error {
	return f.do(func() error { return f.Store.SetSetup(ctx, hash, at) })
}

func (f *failing) AddSession(ctx context.Context, s store.Session) error {
	return f.do(func() error { return f.Store.AddSession(ctx, s) })
}

func (f *failing) Session(ctx context.Context, hash string, now time.Time) (a store.Session, b store.User, err error) {
	err = f.do(func() error { a, b, err = f.Store.Session(ctx, hash, now); return err })
	return a, b, err
}

func (f *failing) TouchSession(ctx context.Context, hash string, seen time.Time) error {
	return f.do(func() error { return f.Store.TouchSession(ctx, hash, seen) })
}

func (f *failing) RemoveSession(ctx context.Context, hash string) error {
	return f.do(func() error { return f.Store.RemoveSession(ctx, hash) })
}

func (f *failing) AddToken(ctx context.Context, t store.Token) error {
	return f.do(func() error { return f.Store.AddToken(ctx, t) })
}

func (f *failing) TokenByHash(ctx context.Context, hash string) (a store.Token, err error) {
	err = f.do(func() error { a, err = f.Store.TokenByHash(ctx, hash); return err })
	return a, err
}

func (f *failing) Tokens(ctx context.Context) (a []store.Token, err error) {
	err = f.do(func() error { a, err = f.Store.Tokens(ctx); return err })
	return a, err
}

func (f *failing) FailedSignIns(ctx context.Context, key string, since time.Time) (a int, err error) {
	err = f.do(func() error { a, err = f.Store.FailedSignIns(ctx, key, since); return err })
	return a, err
}

func (f *failing) AddFailedSignIn(ctx context.Context, key string, at time.Time) error {
	return f.do(func() error { return f.Store.AddFailedSignIn(ctx, key, at) })
}

func (f *failing) Journal(ctx context.Context, conversation string, after int64, limit int) (a []store.Record, err error) {
	err = f.do(func() error { a, err = f.Store.Journal(ctx, conversation, after, limit); return err })
	return a, err
}

func (f *failing) DeliveriesOf(ctx context.Context, conversation string) (a map[string]store.Delivery, err error) {
	err = f.do(func() error { a, err = f.Store.DeliveriesOf(ctx, conversation); return err })
	return a, err
}

func (f *failing) Chat(ctx context.Context, id string) (a handoff.Chat, err error) {
	err = f.do(func() error { a, err = f.Store.Chat(ctx, id); return err })
	return a, err
}

func (f *failing) Chats(ctx context.Context, filter store.ChatFilter) (a []handoff.Chat, err error) {
	err = f.do(func() error { a, err = f.Store.Chats(ctx, filter); return err })
	return a, err
}

func (f *failing) Conversations(ctx context.Context, filter store.ConversationFilter) (a []store.Summary, err error) {
	err = f.do(func() error { a, err = f.Store.Conversations(ctx, filter); return err })
	return a, err
}

func (f *failing) ConversationByIdentity(ctx context.Context, channel string, id engine.Identity) (a string, err error) {
	err = f.do(func() error { a, err = f.Store.ConversationByIdentity(ctx, channel, id); return err })
	return a, err
}

func (f *failing) KeptParts(ctx context.Context, limit int) (a []store.Kept, err error) {
	err = f.do(func() error { a, err = f.Store.KeptParts(ctx, limit); return err })
	return a, err
}

func (f *failing) Counts(ctx context.Context) (a store.Counts, err error) {
	err = f.do(func() error { a, err = f.Store.Counts(ctx); return err })
	return a, err
}

func (f *failing) Publish(ctx context.Context, p store.Publication) (a int64, err error) {
	err = f.do(func() error { a, err = f.Store.Publish(ctx, p); return err })
	return a, err
}

func (f *failing) Published(ctx context.Context) (a store.Published, err error) {
	err = f.do(func() error { a, err = f.Store.Published(ctx); return err })
	return a, err
}

func (f *failing) FlowVersions(ctx context.Context) (a []store.FlowVersion, err error) {
	err = f.do(func() error { a, err = f.Store.FlowVersions(ctx); return err })
	return a, err
}

func (f *failing) FlowVersion(ctx context.Context, hash string) (a store.FlowVersion, err error) {
	err = f.do(func() error { a, err = f.Store.FlowVersion(ctx, hash); return err })
	return a, err
}

func (f *failing) FlowHistory(ctx context.Context, flow string, limit int) (a []store.FlowVersion, err error) {
	err = f.do(func() error { a, err = f.Store.FlowHistory(ctx, flow, limit); return err })
	return a, err
}

func (f *failing) Standings(ctx context.Context, flow string) (a []store.Standing, err error) {
	err = f.do(func() error { a, err = f.Store.Standings(ctx, flow); return err })
	return a, err
}

func (f *failing) Doctor(ctx context.Context, now time.Time, stuck time.Duration) (a []store.Violation, err error) {
	err = f.do(func() error { a, err = f.Store.Doctor(ctx, now, stuck); return err })
	return a, err
}
