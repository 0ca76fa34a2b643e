package engine

import "fmt"

// The codes of refusals.
const (
	RefusedNotOwner   = "not_owner"   // somebody or something else holds the conversation
	RefusedStaleEpoch = "stale_epoch" // the owner changed after the agent had looked
	RefusedNoChat     = "no_chat"     // the conversation has no open chat
	RefusedBadOutcome = "bad_outcome" // the outcome is not one the chat may end with
	RefusedBadText    = "bad_text"    // a message is empty or longer than MaxReplyRunes
)

// Refusal is a human agent's action that does not count. The conversation is as it was before.
type Refusal struct {
	Code   string `json:"code"`  // one of the Refused… codes; callers branch on it
	Owner  Owner  `json:"owner"` // who holds the conversation instead
	Detail string `json:"detail,omitempty"`
}

// Error renders code, owner and detail: "not_owner: held by agent:u_7".
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return fmt.Sprintf("%s: held by %s", r.Code, r.Owner)
	}
	return fmt.Sprintf("%s: held by %s: %s", r.Code, r.Owner, r.Detail)
}
