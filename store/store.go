// Package store is the contract for keeping conversations. Package sqlite is the embedded database, storetest proves any
// implementation. Everything a turn changes is committed together or not at all.
package store

import (
	"context"
	"errors"
	"io"
	"time"

	"relevo/engine"
	"relevo/handoff"
)

// Errors that callers branch on.
var (
	// ErrConflict is a turn whose conversation has moved on since it was loaded: load and step again.
	ErrConflict = errors.New("conversation has moved on")
	// ErrNotFound is an id that does not exist.
	ErrNotFound = errors.New("not found")
	// ErrExists is a name that is taken.
	ErrExists = errors.New("already exists")
	// ErrTooLarge is a value that is longer than a store keeps. Trying again does not help.
	ErrTooLarge = errors.New("too large to be stored")
)

// Store keeps everything. Implementations are safe for concurrent use and group concurrent writes into few transactions. A write
// that returned nil survives a power cut.
type Store interface {
	Turns
	Deliveries
	People
	Flows
	Reader
	io.Closer
}

// Turns is the path of an event: accepted, then turned into a new state.
type Turns interface {
	// Accept stores arrivals and kept parts in one transaction. Result i tells what became of arrival i. A repeated DedupeKey (same
	// channel, same bucket) is a duplicate and changes nothing. An unknown contact gets a contact and a conversation
	// under the ids proposed in the arrival.
	Accept(ctx context.Context, arrivals []Arrival, kept []Kept) ([]Accepted, error)
	// Load reads a conversation and its contact's identities on its channel.
	Load(ctx context.Context, conversation string) (engine.Conversation, []engine.Identity, error)
	// Commit stores a turn whole: state, journal row, outbox rows and timers (both taken from Effects), chats; and removes what the
	// turn consumed. ErrConflict when Conversation.Seq is not one more than what is stored; then nothing has changed.
	Commit(ctx context.Context, t Turn) error
	// Backlog returns accepted arrivals that no turn consumed yet, oldest first: what a restart has to do. Limit 0 is all of them.
	Backlog(ctx context.Context, limit int) ([]Accepted, error)
	// Due returns timers due at or before now, earliest first, and when the next one after them is due (zero when there is none).
	Due(ctx context.Context, now time.Time, limit int) (due []DueTimer, next time.Time, err error)
}

// Arrival is an event at the door.
type Arrival struct {
	Channel   string
	DedupeKey string    // empty: never a duplicate
	Scope     string    // within which DedupeKey is unique; empty: the channel
	Bucket    time.Time // see channel.Inbound
	// Conversation names the conversation directly; else it is found, or made, by Identities (the best one first).
	Conversation    string
	Identities      []engine.Identity
	Name            string // of a new contact
	NewContact      string // ids to use if the contact is not known yet
	NewConversation string
	Event           engine.Event
}

// Accepted is an arrival that is stored.
type Accepted struct {
	Inbox        int64  // the inbox row; 0 for a duplicate
	Conversation string // also set for a duplicate when it is still known
	Duplicate    bool
	Event        engine.Event
}

// Kept is a part of a delivery that is no turn; see channel.Kept.
type Kept struct {
	ID      int64     `json:"id"`
	Channel string    `json:"channel"`
	Kind    string    `json:"kind"`
	Detail  string    `json:"detail"`
	Body    []byte    `json:"-"`
	At      time.Time `json:"at"`
}

// DueTimer is a timer whose time has come.
type DueTimer struct {
	Conversation string
	Timer        engine.Timer
}

// Turn is one event and everything it caused.
type Turn struct {
	Conversation engine.Conversation // the new state; Seq is the old one plus one
	Event        engine.Event
	Effects      []engine.Effect
	Chats        []handoff.Chat // new state of each chat the turn touched; inserted or replaced

	// What the turn consumed. Each is removed in the same transaction.
	Inbox int64         // 0: none
	Timer *engine.Timer // nil: none
	Call  string        // the outbox row (effect id) of the call that ended; empty: none
}

