package runner

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"relevo/engine"
)

// caller is a runner that may call the given addresses.
func caller(t *testing.T, allow ...string) *Runner {
	t.Helper()
	allowed, err := ParseAllowed(allow)
	if err != nil {
		t.Fatal(err)
	}
	r := New(Options{Client: NewClient(allowed)})
	t.Cleanup(func() {
		r.client.CloseIdleConnections()
		r.Close()
	})
	return r
}

// get makes a call with its retries, as a flow does.
func (r *Runner) get(url string, change ...func(*engine.Call)) engine.CallResult {
	c := &engine.Call{Method: http.MethodGet, URL: url, Timeout: 5 * time.Second}
	for _, f := range change {
		f(c)
	}
	return r.tries(engine.Effect{ID: "c1/1/0", Kind: engine.EffectCall, Call: c})
}

func timeout(d time.Duration) func(*engine.Call) { return func(c *engine.Call) { c.Timeout = d } }
func retries(n int) func(*engine.Call)           { return func(c *engine.Call) { c.Retries = n } }

// serve starts a server of the operator's network and a runner that may call it.
func serve(t *testing.T, h http.HandlerFunc) (r *Runner, url string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return caller(t, srv.Listener.Addr().String()), srv.URL
}

func TestAnswersOfCalls(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("x"), maxResponseBytes+1)
	exact := []byte(`"` + strings.Repeat("x", maxResponseBytes-2) + `"`)
	for _, c := range []struct {
		name   string
		handle http.HandlerFunc
		want   engine.CallResult
	}{
		{"JSON is decoded", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status": "sent"}`) },
			engine.CallResult{Status: 200, Body: map[string]any{"status": "sent"}}},
		{"an empty answer is an answer", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
			engine.CallResult{Status: 204}},
		{"an error's page is not read", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<html>")
		}, engine.CallResult{Status: 404}},
		{"a redirect is not followed", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				t.Error("followed to " + r.URL.Path)
			}
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, engine.CallResult{Status: 302}},
		{"not JSON", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, engine.CallResult{Error: "the answer is not JSON"}},
		{"64 KiB are read", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(exact) },
			engine.CallResult{Status: 200, Body: strings.Repeat("x", maxResponseBytes-2)}},
		{"a byte more is too long", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(large) },
			engine.CallResult{Error: "the answer is longer than 64 KiB"}},
		{"a gzip bomb is too long", bomb, engine.CallResult{Error: "the answer is longer than 64 KiB"}},
		{"a header without end", headerBomb, engine.CallResult{Error: "the answer's header is too long"}},
		{"nested too deep to be stored", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.Repeat("[", 9999)+strings.Repeat("]", 9999))
		}, engine.CallResult{Error: "the answer has more than 64 lists and maps inside each other"}},
		{"the connection breaks in the body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"a":`)
		}, engine.CallResult{Error: "unreachable"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, url := serve(t, c.handle)
			c.want.Effect = "c1/1/0"
			got, want := asJSON(t, r.get(url+"/")), asJSON(t, c.want)
			if got != want {
				t.Errorf("got %.200s, want %.200s", got, want)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// bomb answers 10 MB of zeros in 10 KB.
func bomb(w http.ResponseWriter, _ *http.Request) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.CopyN(z, zeros{}, 10<<20)
	_ = z.Close()
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write(packed.Bytes())
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// headerBomb sends header lines until the caller hangs up.
func headerBomb(w http.ResponseWriter, _ *http.Request) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(out, "HTTP/1.1 200 OK\r\n")
	for i := 0; i < 4<<20/64; i++ {
		if _, err := fmt.Fprintf(out, "X-Filler-%07d: %s\r\n", i, strings.Repeat("x", 44)); err != nil {
			return
		}
	}
}

func TestACallThatTakesTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]http.HandlerFunc{
		"nothing comes": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"the body trickles": func(w http.ResponseWriter, r *http.Request) {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					fmt.Fprint(w, " ")
					w.(http.Flusher).Flush()
				case <-r.Context().Done():
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, url := serve(t, handle)
			if got := r.get(url, timeout(50*time.Millisecond)); got.Error != "timeout" || got.Status != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestCallsAreRepeatedWhereItHelps(t *testing.T) {
	t.Parallel()
	var keys atomic.Pointer[string]
	for _, c := range []struct {
		name   string
		answer []int // of each try; the last one goes on
		tries  int32
		want   int
	}{
		{"a 503 passes", []int{503, 200}, 2, 200},
		{"a 429 passes", []int{429, 200}, 2, 200},
		{"500 for ever", []int{500}, 3, 500},
		{"a 404 stays", []int{404}, 1, 404},
		{"a 400 stays", []int{400}, 1, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			r, url := serve(t, func(w http.ResponseWriter, req *http.Request) {
				n := int(tries.Add(1))
				key := req.Header.Get("Idempotency-Key")
				if first := keys.Swap(&key); first != nil && *first != key {
					t.Errorf("the key changed from %s to %s", *first, key)
				}
				w.WriteHeader(c.answer[min(n, len(c.answer))-1])
			})
			if got := r.get(url, retries(2)); got.Status != c.want || got.Error != "" || tries.Load() != c.tries {
				t.Errorf("%+v after %d tries", got, tries.Load())
			}
		})
	}
}

// roundTrip is a transport without a network, for a clock of our own.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestARetryWaitsAsLongAsTheServerAsks(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]time.Duration{"3": 3 * time.Second, "86400": maxRetryAfter, "-1": callBackoff, "soon": callBackoff, "": callBackoff} {
		synctest.Test(t, func(t *testing.T) {
			var at []time.Time
			r := New(Options{Client: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				at = append(at, time.Now())
				status := http.StatusServiceUnavailable
				if len(at) > 1 {
					status = http.StatusOK
				}
				return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {asked}}, Body: http.NoBody}, nil
			})}})
			defer r.Close()
			if got := r.get("http://shop.example/", retries(1)); got.Status != 200 || len(at) != 2 || at[1].Sub(at[0]) != want {
				t.Errorf("Retry-After %q: %+v, tries at %v, want %s between", asked, got, at, want)
			}
		})
	}
}

