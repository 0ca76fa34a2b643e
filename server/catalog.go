package server

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"relevo/handoff"
	"relevo/store"
)

// queueView is a queue with who waits in it.
type queueView struct {
	ID      string     `json:"id"`
	Title   string     `json:"title"`
	Waiting int        `json:"waiting" doc:"Chats that nobody has, up to 200"`
	Oldest  *time.Time `json:"oldest,omitempty" doc:"Since when the first of them waits"`
}

type queuesOutput struct {
	Body struct {
		Queues []queueView `json:"queues"`
	}
}

type flowsOutput struct {
	Body struct {
		Flows []FlowInfo `json:"flows"`
	}
}

type drawingInput struct {
	Flow     string `path:"flow" maxLength:"128"`
	Language string `query:"language" pattern:"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$" maxLength:"35" doc:"Of the titles; yours when absent"`
	Runs     bool   `query:"runs" doc:"With the number of runs that stand in each state, of every version"`
	At       string `query:"at" maxLength:"32" doc:"Not read: another value lets a browser ask again for the numbers of now"`
}

type drawingOutput struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

func (s *Server) catalogRoutes(api huma.API) {
	huma.Register(api, op("GET", "/v1/queues", "The queues with who waits"), s.listQueues)
	huma.Register(api, op("GET", "/v1/flows", "The published flows"), s.listFlows)
	drawing := op("GET", "/v1/flows/{flow}/drawing.svg", "A flow's state machine as a picture")
	drawing.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"image/svg+xml": {Schema: &huma.Schema{Type: "string"}}}}}
	huma.Register(api, drawing, s.drawFlow)
}

func (s *Server) listQueues(ctx context.Context, _ *struct{}) (*queuesOutput, error) {
	out := &queuesOutput{}
	out.Body.Queues = []queueView{}
	for _, q := range s.opts.Queues {
		chats, err := s.opts.Store.Chats(ctx, store.ChatFilter{States: []handoff.State{handoff.Queued}, Queue: q.ID})
		if err != nil {
			return nil, s.fail("read queue", err)
		}
		v := queueView{ID: q.ID, Title: q.Title, Waiting: len(chats)}
		if len(chats) > 0 {
			v.Oldest = moment(slices.MinFunc(chats, func(a, b handoff.Chat) int { return a.Since.Compare(b.Since) }).Since)
		}
		out.Body.Queues = append(out.Body.Queues, v)
	}
	return out, nil
}

func (s *Server) listFlows(ctx context.Context, _ *struct{}) (*flowsOutput, error) {
	flows, err := s.opts.Flows(ctx)
	if err != nil {
		return nil, s.fail("list flows", err)
	}
	out := &flowsOutput{}
	out.Body.Flows = filled(flows)
	for i := range out.Body.Flows {
		out.Body.Flows[i].Languages = filled(out.Body.Flows[i].Languages)
	}
	return out, nil
}

func (s *Server) drawFlow(ctx context.Context, in *drawingInput) (*drawingOutput, error) {
	flows, err := s.opts.Flows(ctx)
	if err != nil {
		return nil, s.fail("list flows", err)
	}
	if !slices.ContainsFunc(flows, func(f FlowInfo) bool { return f.Flow == in.Flow }) {
		return nil, notFound()
	}
	language := in.Language
	if language == "" {
		language = actorOf(ctx).lang
	}
	svg, err := s.opts.Drawing(ctx, in.Flow, DrawingOptions{Language: language, Runs: in.Runs})
	if err != nil {
		return nil, s.fail("draw flow "+in.Flow, err)
	}
	return &drawingOutput{ContentType: "image/svg+xml", Policy: drawingPolicy, Body: svg}, nil
}
