package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"relevo/runner"
	"relevo/store"
)

func TestTheLifeOfAChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.person(store.RoleAgent), w.program(store.RoleAgent)
	id, path := w.chat("34600000001")

	list := w.do(ana, "GET", "/v1/chats?state=queued&queue=orders", nil).want(t, 200, "")
	if list.get(t, "chats.0.id") != id || list.get(t, "chats.0.summary") != "wants to return shoes" || list.get(t, "chats.0.flowState") != "to_person" {
		t.Errorf("list %s", list.body)
	}
	got := w.do(ana, "GET", path, nil).want(t, 200, "")
	if got.get(t, "packet.slots.order") != "AB123456" || got.get(t, "chat.outcomes.1") != "refunded" || got.get(t, "packet.priority") != "normal" {
		t.Errorf("packet %s", got.body)
	}
	if waiting := w.do(ana, "GET", "/v1/queues", nil); waiting.get(t, "queues.0.waiting") != 1.0 || waiting.get(t, "queues.1.waiting") != 0.0 {
		t.Errorf("queues %s", waiting.body)
	}

	before := w.do(ana, "POST", path+"/messages", map[string]any{"text": "hello"}).want(t, 409, "conflict")
	if !strings.Contains(before.body, "Claim it first") {
		t.Errorf("not claimed: %s", before.body)
	}
	claimed := w.do(ana, "POST", path+"/claim", nil).want(t, 200, "")
	if claimed.get(t, "chat.state") != "active" || claimed.get(t, "chat.agent") != ana.id || claimed.get(t, "chat.agentName") != "agent 1" {
		t.Errorf("claimed %s", claimed.body)
	}
	w.do(ana, "POST", path+"/claim", nil).want(t, 200, "") // pressed twice
	taken := w.do(ben, "POST", path+"/claim", nil).want(t, 409, "conflict")
	if taken.get(t, "detail") != "agent 1 has this chat." {
		t.Errorf("conflict %s", taken.body)
	}
	w.do(ben, "POST", path+"/messages", map[string]any{"text": "me too"}).want(t, 409, "conflict")

	sent := w.do(ana, "POST", path+"/messages", map[string]any{"text": " hello "}).want(t, 202, "")
	if !strings.HasPrefix(sent.get(t, "id").(string), strings.Split(id, "/")[0]+"/") {
		t.Errorf("id %s", sent.body)
	}
	rows, err := w.store.Outbox(t.Context(), strings.Split(id, "/")[0], 10)
	w.must(err)
	if len(rows) != 1 || rows[0].Effect.Send.Message.Text != "hello" || rows[0].Effect.Send.Author != "agent 1" {
		t.Errorf("outbox %+v", rows)
	}
	w.do(ben, "POST", path+"/notes", map[string]any{"text": "she called before"}).want(t, 201, "")
	for _, bad := range []any{map[string]any{"text": "  "}, map[string]any{"text": ""}, map[string]any{"text": strings.Repeat("é", 4097)}, map[string]any{}, map[string]any{"text": "x", "more": 1}} {
		w.do(ana, "POST", path+"/messages", bad).want(t, 422, "invalid")
	}

	released := w.do(ana, "POST", path+"/release", nil).want(t, 200, "")
	if released.get(t, "chat.state") != "queued" || released.get(t, "chat.since") != claimed.get(t, "chat.since") {
		t.Errorf("released %s", released.body)
	}
	w.do(ben, "POST", path+"/claim", nil).want(t, 200, "")
	late := w.do(ana, "POST", path+"/messages", map[string]any{"text": "hello?"}).want(t, 409, "conflict")
	if late.get(t, "detail") != "program t2 has this chat." {
		t.Errorf("conflict %s", late.body)
	}
	bad := w.do(ben, "POST", path+"/close", map[string]any{"outcome": "nonsense"}).want(t, 422, "invalid")
	if bad.get(t, "findings.0.location") != "body.outcome" || !strings.Contains(bad.body, "solved, refunded") {
		t.Errorf("outcome %s", bad.body)
	}
	if mine := w.do(ben, "GET", "/v1/chats?agent=me&state=active", nil); mine.get(t, "chats.0.id") != id {
		t.Errorf("mine %s", mine.body)
	}
	closed := w.do(ben, "POST", path+"/close", map[string]any{"outcome": "solved"}).want(t, 200, "")
	if closed.get(t, "chat.state") != "closed" || closed.get(t, "chat.outcome") != "solved" {
		t.Errorf("closed %s", closed.body)
	}
	for _, verb := range []string{"/claim", "/release"} {
		w.do(ana, "POST", path+verb, nil).want(t, 409, "conflict")
	}
	if strings.Contains(w.logged.String(), "she called before") {
		t.Error("a message's text is in the log")
	}
}

func TestChatIDsMayComeWithPlainSlashes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent := w.person(store.RoleAgent)
	id, path := w.chat("34600000001")
	w.do(agent, "GET", path, nil).want(t, 200, "")
	w.do(agent, "GET", "/v1/chats/"+id, nil).want(t, 200, "")
	w.do(agent, "POST", "/v1/chats/"+id+"/claim", nil).want(t, 200, "")
	for _, bad := range []string{"/v1/chats/missing", "/v1/chats/c1/9/9", "/v1/chats/%2F", "/v1/chats/..%2f..%2fetc", "/v1/chats/%00", "/v1/chats/" + strings.Repeat("x", 300)} {
		if got := w.do(agent, "GET", bad, nil); got.status != 404 && got.status != 422 {
			t.Errorf("%s: %d %s", bad, got.status, got.body)
		}
	}
}

func TestOneOfManyClaimsWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var agents []credential
	for range 6 {
		agents = append(agents, w.person(store.RoleAgent))
	}
	for round := range 10 {
		_, path := w.chat(fmt.Sprintf("346000001%02d", round))
		answers := make(chan answer, len(agents))
		var group sync.WaitGroup
		for _, a := range agents {
			group.Go(func() { answers <- w.do(a, "POST", path+"/claim", nil) })
		}
		group.Wait()
		close(answers)
		won := 0
		winner := w.do(agents[0], "GET", path, nil).get(t, "chat.agentName").(string)
		for a := range answers {
			if a.status == 200 {
				won++
			} else if got := a.want(t, 409, "conflict").get(t, "detail"); got != winner+" has this chat." {
				t.Errorf("loser reads %q, the winner is %s", got, winner)
			}
		}
		if won != 1 {
			t.Errorf("round %d: %d winners", round, won)
		}
	}
}

func TestAConversationIsShownWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent := w.person(store.RoleAgent)
	conv := w.contact("main", "34600000001")
	id := w.handOver(conv, "refunds")
	w.do(agent, "POST", "/v1/chats/"+id+"/claim", nil).want(t, 200, "")
	got := w.do(agent, "GET", "/v1/conversations/"+conv.ID, nil).want(t, 200, "")
	for path, want := range map[string]any{
		"conversation.owner": "agent:" + agent.id, "conversation.ownerName": "agent 1", "conversation.runs.0.flow": "order_status", "conversation.runs.0.wait": "ask",
		"conversation.window.limited": true, "conversation.window.closesAt": "2026-03-03T09:00:00Z", "chat.id": id, "packet.reason": "asked",
		"entries.0.text": "hello", "entries.1.text": "a person please",
	} {
		if v := got.get(t, path); v != want {
			t.Errorf("%s = %v, want %v", path, v, want)
		}
	}
	after := w.do(agent, "GET", "/v1/conversations/"+conv.ID+"/entries?after=1", nil).want(t, 200, "")
	if after.get(t, "entries.0.text") != "a person please" {
		t.Errorf("after %s", after.body)
	}
	w.do(agent, "GET", "/v1/conversations/"+conv.ID+"/entries?after=-1", nil).want(t, 422, "invalid")

	boss := w.person(store.RoleSupervisor)
	alone := w.do(boss, "GET", "/v1/conversations/"+w.contact("web", "34600000002").ID, nil).want(t, 200, "")
	if alone.get(t, "chat") != nil || alone.get(t, "packet") != nil || alone.get(t, "conversation.window.limited") != false || alone.get(t, "conversation.window.closesAt") != nil {
		t.Errorf("never with people: %s", alone.body)
	}
	if list := w.do(boss, "GET", "/v1/conversations?owner=agent", nil); list.get(t, "conversations.0.id") != conv.ID {
		t.Errorf("list %s", list.body)
	}
	w.do(boss, "GET", "/v1/conversations?owner=nobody", nil).want(t, 422, "invalid")
}

func TestBusinessEventsAreTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	program := w.program(store.RoleAgent)
	conv := w.contact("main", "34600111222")
	event := func(contact map[string]any) map[string]any {
		return map[string]any{"id": "evt-1", "name": "order.delayed", "contact": contact, "key": "AB123456", "data": map[string]any{"days": 3}}
	}
	first := w.do(program, "POST", "/v1/events", event(map[string]any{"channel": "main", "phone": "+34 600-111-222"})).want(t, 202, "")
	if first.get(t, "duplicate") != false || first.get(t, "conversation") != conv.ID || first.get(t, "accepted") != true {
		t.Errorf("first %s", first.body)
	}
	again := w.do(program, "POST", "/v1/events", event(map[string]any{"conversation": conv.ID})).want(t, 202, "")
	if again.get(t, "duplicate") != true {
		t.Errorf("again %s", again.body)
	}
	for _, contact := range []map[string]any{
		{}, {"channel": "main"}, {"channel": "nowhere", "phone": "34600111222"}, {"phone": "34600111222"}, {"channel": "main", "phone": "call me"},
		{"channel": "main", "phone": "34600111222", "visitor": "v"}, {"channel": "main", "phone": "1"},
		{"channel": "web", "phone": "34600111222"}, {"channel": "main", "visitor": "v"},
	} {
		w.do(program, "POST", "/v1/events", event(contact)).want(t, 422, "invalid")
	}
	w.do(program, "POST", "/v1/events", event(map[string]any{"conversation": "missing"})).want(t, 404, "not-found")
	deep := event(map[string]any{"conversation": conv.ID})
	deep["data"] = map[string]any{"x": json.RawMessage(strings.Repeat("[", 9000) + strings.Repeat("]", 9000))}
	w.do(program, "POST", "/v1/events", deep).want(t, 422, "invalid")
	w.runner.full = fmt.Errorf("accept: %w", runner.ErrOverloaded)
	if full := w.do(program, "POST", "/v1/events", event(map[string]any{"conversation": conv.ID})).want(t, 503, "unavailable"); full.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
}
