package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"relevo/flows/plan"
	"relevo/store"
)

// Publisher plans and publishes flows; *publish.Publisher is one.
type Publisher interface {
	// Plan says what publishing would change. store.ErrNotFound, plan.ErrAmbiguous and plan.ErrTwice are mistakes of the request.
	Plan(ctx context.Context, r plan.PublishRequest) (plan.Plan, error)
	// Publish does what the plan with the ID base said. plan.ErrStale when it would be another plan by now, plan.ErrFindings when its findings
	// stop it; both with the plan as it is now.
	Publish(ctx context.Context, r plan.PublishRequest, base, by string) (plan.Plan, error)
	// Versions lists a flow's versions with the runs that use them; store.ErrNotFound for an unknown flow.
	Versions(ctx context.Context, flow string) ([]plan.Version, error)
}

// Paths of the routes that take flow files.
const (
	planPath    = "/v1/flows/plan"
	publishPath = "/v1/flows/publish"
)

type planInput struct {
	Body plan.PublishRequest
}

type publishInput struct {
	Body struct {
		plan.PublishRequest
		Base string `json:"base" minLength:"1" maxLength:"64" doc:"The ID of the plan; 409 when it would be another one by now"`
	}
}

type planOutput struct {
	Body plan.Plan
}

type againInput struct {
	Flow    string `path:"flow" maxLength:"128"`
	Version string `path:"version" maxLength:"128" doc:"A hash, or the beginning of one" example:"3f2a91c0d4e1"`
}

type versionsInput struct {
	Flow string `path:"flow" maxLength:"128"`
}

type versionsOutput struct {
	Body struct {
		Versions []plan.Version `json:"versions" doc:"The current one first, then the last published first"`
	}
}

func (s *Server) publishRoutes(api huma.API) {
	huma.Register(api, op("POST", planPath, "What publishing flow files would change, and what is wrong with them"), s.planFlows)
	huma.Register(api, op("POST", publishPath, "Publish flow files as planned, all of them or none"), s.publishFlows)
	huma.Register(api, op("POST", "/v1/flows/{flow}/versions/{version}/publish", "Make an older version current again"), s.publishAgain)
	huma.Register(api, op("GET", "/v1/flows/{flow}/versions", "A flow's versions with the runs that use them"), s.listVersions)
}

// publisher returns the publisher, or the answer of a server without one.
func (s *Server) publisher() (Publisher, error) {
	if s.opts.Publisher == nil {
		return nil, newProblem(http.StatusNotFound, "Nothing can be published on this server.")
	}
	return s.opts.Publisher, nil
}

func (s *Server) planFlows(ctx context.Context, in *planInput) (*planOutput, error) {
	p, err := s.publisher()
	if err != nil {
		return nil, err
	}
	planned, err := p.Plan(ctx, in.Body)
	if err != nil {
		return nil, s.unpublished(planned, err)
	}
	return &planOutput{planned}, nil
}

func (s *Server) publishFlows(ctx context.Context, in *publishInput) (*planOutput, error) {
	p, err := s.publisher()
	if err != nil {
		return nil, err
	}
	done, err := p.Publish(ctx, in.Body.PublishRequest, in.Body.Base, actorOf(ctx).name)
	if err != nil {
		return nil, s.unpublished(done, err)
	}
	return &planOutput{done}, nil
}

// publishAgain makes a plan and publishes it at once: a rollback is in a hurry, and knows what it wants.
func (s *Server) publishAgain(ctx context.Context, in *againInput) (*planOutput, error) {
	p, err := s.publisher()
	if err != nil {
		return nil, err
	}
	req := plan.PublishRequest{Versions: []string{in.Version}}
	planned, err := p.Plan(ctx, req)
	if err != nil {
		return nil, s.unpublished(planned, err)
	}
	for _, f := range planned.Flows {
		if f.Change != plan.Stays && f.Flow != in.Flow {
			return nil, notFound() // a version of another flow
		}
	}
	done, err := p.Publish(ctx, req, planned.ID, actorOf(ctx).name)
	if err != nil {
		return nil, s.unpublished(done, err)
	}
	return &planOutput{done}, nil
}

// unpublished says why nothing was published.
func (s *Server) unpublished(planned plan.Plan, err error) error {
	switch {
	case errors.Is(err, plan.ErrFindings):
		p := newProblem(http.StatusUnprocessableEntity, "The flows have errors; nothing was published.")
		for _, f := range planned.Findings {
			p.Findings = append(p.Findings, Finding{
				Location: fmt.Sprintf("%s:%d:%d", f.Range.File, f.Range.Start.Line, f.Range.Start.Column),
				Message:  fmt.Sprintf("%s: %s [%s]", f.Severity, f.Message, f.Code),
			})
		}
		return p
	case errors.Is(err, plan.ErrStale):
		return newProblem(http.StatusConflict, "What would be published is not what was planned: a file is another one, or somebody else has published. Plan again.")
	case errors.Is(err, plan.ErrAmbiguous):
		return invalid("body.versions", "Several versions begin with that. Write more of the hash.")
	case errors.Is(err, plan.ErrTwice):
		return invalid("body.versions", "The request has two versions of one flow.")
	case errors.Is(err, store.ErrNotFound):
		return newProblem(http.StatusNotFound, fmt.Sprintf("No published version begins with that; write at least %d digits of its hash.", plan.MinPrefix))
	}
	return s.fail("publish", err)
}

func (s *Server) listVersions(ctx context.Context, in *versionsInput) (*versionsOutput, error) {
	p, err := s.publisher()
	if err != nil {
		return nil, err
	}
	versions, err := p.Versions(ctx, in.Flow)
	if err != nil {
		return nil, s.fail("list the versions of "+in.Flow, err)
	}
	out := &versionsOutput{}
	out.Body.Versions = filled(versions)
	return out, nil
}
