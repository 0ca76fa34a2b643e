package server

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"relevo/channel"
	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

// summaryView is a conversation in a list.
type summaryView struct {
	ID          string    `json:"id"`
	Channel     string    `json:"channel"`
	Contact     string    `json:"contact" doc:"The contact's id"`
	ContactName string    `json:"contactName"`
	Owner       string    `json:"owner" doc:"bot, queue, agent:ID, phone or closed" example:"agent:u_7"`
	Flow        string    `json:"flow"`
	State       string    `json:"state"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// conversationView is a conversation with its runs.
type conversationView struct {
	ID        string      `json:"id"`
	Channel   string      `json:"channel"`
	Contact   contactView `json:"contact"`
	Owner     string      `json:"owner" doc:"bot, queue, agent:ID, phone or closed" example:"agent:u_7"`
	OwnerName string      `json:"ownerName" doc:"The agent's name; else empty"`
	Epoch     int64       `json:"epoch" doc:"Grows with each change of owner"`
	Seq       int64       `json:"seq" doc:"Turns taken"`
	Runs      []runView   `json:"runs"`
	Window    windowView  `json:"window"`
}

type contactView struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Language   string         `json:"language"`
	Attributes map[string]any `json:"attributes"`
}

type runView struct {
	ID      string         `json:"id"`
	Flow    string         `json:"flow"`
	Key     string         `json:"key" doc:"What it is about, \"CT200101\"; empty for nothing in particular"`
	State   string         `json:"state"`
	Wait    string         `json:"wait" doc:"ask, call, handoff, wait, run, or empty"`
	Next    *time.Time     `json:"next,omitempty" doc:"When it goes on by itself at the earliest; absent for never"`
	Slots   map[string]any `json:"slots"`
	Started time.Time      `json:"started"`
}

// windowView tells until when free text may be sent.
type windowView struct {
	Limited  bool       `json:"limited"`
	ClosesAt *time.Time `json:"closesAt" nullable:"true" doc:"Null when there is no limit, or when the contact never wrote"`
}

type conversationsInput struct {
	Owner string `query:"owner" enum:"bot,queue,agent,phone,closed"`
}

type conversationsOutput struct {
	Body struct {
		Conversations []summaryView `json:"conversations"`
	}
}

type conversationInput struct {
	ID string `path:"id" maxLength:"128"`
}

type conversationOutput struct {
	Body struct {
		Conversation conversationView   `json:"conversation"`
		Chat         orNull[chatView]   `json:"chat" doc:"The open chat, else the last one; null when it never was with people"`
		Packet       orNull[packetView] `json:"packet" doc:"Of that chat"`
		Entries      []channel.Entry    `json:"entries"`
	}
}

type entriesInput struct {
	ID    string `path:"id" maxLength:"128"`
	After int64  `query:"after" minimum:"0" doc:"A turn; what came after it is returned"`
}

type entriesOutput struct {
	Body struct {
		Entries []channel.Entry `json:"entries"`
	}
}

func (s *Server) conversationRoutes(api huma.API) {
	huma.Register(api, op("GET", "/v1/conversations", "Conversations, the last changed first"), s.listConversations)
	huma.Register(api, op("GET", "/v1/conversations/{id}", "A conversation with its transcript"), s.getConversation)
	huma.Register(api, op("GET", "/v1/conversations/{id}/entries", "A conversation's transcript"), s.listEntries)
}

// listConversations shows agents those that were handed to people, and the others all.
func (s *Server) listConversations(ctx context.Context, in *conversationsInput) (*conversationsOutput, error) {
	list, err := s.opts.Store.Conversations(ctx, store.ConversationFilter{Owner: engine.OwnerKind(in.Owner)})
	if err != nil {
		return nil, s.fail("read conversations", err)
	}
	out := &conversationsOutput{}
	out.Body.Conversations = []summaryView{}
	for _, c := range list {
		ok, err := s.mayRead(ctx, actorOf(ctx), c.ID)
		if err != nil {
			return nil, s.fail("read chats", err)
		}
		if ok {
			out.Body.Conversations = append(out.Body.Conversations, summaryView{
				ID: c.ID, Channel: c.Channel, Contact: c.ContactID, ContactName: c.ContactName, Owner: c.Owner, Flow: c.Flow, State: c.State, UpdatedAt: c.UpdatedAt,
			})
		}
	}
	return out, nil
}

// mayRead tells whether the actor may see a conversation: agents see those that have, or had, a chat.
func (s *Server) mayRead(ctx context.Context, a actor, conversation string) (bool, error) {
	if a.may(listAll) {
		return true, nil
	}
	return hasChat(ctx, s.opts.Store, conversation)
}

func hasChat(ctx context.Context, st store.Reader, conversation string) (bool, error) {
	chats, err := st.Chats(ctx, store.ChatFilter{Conversation: conversation, Limit: 1})
	return len(chats) > 0, err
}

func (s *Server) getConversation(ctx context.Context, in *conversationInput) (*conversationOutput, error) {
	conv, err := s.readable(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &conversationOutput{}
	out.Body.Conversation = s.viewConversation(ctx, conv)
	chat, err := s.lastChat(ctx, conv)
	if err != nil {
		return nil, s.fail("read chat", err)
	}
	if chat != nil {
		c, p := viewChat(s.opts.Logger, *chat)
		out.Body.Chat.value, out.Body.Packet.value = &c, &p
	}
	entries, err := s.opts.Runner.History(ctx, in.ID, 0)
	if err != nil {
		return nil, s.fail("read transcript", err)
	}
	out.Body.Entries = filled(entries)
	return out, nil
}

func (s *Server) listEntries(ctx context.Context, in *entriesInput) (*entriesOutput, error) {
	if _, err := s.readable(ctx, in.ID); err != nil {
		return nil, err
	}
	entries, err := s.opts.Runner.History(ctx, in.ID, in.After)
	if err != nil {
		return nil, s.fail("read transcript", err)
	}
	out := &entriesOutput{}
	out.Body.Entries = filled(entries)
	return out, nil
}

// readable loads a conversation that the actor may see. One that they may not see answers like one that does not exist, and takes as many reads.
func (s *Server) readable(ctx context.Context, id string) (engine.Conversation, error) {
	ok, err := s.mayRead(ctx, actorOf(ctx), id)
	if err != nil {
		return engine.Conversation{}, s.fail("read chats", err)
	}
	conv, _, err := s.opts.Store.Load(ctx, id)
	if err != nil {
		return engine.Conversation{}, s.fail("load conversation", err)
	}
	if !ok {
		return engine.Conversation{}, notFound()
	}
	return conv, nil
}

// lastChat is the open chat, else the one closed last, else nil.
func (s *Server) lastChat(ctx context.Context, conv engine.Conversation) (*handoff.Chat, error) {
	for _, states := range [][]handoff.State{{handoff.Queued, handoff.Active}, {handoff.Closed}} {
		chats, err := s.opts.Store.Chats(ctx, store.ChatFilter{Conversation: conv.ID, States: states, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(chats) > 0 {
			return &chats[0], nil
		}
	}
	return nil, nil
}

func (s *Server) viewConversation(ctx context.Context, conv engine.Conversation) conversationView {
	v := conversationView{
		ID: conv.ID, Channel: conv.Channel, Owner: conv.Owner.String(), Epoch: conv.Epoch, Seq: conv.Seq, Runs: []runView{},
		Contact: contactView{ID: conv.Contact.ID, Name: conv.Contact.Name, Language: conv.Contact.Language, Attributes: filledMap(conv.Contact.Attributes)},
		Window:  s.window(conv),
	}
	if conv.Owner.Kind == engine.OwnerAgent {
		v.OwnerName = s.agentName(ctx, conv.Owner.Agent)
	}
	for _, r := range conv.Runs {
		v.Runs = append(v.Runs, runView{
			ID: r.ID, Flow: r.Flow, Key: r.Key, State: r.State, Wait: string(r.Wait), Next: nextTimer(r), Slots: filledMap(r.Slots), Started: r.Started,
		})
	}
	return v
}

// nextTimer is when the first of a run's timers is due, nil for none.
func nextTimer(r engine.Run) *time.Time {
	var next time.Time
	for _, t := range r.Timers {
		if next.IsZero() || t.Due.Before(next) {
			next = t.Due
		}
	}
	return moment(next)
}

// window tells when the channel's window for free text closes.
func (s *Server) window(conv engine.Conversation) windowView {
	for _, c := range s.opts.Channels {
		if c.ID != conv.Channel || c.Window == 0 {
			continue
		}
		if conv.LastInbound.IsZero() {
			return windowView{Limited: true}
		}
		return windowView{Limited: true, ClosesAt: moment(conv.LastInbound.Add(c.Window))}
	}
	return windowView{}
}

func filledMap(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
