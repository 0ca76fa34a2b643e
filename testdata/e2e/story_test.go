package e2e

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"relevo/channel"
	"relevo/channel/whatsapp/graphtest"
	"relevo/engine"
)

const ana = "34600111222"

// story is one contact's conversation, told from both ends.
type story struct {
	*site
	g    *graphtest.Server
	seen int // messages that the contact has read
}

// hears waits for the contact's next messages; each must contain its text.
func (s *story) hears(texts ...string) []graphtest.Send {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	got := s.g.WaitTo(ctx, ana, s.seen+len(texts))
	if len(got) < s.seen+len(texts) {
		s.Fatalf("waited for %q, got %d messages: %+v", texts, len(got), got)
	}
	got = got[s.seen : s.seen+len(texts)]
	for i, want := range texts {
		if !strings.Contains(got[i].Text, want) {
			s.Errorf("got %q, want %q", got[i].Text, want)
		}
	}
	s.seen += len(texts)
	return got
}

func (s *story) says(id, text string) {
	s.Helper()
	if err := s.g.Text(context.Background(), ana, id, text); err != nil {
		s.Fatal(err)
	}
}

func (s *story) presses(id string, choice graphtest.Choice) {
	s.Helper()
	if err := s.g.Button(context.Background(), ana, id, choice.ID, choice.Title); err != nil {
		s.Fatal(err)
	}
}

type chatAnswer struct {
	Chat struct {
		ID, Conversation, State, Agent, AgentName, Queue, Reason, Summary, Outcome string
		Outcomes                                                                   []string
	}
	Detail string
}

// does takes an agent's action in a chat.
func (s *story) does(token, chat, action string, body any, want int) chatAnswer {
	s.Helper()
	var out chatAnswer
	if body == nil {
		body = map[string]any{}
	}
	if status, text := s.ask(token, http.MethodPost, "/v1/chats/"+url.PathEscape(chat)+"/"+action, body, &out); status != want {
		s.Fatalf("%s: %d %s", action, status, text)
	}
	return out
}

func TestStory(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, graphtest.Options{Window: 24 * time.Hour, Statuses: []string{"sent", "delivered", "read"}})
	s := &story{site: newSite(t, whatsappConfig(g, "")), g: g}
	eva, bob, boss := s.token("Eva", "agent"), s.token("Bob", "agent"), s.token("Boss", "supervisor")
	s.serve()
	g.SetTarget(s.url + "/webhooks/whatsapp/main")
	if status, body, err := g.Verify(context.Background(), "verify-me", "12345"); status != http.StatusOK || body != "12345" || err != nil {
		t.Errorf("verification: %d %q %v", status, body, err)
	}

	for range 5 { // the platform repeats what it thinks was lost
		s.says("wamid.s1", "Where is my order?")
	}
	s.hears("What is your order number?")
	s.says("wamid.s2", "it's ab-123456")
	answers := s.hears("AB123456", "Anything else")
	if len(answers[1].Choices) != 3 {
		t.Fatalf("choices %+v", answers[1].Choices)
	}
	s.presses("wamid.s3", answers[1].Choices[0])
	s.hears("What is your order number?")
	for i, wrong := range []string{"the blue one", "hmm", "no idea"} {
		s.says("wamid.s4"+string(rune('a'+i)), wrong)
	}
	s.hears("does not look like", "bring in a person", "does not look like", "bring in a colleague")

	var queue struct {
		Chats []struct{ ID, Conversation, Queue, State, Reason string }
	}
	if status, text := s.ask(eva, http.MethodGet, "/v1/chats?state=queued", nil, &queue); status != http.StatusOK || len(queue.Chats) != 1 {
		t.Fatalf("queue: %d %s", status, text)
	}
	chat := queue.Chats[0].ID
	if c := queue.Chats[0]; c.Queue != "orders" || c.Reason != "exhausted" {
		t.Errorf("chat %+v", c)
	}
	if got := s.does(eva, chat, "claim", nil, http.StatusOK); got.Chat.AgentName != "Eva" || got.Chat.State != "active" {
		t.Errorf("claimed: %+v", got)
	}
	if got := s.does(bob, chat, "claim", nil, http.StatusConflict); !strings.Contains(got.Detail, "Eva") {
		t.Errorf("the loser is told %q", got.Detail)
	}
	s.does(bob, chat, "messages", map[string]string{"text": "me too"}, http.StatusConflict)
	s.says("wamid.s5", "is anybody there?") // for Eva, not for the bot
	s.does(eva, chat, "messages", map[string]string{"text": "Hello Ana, I am Eva."}, http.StatusAccepted)
	s.hears("I am Eva")
	s.says("wamid.s6", "I want my money back")
	s.does(eva, chat, "close", map[string]string{"outcome": "nothing"}, http.StatusUnprocessableEntity)
	if got := s.does(eva, chat, "close", map[string]string{"outcome": "refund"}, http.StatusOK); got.Chat.State != "closed" || got.Chat.Outcome != "refund" {
		t.Errorf("closed: %+v", got)
	}
	s.hears("Your refund is under way")
	s.quiet("inbox", "outbox")
	s.checkTranscript(boss, queue.Chats[0].Conversation)
	s.stop()
	s.sound()
	if n := len(g.Sends()); n != s.seen {
		t.Errorf("the contact got %d messages, %d were expected: %+v", n, s.seen, g.Sends()[s.seen:])
	}
}

// checkTranscript reads the conversation as a supervisor does.
func (s *story) checkTranscript(token, conversation string) {
	s.Helper()
	var got struct {
		Conversation struct{ Owner string }
		Entries      []channel.Entry
	}
	if status, text := s.ask(token, http.MethodGet, "/v1/conversations/"+conversation, nil, &got); status != http.StatusOK {
		s.Fatalf("conversation: %d %s", status, text)
	}
	if got.Conversation.Owner != "closed" {
		s.Errorf("owner %s", got.Conversation.Owner)
	}
	contact, late := 0, 0
	for _, e := range got.Entries {
		switch e.Kind {
		case channel.EntryContact:
			contact++
		case channel.EntryBot, channel.EntryAgent:
			if e.Status != engine.DeliveryRead {
				late++
			}
		}
	}
	if contact != 8 {
		s.Errorf("%d messages of the contact in the transcript", contact)
	}
	if late > 1 { // the last one's statuses may still be on their way
		s.Errorf("%d messages are not read", late)
	}
}