// Deliveries is the outbox. A row is made by Commit for each effect of kind send and call, and removed when it is over.
type Deliveries interface {
	// Outbox returns the rows that are waiting, by conversation and then in the order they were written. With a conversation only its rows.
	// Limit 0 is all of them.
	Outbox(ctx context.Context, conversation string, limit int) ([]OutboxRow, error)
	// MarkAttempt notes that a row is being carried out, before it is: after a crash such a row's fate is unknown.
	MarkAttempt(ctx context.Context, effect string, at time.Time) error
	// MarkRetry notes a failed try and when the next one is due.
	MarkRetry(ctx context.Context, effect string, r Retry) error
	// MarkDone removes the row and keeps what became of the message. Aliases are added to the contact's identities.
	MarkDone(ctx context.Context, d Done) error
	// RecordStatus applies a channel's status: only upwards in the order sent < delivered < read < played; failed only if nothing above
	// sent was seen. The message is found by effect id, else by provider id. A status that comes before its message is kept and joined
	// when MarkDone comes. It returns the message's effect id and conversation (empty when not known yet) and whether it changed something.
	RecordStatus(ctx context.Context, channel string, s engine.Status, at time.Time) (effect, conversation string, changed bool, err error)
}

// OutboxRow is an effect that is not carried out yet.
type OutboxRow struct {
	Effect       engine.Effect
	Conversation string
	Channel      string
	Attempts     int       // tries that failed
	NextAt       time.Time // not before; zero: at once
	AttemptedAt  time.Time // of a try whose end is not known; zero: none under way
	// Unknowns counts tries whose end is not known: MarkAttempt adds one, MarkRetry without KeepUnknown takes that one back.
	Unknowns int
}

// Retry is a failed try.
type Retry struct {
	Attempts int // so far, this one included
	NextAt   time.Time
	Error    string // class and code; never a message's text
	// KeepUnknown keeps the row's mark of an attempt whose fate is unknown.
	KeepUnknown bool
}

// Done is the end of an outbox row.
type Done struct {
	Effect       string
	Conversation string
	Channel      string
	State        engine.DeliveryState
	ProviderID   string
	Code         string // why it failed or was suppressed
	Detail       string
	At           time.Time
	Aliases      []engine.Identity
}

// Delivery is what became of a message.
type Delivery struct {
	Effect     string               `json:"effect"`
	State      engine.DeliveryState `json:"state"`
	ProviderID string               `json:"provider,omitempty"`
	Code       string               `json:"code,omitempty"`
	Detail     string               `json:"detail,omitempty"`
	At         time.Time            `json:"at"`
}

// Role is what a person or a token may do.
type Role string

// The roles.
const (
	RoleAgent      Role = "agent"
	RoleSupervisor Role = "supervisor"
	RoleAuthor     Role = "author"
	RoleAdmin      Role = "admin"
)

// User is a person who signs in.
type User struct {
	ID           string    `json:"id"`
	Email        string    `json:"email"` // lower case, unique
	Name         string    `json:"name"`
	Role         Role      `json:"role"`
	PasswordHash string    `json:"-"` // argon2id
	Language     string    `json:"language,omitempty"`
	CreatedAt    time.Time `json:"createdAt"`
	Disabled     bool      `json:"disabled,omitempty"`
}

// Session is a signed-in browser. Only a hash of its cookie is stored.
type Session struct {
	Hash      string // hex SHA-256 of the cookie's value
	User      string
	CreatedAt time.Time
	SeenAt    time.Time // moved forward at most once a minute
	ExpiresAt time.Time // absolute
}

// Token is a program's way in. Only a hash of it is stored.
type Token struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"` // unique; acts under this name
	Role      Role      `json:"role"`
	Hash      string    `json:"-"` // hex SHA-256 of the token
	CreatedAt time.Time `json:"createdAt"`
}

