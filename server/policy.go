package server

import (
	"slices"

	"relevo/store"
)

// permission is something that a route asks for.
type permission string

const (
	public     permission = "public"      // nobody is asked who they are
	signedIn   permission = "signed in"   // any person or token
	ownAccount permission = "own account" // any person
	watchChats permission = "watch chats"
	workChats  permission = "work on chats"
	listAll    permission = "list all conversations"
	readFlows  permission = "read flows"
	writeFlows permission = "publish flows"
	sendEvents permission = "send business events"
	measure    permission = "read metrics"
)

// grant says which roles hold a permission: people who sign in, and programs with a token.
type grant struct{ people, programs []store.Role }

var (
	everyRole = []store.Role{store.RoleAgent, store.RoleSupervisor, store.RoleAuthor, store.RoleAdmin}
	desk      = []store.Role{store.RoleAgent, store.RoleSupervisor, store.RoleAdmin}
	overseers = []store.Role{store.RoleSupervisor, store.RoleAdmin}
	admins    = []store.Role{store.RoleAdmin}
	authors   = []store.Role{store.RoleAuthor, store.RoleAdmin}
)

// grants is the whole policy by role. An agent sees the conversations that were handed to people; see mayRead.
var grants = map[permission]grant{
	signedIn:   {people: everyRole, programs: everyRole},
	ownAccount: {people: everyRole},
	watchChats: {people: desk, programs: desk},
	workChats:  {people: desk, programs: desk},
	listAll:    {people: overseers, programs: overseers},
	readFlows:  {people: everyRole, programs: everyRole},
	writeFlows: {people: authors, programs: authors},
	sendEvents: {people: overseers, programs: desk}, // an integration is issued its token by the operator
	measure:    {people: admins, programs: admins},
}

// route is one row of the policy. Path is as gin writes it.
type route struct {
	method, path string
	needs        permission
}

// routes lists every route of the API and for operators. A route that is not listed is refused (and fails a test).
var routes = []route{
	{"GET", "/v1/setup", public},
	{"POST", "/v1/setup", public}, // the one-time token is the proof
	{"POST", "/v1/session", public},
	{"GET", "/v1/session", signedIn},
	{"DELETE", "/v1/session", public}, // signing out twice is fine
	{"PATCH", "/v1/session", ownAccount},
	{"GET", "/v1/chats", watchChats},
	{"GET", "/v1/chats/:id", watchChats},
	{"POST", "/v1/chats/:id/claim", workChats},
	{"POST", "/v1/chats/:id/messages", workChats},
	{"POST", "/v1/chats/:id/notes", workChats},
	{"POST", "/v1/chats/:id/release", workChats},
	{"POST", "/v1/chats/:id/close", workChats},
	{"GET", "/v1/conversations", watchChats}, // agents: those with a chat; see listConversations
	{"GET", "/v1/conversations/:id", watchChats},
	{"GET", "/v1/conversations/:id/entries", watchChats},
	{"GET", "/v1/queues", watchChats},
	{"GET", "/v1/flows", readFlows},
	{"GET", "/v1/flows/:flow/drawing.svg", readFlows},
	{"GET", "/v1/flows/:flow/versions", readFlows},
	{"POST", "/v1/flows/plan", writeFlows},
	{"POST", "/v1/flows/publish", writeFlows},
	{"POST", "/v1/flows/:flow/versions/:version/publish", writeFlows},
	{"POST", "/v1/events", sendEvents},
	{"GET", "/v1/stream", watchChats},
	{"GET", "/openapi.json", public},
	{"GET", "/healthz", public},
	{"HEAD", "/healthz", public},
	{"GET", "/readyz", public},
	{"HEAD", "/readyz", public},
	{"GET", "/metrics", public}, // asks itself: loopback, or the permission to measure
	{"GET", "/dev", public},     // asks itself: this machine, or an author
	{"GET", "/dev/*file", public},
	{"GET", "/docs", public},
	{"GET", "/docs/*file", public},
}

// needs returns what a route asks for; ok is false for one that is not listed.
func needs(method, path string) (p permission, ok bool) {
	i := slices.IndexFunc(routes, func(r route) bool { return r.method == method && r.path == path })
	if i < 0 {
		return "", false
	}
	return routes[i].needs, true
}

// may tells whether the actor holds a permission.
func (a actor) may(p permission) bool {
	if p == public {
		return true
	}
	g := grants[p]
	if a.program {
		return slices.Contains(g.programs, a.role)
	}
	return slices.Contains(g.people, a.role)
}
