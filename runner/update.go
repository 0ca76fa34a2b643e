package runner

import (
	"relevo/channel"
	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// Update tells who watches that a conversation has changed. It is sent after the commit, at most once: who needs everything reads the store.
// The channel of a subscriber that falls further behind than its buffer is closed; subscribe again and read afresh.
type Update struct {
	Conversation string
	ContactName  string
	Owner        engine.Owner
	Seq          int64           // the turn; 0 when only Delivery changed
	Entries      []channel.Entry // what the turn added to the transcript
	// Chat is the conversation's open chat as the turn left it, or the one that the turn closed; nil when there is none.
	Chat     *handoff.Chat
	Delivery *store.Delivery // what became of a message; nil for a turn
}
