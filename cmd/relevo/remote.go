package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"relevo/flows/plan"
	"relevo/server"
	"relevo/store"
)

const (
	// remoteTimeout is how long a server may take to plan or publish.
	remoteTimeout = time.Minute
	// maxRemoteBytes is the longest answer that is read.
	maxRemoteBytes = 16 << 20
)

// remote is a registry on a running server.
type remote struct {
	url, token string
	client     *http.Client
}

func newRemote(address, token string) (*remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("--server: %q is not an address of the web; write it with http:// or https://", address)
	}
	if token == "" {
		return nil, errors.New("the server wants a token: set RELEVO_TOKEN to one made with 'relevo token add NAME'; to publish, its role is author or admin")
	}
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &remote{url: strings.TrimSuffix(address, "/"), token: token, client: &http.Client{Timeout: remoteTimeout, CheckRedirect: noRedirect}}, nil
}

// Plan implements registry.
func (r *remote) Plan(ctx context.Context, req plan.PublishRequest) (p plan.Plan, err error) {
	return p, r.ask(ctx, http.MethodPost, "/v1/flows/plan", req, &p)
}

// Publish implements registry. The server knows by the token who it is.
func (r *remote) Publish(ctx context.Context, req plan.PublishRequest, base, _ string) (p plan.Plan, err error) {
	body := struct {
		plan.PublishRequest
		Base string `json:"base"`
	}{req, base}
	return p, r.ask(ctx, http.MethodPost, "/v1/flows/publish", body, &p)
}

// Versions implements registry.
func (r *remote) Versions(ctx context.Context, flow string) ([]plan.Version, error) {
	if flow != "" {
		var answer struct {
			Versions []plan.Version `json:"versions"`
		}
		err := r.ask(ctx, http.MethodGet, "/v1/flows/"+url.PathEscape(flow)+"/versions", nil, &answer)
		return answer.Versions, err
	}
	var list struct {
		Flows []server.FlowInfo `json:"flows"`
	}
	if err := r.ask(ctx, http.MethodGet, "/v1/flows", nil, &list); err != nil {
		return nil, err
	}
	var all []plan.Version
	for _, f := range list.Flows {
		versions, err := r.Versions(ctx, f.Flow)
		if err != nil {
			return nil, err
		}
		all = append(all, versions...)
	}
	return all, nil
}

// ask makes a request and decodes the answer into out.
func (r *remote) ask(ctx context.Context, method, path string, body, out any) (err error) {
	var in io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		in = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, in)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return &environmentError{fmt.Errorf("reach the server: %w; is relevo serve running there? --server or RELEVO_SERVER names another address", err)}
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxRemoteBytes))
	if err != nil {
		return &environmentError{fmt.Errorf("read the server's answer: %w", err)}
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return r.refused(resp.StatusCode, text)
	}
	if err := json.Unmarshal(text, out); err != nil {
		return &environmentError{fmt.Errorf("%s is no Relevo server, or of another version: %w", r.url, err)}
	}
	return nil
}

// refused is what a server's problem document means here.
func (r *remote) refused(status int, text []byte) error {
	var p server.Problem
	if err := json.Unmarshal(text, &p); err != nil || p.Detail == "" {
		return &environmentError{fmt.Errorf("%s answers with status %d; is it a Relevo server?", r.url, status)}
	}
	switch {
	case status == http.StatusConflict:
		return plan.ErrStale
	case status == http.StatusNotFound:
		return fmt.Errorf("%w: %s", store.ErrNotFound, p.Detail)
	case status == http.StatusUnauthorized:
		return &environmentError{fmt.Errorf("the server does not know the token (%d): make one with 'relevo token add NAME' where it runs", status)}
	case status == http.StatusForbidden:
		return &environmentError{fmt.Errorf("the token's role does not allow this (%d): authors and admins publish, agents, supervisors and admins send events", status)}
	case status >= http.StatusInternalServerError:
		return &environmentError{fmt.Errorf("the server refuses (%d): %s", status, p.Detail)}
	}
	if len(p.Findings) == 1 && p.Findings[0].Message == p.Detail { // once is enough
		return fmt.Errorf("%s: %s", p.Findings[0].Location, p.Detail)
	}
	var b strings.Builder
	b.WriteString(p.Detail)
	for _, f := range p.Findings {
		fmt.Fprintf(&b, "\n  %s: %s", f.Location, f.Message)
	}
	return errors.New(b.String())
}
