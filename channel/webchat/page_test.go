package webchat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

func (w *world) get(path string, headers ...string) (*http.Response, string) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "GET", w.url+path, nil)
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return res, string(body)
}

func TestPageIsStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config, _ *Options) {
		c.Title = `<script>alert("x")</script>`
		c.FrameAncestors = []string{"'self'", "https://shop.example"}
	})
	res, body := w.get("/webchat")
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; media-src https:; connect-src 'self'; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'self' https://shop.example",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "no-referrer",
		"Content-Type":           "text/html; charset=utf-8",
	}
	for name, value := range want {
		if got := res.Header.Get(name); got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	if contains(body, "<script>") || contains(body, "<style") || contains(body, " style=") || regexp.MustCompile(` on[a-z]+=`).MatchString(body) {
		t.Error("the page has something inline that its own policy forbids")
	}
	for _, link := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if link[1] != "data:," && !strings.HasPrefix(link[1], "/webchat/") {
			t.Errorf("the page loads %s", link[1])
		} else if link[1] != "data:," {
			if res, _ := w.get(link[1]); res.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", link[1], res.StatusCode)
			}
		}
	}
}

func TestPageSpeaksTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config, _ *Options) {
		c.Languages = []string{"es", "en"}
		c.Starters = map[string][]string{"en": {"Where is my order?"}}
	})
	for _, c := range []struct{ query, browser, want string }{
		{"", "en-GB,en;q=0.9,es;q=0.8", "en"},
		{"", "fr,de;q=0.9", "es"},
		{"", "", "es"},
		{"", "pt-BR,en;q=0.5", "en"},
		{"?lang=en", "es", "en"},
		{"?lang=pt", "en", "en"},
		{`?lang="><b>`, "en", "en"},
	} {
		_, body := w.get("/webchat"+c.query, "Accept-Language", c.browser)
		if !contains(body, `<html lang="`+c.want+`">`) || !contains(body, pageWords[c.want].Write) {
			t.Errorf("%s with %q: the page is not in %s", c.query, c.browser, c.want)
		}
	}
}

func TestEveryLanguageHasEveryWord(t *testing.T) {
	t.Parallel()
	for _, l := range pageLanguages {
		v := reflect.ValueOf(pageWords[l])
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: %s is missing", l, v.Type().Field(i).Name)
			}
		}
	}
	encoded, err := json.Marshal(pageWords["en"])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ui/app.js", "ui/view.js"} {
		source, err := ui.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range regexp.MustCompile(`\bwords\.(\w+)`).FindAllSubmatch(source, -1) {
			if !bytes.Contains(encoded, []byte(`"`+string(word[1])+`":`)) {
				t.Errorf("%s uses the word %s, which does not exist", name, word[1])
			}
		}
	}
}

// maxPageBytes is what a customer loads over a slow line before the chat is usable, packed.
const maxPageBytes = 15_000

func TestPageIsSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	_, body := w.get("/webchat")
	page, err := pack([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := len(page)
	for name, mime := range assets { // widget.js among them
		a, err := loadAsset(name, mime, defaultAccent)
		if err != nil {
			t.Fatal(err)
		}
		sum += len(a.packed)
	}
	if sum > maxPageBytes {
		t.Errorf("page, scripts, style and widget take %d bytes packed, at most %d", sum, maxPageBytes)
	}
	t.Logf("%d bytes packed", sum)
}

func TestAssetsAreCachedAndPacked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	plain, body := w.get("/webchat/app.js", "Accept-Encoding", "identity")
	if plain.Header.Get("Content-Encoding") != "" || !contains(body, "import") {
		t.Error("app.js is not served as it is")
	}
	if packed, _ := w.get("/webchat/app.js", "Accept-Encoding", "gzip"); packed.Header.Get("Content-Encoding") != "gzip" {
		t.Error("app.js is not packed for who can unpack it")
	}
	if again, _ := w.get("/webchat/app.js", "If-None-Match", plain.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("app.js again: got %d, want 304", again.StatusCode)
	}
	for path, want := range map[string]int{"/webchat/page.html": 404, "/webchat/": 404, "/webchat/session": 405, "/webchat/../go.mod": 404} {
		if res, _ := w.get(path); res.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, res.StatusCode, want)
		}
	}
}

