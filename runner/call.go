package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"relevo/engine"
	"relevo/store"
)

// Limits of the calls that flows make.
const (
	// maxResponseBytes is the length of an answer's body, after decompression. What is saved lives in the conversation's state.
	maxResponseBytes = 64 << 10
	// maxResponseHeaderBytes is the length of an answer's header.
	maxResponseHeaderBytes = 64 << 10
	// maxRetryAfter is how long a server may make a flow wait between two tries.
	maxRetryAfter = 10 * time.Second
	callBackoff   = 200 * time.Millisecond
	maxCallURL    = 8 << 10
)

// errRefusedAddress is a call to an address that flows may not reach. It reads like any other failure to connect, so that a flow
// can not be used to look around in the operator's network.
var errRefusedAddress = errors.New("unreachable")

// Allowed are addresses inside the operator's network that flows may call, besides everything public: "10.0.0.0/8",
// "127.0.0.1:8080", "192.168.1.5".
type Allowed struct {
	prefixes []netip.Prefix
	exact    []netip.AddrPort
}

// ParseAllowed reads an allow-list.
func ParseAllowed(list []string) (Allowed, error) {
	var a Allowed
	for _, s := range list {
		if p, err := netip.ParsePrefix(s); err == nil {
			a.prefixes = append(a.prefixes, p.Masked())
		} else if ip, err := netip.ParseAddr(s); err == nil {
			ip = ip.Unmap()
			a.prefixes = append(a.prefixes, netip.PrefixFrom(ip, ip.BitLen()))
		} else if ap, err := netip.ParseAddrPort(s); err == nil {
			a.exact = append(a.exact, ap)
		} else {
			return a, fmt.Errorf("%q is not an address, an address with a port, or a network such as 10.0.0.0/8", s)
		}
	}
	return a, nil
}

func (a Allowed) holds(ap netip.AddrPort) bool {
	ip := ap.Addr().Unmap()
	for _, p := range a.prefixes {
		if p.Contains(ip) {
			return true
		}
	}
	for _, e := range a.exact {
		if e.Addr().Unmap() == ip && e.Port() == ap.Port() {
			return true
		}
	}
	return false
}

// NewClient makes the one client through which flows call other systems. The address is checked when the connection is made, after the
// name was looked up; redirects are not followed; no proxy of the environment is used.
func NewClient(allowed Allowed) *http.Client {
	guard := ssrf.New(ssrf.WithAnyPort())
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		Control: func(network, address string, c syscall.RawConn) error {
			if ap, err := netip.ParseAddrPort(address); err == nil && allowed.holds(ap) {
				return nil
			}
			if err := guard.Safe(network, address, c); err != nil {
				return errRefusedAddress
			}
			return nil
		},
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, Proxy: nil, ForceAttemptHTTP2: true,
			MaxIdleConns: 100, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: maxResponseHeaderBytes,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// call carries out a flow's HTTP call with its retries, and posts its end as an event. The row stays in the outbox until the turn of that
// event is committed, so a crash repeats the call under the same Idempotency-Key.
func (r *Runner) call(row store.OutboxRow) {
	result := r.tries(row.Effect)
	if r.ctx.Err() != nil {
		return
	}
	r.mail.post(row.Conversation, job{
		event: engine.Event{ID: row.Effect.ID, Kind: engine.EventCall, At: r.now().UTC(), Call: &result},
		call:  row.Effect.ID,
	})
}

func (r *Runner) tries(e engine.Effect) engine.CallResult {
	for try := 0; ; try++ {
		result, again, after := r.once(e)
		if !again || try >= e.Call.Retries {
			return result
		}
		if after == 0 {
			after = callBackoff << try
		}
		select {
		case <-time.After(after):
		case <-r.ctx.Done():
			return result
		}
	}
}

// once makes one try. again tells that another may help; after is how long the server asked to wait.
func (r *Runner) once(e engine.Effect) (result engine.CallResult, again bool, after time.Duration) {
	failed := func(why string) engine.CallResult { return engine.CallResult{Effect: e.ID, Error: why} }
	ctx, cancel := context.WithTimeout(r.ctx, e.Call.Timeout)
	defer cancel()
	req, err := request(ctx, e)
	if err != nil {
		return failed(err.Error()), false, 0
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return failed(callError(err)), true, 0
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes+1))
	if err != nil {
		return failed(callError(err)), true, 0
	}
	result = engine.CallResult{Effect: e.ID, Status: resp.StatusCode}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500 {
		return result, true, retryAfter(resp.Header)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 || len(bytes.TrimSpace(body)) == 0 {
		return result, false, 0
	}
	if len(body) > maxResponseBytes {
		return failed("the answer is longer than 64 KiB"), false, 0
	}
	if err := json.Unmarshal(body, &result.Body); err != nil {
		return failed("the answer is not JSON"), false, 0
	}
	if engine.TooDeep(result.Body) {
		return failed(fmt.Sprintf("the answer has more than %d lists and maps inside each other", engine.MaxValueDepth)), false, 0
	}
	return result, false, 0
}

func request(ctx context.Context, e engine.Effect) (*http.Request, error) {
	u, err := url.Parse(e.Call.URL)
	if err != nil || len(e.Call.URL) > maxCallURL || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, errors.New("the address is not an http or https URL")
	}
	var body io.Reader
	if e.Call.Body != nil {
		encoded, err := json.Marshal(e.Call.Body)
		if err != nil {
			return nil, errors.New("the body can not be written as JSON")
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, e.Call.Method, u.String(), body)
	if err != nil {
		return nil, errors.New("the address is not an http or https URL")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "relevo")
	req.Header.Set("Idempotency-Key", e.ID)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range e.Call.Headers {
		req.Header.Set(k, v)
	}
	return req, nil
}

// callError names a failure without telling more of the network than a flow may know.
func callError(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case strings.Contains(err.Error(), "response header"):
		return "the answer's header is too long"
	default:
		return "unreachable"
	}
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxRetryAfter)
}
