package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"relevo/engine"
	"relevo/handoff"
	"relevo/store"
)

type chatBody struct {
	Chat chatView `json:"chat"`
}

type chatOutput struct{ Body chatBody }

type chatsInput struct {
	State []string `query:"state,explode" enum:"queued,active,closed" doc:"Repeatable; queued and active when absent" maxItems:"3"`
	Queue string   `query:"queue" maxLength:"128"`
	Agent string   `query:"agent" maxLength:"128" doc:"An agent's id, or me"`
}

type chatsOutput struct {
	Body struct {
		Chats []chatView `json:"chats"`
	}
}

type chatInput struct {
	ID string `path:"id" maxLength:"256" doc:"The chat's id; escape its slashes"`
}

type packetOutput struct {
	Body struct {
		Chat   chatView   `json:"chat"`
		Packet packetView `json:"packet"`
	}
}

type textInput struct {
	ID   string `path:"id" maxLength:"256"`
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4096"`
	}
}

type closeInput struct {
	ID   string `path:"id" maxLength:"256"`
	Body struct {
		Outcome string `json:"outcome" minLength:"1" maxLength:"128" doc:"One of the chat's outcomes"`
	}
}

type idOutput struct {
	Body struct {
		ID string `json:"id" doc:"Of the transcript's entry"`
	}
}

func (s *Server) chatRoutes(api huma.API) {
	huma.Register(api, op("GET", "/v1/chats", "Chats; the waiting ones by priority and then by waiting time"), s.listChats)
	huma.Register(api, op("GET", "/v1/chats/{id}", "A chat with its handoff packet"), s.getChat)
	huma.Register(api, op("POST", "/v1/chats/{id}/claim", "Take a chat"), s.claimChat)
	huma.Register(api, accepted(op("POST", "/v1/chats/{id}/messages", "Write to the contact")), s.replyInChat)
	huma.Register(api, created(op("POST", "/v1/chats/{id}/notes", "Write to colleagues")), s.noteInChat)
	huma.Register(api, op("POST", "/v1/chats/{id}/release", "Give a chat back to its queue; it keeps its waiting time"), s.releaseChat)
	huma.Register(api, op("POST", "/v1/chats/{id}/close", "Close a chat with an outcome; its flow goes on"), s.closeChat)
}

func (s *Server) listChats(ctx context.Context, in *chatsInput) (*chatsOutput, error) {
	f := store.ChatFilter{States: []handoff.State{handoff.Queued, handoff.Active}, Queue: in.Queue, Agent: in.Agent}
	if len(in.State) > 0 {
		f.States = nil
		for _, st := range in.State {
			f.States = append(f.States, handoff.State(st))
		}
	}
	if f.Agent == "me" {
		f.Agent = actorOf(ctx).id
	}
	chats, err := s.opts.Store.Chats(ctx, f)
	if err != nil {
		return nil, s.fail("read chats", err)
	}
	out := &chatsOutput{}
	out.Body.Chats = make([]chatView, len(chats))
	for i, c := range chats {
		out.Body.Chats[i], _ = viewChat(s.opts.Logger, c)
	}
	return out, nil
}

func (s *Server) getChat(ctx context.Context, in *chatInput) (*packetOutput, error) {
	c, err := s.opts.Store.Chat(ctx, in.ID)
	if err != nil {
		return nil, s.fail("read chat", err)
	}
	out := &packetOutput{}
	out.Body.Chat, out.Body.Packet = viewChat(s.opts.Logger, c)
	return out, nil
}

func (s *Server) claimChat(ctx context.Context, in *chatInput) (*chatOutput, error) {
	c, err := s.opts.Store.Chat(ctx, in.ID)
	if err != nil {
		return nil, s.fail("read chat", err)
	}
	if c.State == handoff.Active && c.Agent == actorOf(ctx).id { // pressed twice
		return s.chatNow(ctx, in.ID)
	}
	return s.change(ctx, in.ID, engine.AgentAction{Verb: engine.AgentClaim})
}

func (s *Server) releaseChat(ctx context.Context, in *chatInput) (*chatOutput, error) {
	return s.change(ctx, in.ID, engine.AgentAction{Verb: engine.AgentRelease})
}

func (s *Server) closeChat(ctx context.Context, in *closeInput) (*chatOutput, error) {
	return s.change(ctx, in.ID, engine.AgentAction{Verb: engine.AgentClose, Outcome: in.Body.Outcome})
}

func (s *Server) replyInChat(ctx context.Context, in *textInput) (*idOutput, error) {
	return s.write(ctx, in, engine.AgentReply, engine.EffectSend)
}