// What people write must never become markup, and frames must know whom they talk to.
func TestScriptsKeepTheRules(t *testing.T) {
	t.Parallel()
	for name := range assets {
		source, err := ui.ReadFile("ui/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, forbidden := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "@import"} {
			if bytes.Contains(source, []byte(forbidden)) {
				t.Errorf("%s uses %s", name, forbidden)
			}
		}
		for _, call := range regexp.MustCompile(`postMessage\(.*\)`).FindAllString(string(source), -1) {
			if !strings.HasSuffix(call, "origin)") {
				t.Errorf("%s: %s does not name the origin it speaks to", name, call)
			}
		}
		for _, handler := range regexp.MustCompile(`addEventListener\("message", \(e\) => \{\n(.*\n.*\n)`).FindAllString(string(source), -1) {
			if !contains(handler, "e.source !== ") || !contains(handler, "e.origin !== ") {
				t.Errorf("%s listens to anybody: %s", name, handler)
			}
		}
	}
}

func TestWidgetHasTheConfiguredAccent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config, _ *Options) { c.Accent = "#7a1fa2" })
	res, body := w.get("/webchat/widget.js")
	if !contains(body, `"#7a1fa2"`) || contains(body, `"#0f766e";`) {
		t.Error("the launcher does not have the configured colour")
	}
	if res.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || res.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("other people's pages can not load it: %v", res.Header)
	}
	if n := strings.Count(body, "https://"); n != 0 {
		t.Errorf("the widget names %d addresses, want none", n)
	}
	_, css := w.get("/webchat/theme.css")
	_, other := w.get("/webchat/theme.css?accent=ffcc00")
	_, bad := w.get("/webchat/theme.css?accent=red;}body{display:none")
	if !contains(css, "#7a1fa2") || contains(other, "#7a1fa2") || bad != css {
		t.Errorf("theme: %q, asked for: %q, broken: %q", css, other, bad)
	}
}

func TestEveryAccentIsReadable(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	colours := []colour{white, black, {255, 255, 0}, {0, 0, 255}, {128, 128, 128}, {119, 119, 119}}
	for range 2000 {
		n := rnd.Uint32()
		colours = append(colours, colour{uint8(n), uint8(n >> 8), uint8(n >> 16)})
	}
	for _, c := range colours {
		th := newTheme(c)
		for name, ratio := range map[string]float64{
			"text on the light accent": contrast(th.onLight, th.fillLight), "text on the dark accent": contrast(th.onDark, th.fillDark),
			"ink on light": contrast(th.inkLight, surfaceLight), "ink on dark": contrast(th.inkDark, surfaceDark),
		} {
			if ratio < textContrast {
				t.Fatalf("%s: %s has a contrast of %.2f", c, name, ratio)
			}
		}
	}
}

func TestLimiterForgetsTheQuietOnes(t *testing.T) {
	t.Parallel()
	l := newLimiter(1, 2)
	if l.take("a", noon) != 0 || l.take("a", noon) != time.Minute {
		t.Error("a may do one thing a minute")
	}
	l.take("b", noon)
	l.remember("a")
	l.take("c", noon) // b was quiet longest
	if !l.knows("a") || l.knows("b") || !l.knows("c") || len(l.keys) != 2 {
		t.Errorf("knows %v", fmt.Sprint(l.keys))
	}
	if l.take("a", noon.Add(time.Minute)) != 0 {
		t.Error("a minute later a may again")
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.77":              "192.0.2.0/24",
		"::ffff:192.0.2.77":       "192.0.2.0/24",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64",
		"fe80::1%eth0":            "fe80::/64",
		"@":                       "unknown",
		"192.0.2.77, 203.0.113.5": "unknown",
	} {
		if got := network(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