// People keeps users, sessions, tokens and the one-time set-up link.
type People interface {
	// AddUser stores a new user; ErrExists when the email is taken.
	AddUser(ctx context.Context, u User) error
	// AddFirstUser is AddUser for a store without users, and consumes the set-up link with that hash, in one transaction. ErrNotFound when the
	// link is not the current one; ErrExists when there is a user already.
	AddFirstUser(ctx context.Context, u User, setupHash string) error
	UserByEmail(ctx context.Context, email string) (User, error)
	User(ctx context.Context, id string) (User, error)
	Users(ctx context.Context) ([]User, error)
	SetUserLanguage(ctx context.Context, id, language string) error
	// SetSetup replaces the one-time set-up link's hash.
	SetSetup(ctx context.Context, hash string, at time.Time) error

	AddSession(ctx context.Context, s Session) error
	// Session returns an unexpired session with its user; ErrNotFound otherwise, also for a disabled user.
	Session(ctx context.Context, hash string, now time.Time) (Session, User, error)
	TouchSession(ctx context.Context, hash string, seen time.Time) error
	RemoveSession(ctx context.Context, hash string) error

	AddToken(ctx context.Context, t Token) error // ErrExists when the name is taken
	TokenByHash(ctx context.Context, hash string) (Token, error)
	Tokens(ctx context.Context) ([]Token, error)

	// FailedSignIns counts failures for a key (an email) since a time; AddFailedSignIn notes one.
	FailedSignIns(ctx context.Context, key string, since time.Time) (int, error)
	AddFailedSignIn(ctx context.Context, key string, at time.Time) error
}

// Record is one turn in the journal.
type Record struct {
	Conversation string          `json:"conversation"`
	Seq          int64           `json:"seq"`
	At           time.Time       `json:"at"`
	Event        engine.Event    `json:"event"`
	Effects      []engine.Effect `json:"effects,omitempty"`
}

// ChatFilter selects chats. Zero fields do not restrict.
type ChatFilter struct {
	States       []handoff.State
	Queue        string
	Agent        string
	Conversation string
	Limit        int // 0: 200, at most 200
}

// ConversationFilter selects conversations, the last changed first.
type ConversationFilter struct {
	Owner engine.OwnerKind
	Limit int // 0: 200, at most 200
}

// Summary is a conversation in a list.
type Summary struct {
	ID          string    `json:"id"`
	Channel     string    `json:"channel"`
	ContactID   string    `json:"contact"`
	ContactName string    `json:"contactName"`
	Owner       string    `json:"owner"`
	Flow        string    `json:"flow,omitempty"`
	State       string    `json:"state,omitempty"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// Violation is a promise that a database does not keep; `relevo doctor` prints them.
type Violation struct {
	Code         string `json:"code"` // "orphan", "stuck-outbox", "journal-gap", "two-chats", …
	Conversation string `json:"conversation,omitempty"`
	Detail       string `json:"detail"`
}

// Counts are the numbers operators watch.
type Counts struct {
	Inbox, Outbox, Timers     int64
	Conversations             map[string]int64 // by owner kind
	Chats                     map[string]int64 // by state
	Runs                      map[string]int64 // conversations by the flow version that a run of theirs uses
	OldestInbox, OldestOutbox time.Time        // zero when empty
}

// Reader is everything that only looks.
type Reader interface {
	// Journal returns a conversation's turns after a sequence number, oldest first.
	Journal(ctx context.Context, conversation string, after int64, limit int) ([]Record, error)
	// DeliveriesOf returns what became of a conversation's messages, by effect id.
	DeliveriesOf(ctx context.Context, conversation string) (map[string]Delivery, error)
	Chat(ctx context.Context, id string) (handoff.Chat, error)
	// Chats lists queued ones by priority and then first waiting time; closed ones last closed first.
	Chats(ctx context.Context, f ChatFilter) ([]handoff.Chat, error)
	Conversations(ctx context.Context, f ConversationFilter) ([]Summary, error)
	// ConversationByIdentity finds a contact's conversation on a channel.
	ConversationByIdentity(ctx context.Context, channel string, id engine.Identity) (string, error)
	KeptParts(ctx context.Context, limit int) ([]Kept, error) // newest first
	Counts(ctx context.Context) (Counts, error)

	// Doctor looks for broken promises: an open conversation without a next event or timer; an owner that contradicts its chat; a journal
	// with a gap; an outbox row older than stuck; an inbox row older than stuck; a failed integrity check of the database itself.
	Doctor(ctx context.Context, now time.Time, stuck time.Duration) ([]Violation, error)
}