const callFlow = `
flow: look
title: {en: Look}
languages: [en]
triggers:
  - phrases: {en: [look]}
slots:
  order: {type: object}
initial: find
states:
  find:
    call: {get: "http://shop.example/orders/1", save: order, timeout: 5s, retries: 1}
    on: {ok: found, failed: broken}
  found:
    say: "It is {{ order.status }}."
    end: resolved
  broken:
    handoff: {queue: general, say: A colleague comes., outcomes: [resolved]}
    on: {resolved: done}
  done:
    end: resolved
`

// A call that a crash cut off is made again by the next start, under the same key; its answer counts once.
func TestACallOutlivesARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var keys []string
		held := true
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			if held {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"status": "sent"}`))}, nil
		})}
		w := newWorld(t, nil, func(o *Options) { o.Client = client }, callFlow)
		w.start()
		conv := w.say(ana, "m1", "look")
		w.say(ana, "m2", "look") // waits until the call has ended
		pass(time.Second)
		w.stop()
		held = false
		w.start()
		defer w.stop()
		pass(0)
		if len(keys) != 3 || keys[0] != keys[1] || keys[2] == keys[1] {
			t.Errorf("keys %q", keys)
		}
		wantTexts(t, w.far.texts(conv), "It is sent.", "It is sent.")
		if n := len(w.events(conv, engine.EventCall)); n != 2 {
			t.Errorf("%d calls ended", n)
		}
		w.wantQuiet()
	})
}

func TestACallThatFailsTakesItsOwnWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var tries atomic.Int32
		w := newWorld(t, nil, func(o *Options) {
			o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				tries.Add(1)
				<-r.Context().Done()
				return nil, r.Context().Err()
			})}
		}, callFlow)
		w.start()
		defer w.stop()
		conv := w.say(ana, "m1", "look")
		pass(5*time.Second - 1)
		if n := tries.Load(); n != 1 {
			t.Errorf("%d tries before the time-out", n)
		}
		pass(callBackoff + 5*time.Second + 1)
		wantTexts(t, w.far.texts(conv), "A colleague comes.")
		if got := w.load(conv).Owner.Kind; got != engine.OwnerQueue || tries.Load() != 2 {
			t.Errorf("owner %s after %d tries", got, tries.Load())
		}
		w.wantQuiet()
	})
}

// dialed counts connections to a listener that nobody may reach.
func dialed(t *testing.T, address string) (port string, count *atomic.Int32) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	count = &atomic.Int32{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, count
}
