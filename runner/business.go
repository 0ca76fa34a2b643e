package runner

import "relevo/engine"

// BusinessRequest is something a business system tells about one contact (POST /v1/events). The contact is named by Conversation, else by
// Channel and Identity; an unknown contact is made.
type BusinessRequest struct {
	ID           string // unique at the sender: a repeated one changes nothing
	Name         string // "order.delayed"
	Channel      string
	Identity     engine.Identity
	Conversation string
	Key          string // what it is about: "AB123456"
	Data         map[string]any
}