func (s *Server) noteInChat(ctx context.Context, in *textInput) (*idOutput, error) {
	return s.write(ctx, in, engine.AgentNote, engine.EffectNote)
}

// change takes an action that changes the chat and returns it as it is now.
func (s *Server) change(ctx context.Context, id string, a engine.AgentAction) (*chatOutput, error) {
	if _, err := s.act(ctx, id, a); err != nil {
		return nil, err
	}
	return s.chatNow(ctx, id)
}

func (s *Server) chatNow(ctx context.Context, id string) (*chatOutput, error) {
	c, err := s.opts.Store.Chat(ctx, id)
	if err != nil {
		return nil, s.fail("read chat", err)
	}
	v, _ := viewChat(s.opts.Logger, c)
	return &chatOutput{chatBody{v}}, nil
}

// write takes an action with a text and returns the id of the effect of that kind.
func (s *Server) write(ctx context.Context, in *textInput, verb engine.AgentVerb, kind engine.EffectKind) (*idOutput, error) {
	text := strings.TrimSpace(in.Body.Text)
	if text == "" {
		return nil, invalid("body.text", "Write something.")
	}
	effects, err := s.act(ctx, in.ID, engine.AgentAction{Verb: verb, Text: text})
	if err != nil {
		return nil, err
	}
	for _, e := range effects {
		if e.Kind == kind {
			out := &idOutput{}
			out.Body.ID = e.ID
			return out, nil
		}
	}
	return nil, s.fail("write in chat", fmt.Errorf("turn of chat %s has no effect %q", in.ID, kind))
}

// act takes an action in exactly this chat: the epoch that it was looked at under keeps it from landing in a later one of the same conversation.
func (s *Server) act(ctx context.Context, id string, a engine.AgentAction) ([]engine.Effect, error) {
	c, err := s.opts.Store.Chat(ctx, id)
	if err != nil {
		return nil, s.fail("read chat", err)
	}
	if c.State == handoff.Closed {
		return nil, newProblem(http.StatusConflict, "This chat is closed.")
	}
	conv, _, err := s.opts.Store.Load(ctx, c.Conversation)
	if err != nil {
		return nil, s.fail("load conversation", err)
	}
	if conv.Chat == nil || conv.Chat.ID != id {
		return nil, newProblem(http.StatusConflict, "This chat is closed.")
	}
	me := actorOf(ctx)
	a.Agent, a.Name, a.Epoch = me.id, me.name, conv.Epoch
	_, effects, err := s.opts.Runner.Act(ctx, c.Conversation, a)
	var refused *engine.Refusal
	if errors.As(err, &refused) {
		return nil, s.refusal(ctx, refused, conv.Chat.Outcomes)
	}
	if err != nil {
		return nil, s.fail("act in chat", err)
	}
	return effects, nil
}

// refusal says who has the conversation, or which outcomes there are.
func (s *Server) refusal(ctx context.Context, r *engine.Refusal, outcomes []string) error {
	switch r.Code {
	case engine.RefusedBadOutcome:
		return invalid("body.outcome", "The outcome must be one of: "+strings.Join(outcomes, ", ")+".")
	case engine.RefusedBadText:
		return invalid("body.text", sentence(r.Detail))
	case engine.RefusedNoChat:
		return newProblem(http.StatusConflict, "This chat is closed.")
	default:
		return newProblem(http.StatusConflict, s.whoHas(ctx, r.Owner))
	}
}

// whoHas is a sentence about an owner, seen by the actor.
func (s *Server) whoHas(ctx context.Context, o engine.Owner) string {
	switch o.Kind {
	case engine.OwnerAgent:
		if o.Agent == actorOf(ctx).id {
			return "This has changed meanwhile. Look again, then repeat it."
		}
		return s.agentName(ctx, o.Agent) + " has this chat."
	case engine.OwnerQueue:
		return "Nobody has this chat yet. Claim it first."
	case engine.OwnerPhone:
		return "A colleague answers this contact from the phone."
	case engine.OwnerClosed:
		return "This chat is closed."
	default:
		return "The bot has this conversation."
	}
}

// agentName is a person's or token's name, for colleagues; "Somebody else" when it is not known any more.
func (s *Server) agentName(ctx context.Context, id string) string {
	if token, ok := strings.CutPrefix(id, programActorID); ok {
		tokens, err := s.opts.Store.Tokens(ctx)
		if err != nil {
			s.opts.Logger.Error("read tokens", "error", err)
		}
		for _, t := range tokens {
			if t.ID == token {
				return t.Name
			}
		}
		return "Somebody else"
	}
	u, err := s.opts.Store.User(ctx, id)
	if err != nil {
		return "Somebody else"
	}
	return u.Name
}
