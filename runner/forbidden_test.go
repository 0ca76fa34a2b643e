package runner

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"relevo/engine"
)

// names is what this package's own name server answers: an address for each question, the last one for ever. A name that is not here is
// 127.0.0.1, as some resolvers take 127.1, 0x7f.1 and 2130706433 for it.
var names = struct {
	sync.Mutex
	addresses map[string][][]string
}{addresses: map[string][][]string{
	"metadata.google.internal.": {{"169.254.169.254"}},
	"private.test.":             {{"10.0.0.1"}},
	"mixed.test.":               {{"127.0.0.2", "127.0.0.1"}},
	"mapped.test.":              {{"127.0.0.1", "169.254.169.254"}},
}}

// resolveNamesHere makes the process look up names in names, so that no test asks the network.
func resolveNamesHere() {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answerNames(server)
		return client, nil
	}}
}

// answerNames answers DNS over a stream: two bytes of length before each message (RFC 1035, 4.2.2).
func answerNames(conn net.Conn) {
	defer conn.Close()
	var size [2]byte
	for {
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		raw := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, raw); err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(raw); err != nil || len(m.Questions) != 1 {
			return
		}
		q := m.Questions[0]
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		if q.Type == dnsmessage.TypeA {
			for _, a := range lookUp(q.Name.String()) {
				m.Answers = append(m.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
				})
			}
		}
		out, err := m.Pack()
		if err != nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...)); err != nil {
			return
		}
	}
}

func lookUp(name string) []string {
	names.Lock()
	defer names.Unlock()
	list, known := names.addresses[strings.ToLower(name)]
	if !known {
		return []string{"127.0.0.1"}
	}
	if len(list) > 1 {
		names.addresses[name] = list[1:]
	}
	return list[0]
}

// TestForbiddenAddresses tries what a flow may not reach: no connection is made, and the answer never tells why.
func TestForbiddenAddresses(t *testing.T) {
	t.Parallel()
	port, four := dialed(t, "127.0.0.1:0")
	six, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "[::1]:"+port)
	if err == nil {
		defer six.Close() // never accepts: a connection would hang, and be a time-out
	}
	r := caller(t)
	for _, host := range []string{
		"127.0.0.1", "127.1", "0", "0.0.0.0", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f.1", "0x7f000001", "0177.1",
		"localhost", "localhost.", "LOCALHOST", "169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "metadata.google.internal",
		"10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "100.127.255.254", "198.18.0.1", "198.19.255.254",
		"[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd12:3456::1]", "[ff00::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
		"[2001::1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "224.0.0.1", "255.255.255.255", "240.0.0.1", "0.1.2.3", "192.0.2.1", "[2001:db8::1]",
		"private.test", "mapped.test", "127.0.0.1.nip.test",
	} {
		t.Run(host, func(t *testing.T) {
			for _, scheme := range []string{"http", "https"} {
				started := time.Now()
				got := r.get(fmt.Sprintf("%s://%s:%s/", scheme, host, port))
				if got.Error != errRefusedAddress.Error() || got.Status != 0 || got.Body != nil {
					t.Errorf("%s: %+v", scheme, got)
				}
				if took := time.Since(started); took > 2*time.Second {
					t.Errorf("%s: the refusal took %s", scheme, took)
				}
			}
		})
	}
	if n := four.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestForbiddenForms(t *testing.T) {
	t.Parallel()
	port, connections := dialed(t, "127.0.0.1:0")
	r := caller(t, "127.0.0.1:"+port)
	const refused = "the address is not an http or https URL"
	for _, url := range []string{
		"file:///etc/passwd", "gopher://127.0.0.1:" + port + "/", "unix:///run/docker.sock", "ftp://127.0.0.1:" + port + "/", "//127.0.0.1:" + port + "/",
		"127.0.0.1:" + port, "http:/127.0.0.1:" + port, "http://", "", " ", "javascript:alert(1)", "http://public.example@127.0.0.1:" + port + "/",
		"http://127.0.0.1:" + port + "@public.example/", "http://user:secret@127.0.0.1:" + port + "/", "http://127.0.0.1:" + port + "/" + strings.Repeat("x", maxCallURL),
		"http://127.0.0.1:" + port + "\r\nX: y/", "http://[::1", "http://127.0.0.1:port/", "http://127.0.0.1:" + port + "/\x00",
	} {
		if got := r.get(url); got.Error != refused {
			t.Errorf("%.60q: %+v", url, got)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
	if got := r.get("http://127.0.0.1:"+port+"/", func(c *engine.Call) { c.Body = func() {} }); got.Error == "" {
		t.Errorf("a body that is no JSON: %+v", got)
	}
}

func TestAllowedAddresses(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `"here"`) }))
	t.Cleanup(srv.Close)
	address := srv.Listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	for allow, want := range map[string]bool{
		address: true, "127.0.0.1": true, "127.0.0.0/8": true, "::ffff:127.0.0.1": true, "[::ffff:127.0.0.1]:" + port: true,
		"127.0.0.1:1": false, "127.0.0.2": false, "10.0.0.0/8": false, "::1": false,
	} {
		got := caller(t, allow).get("http://127.0.0.1:" + port + "/")
		if want != (got.Body == "here") || !want && got.Error != "unreachable" {
			t.Errorf("with %s allowed: %+v", allow, got)
		}
	}
	for _, bad := range []string{"", "shop.example", "10.0.0.0/99", "127.0.0.1:http", "*"} {
		if _, err := ParseAllowed([]string{bad}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// The address is judged when the connection is made, so neither a name with a good and a bad address nor one that changes helps.
func TestNamesThatChange(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, `"here"`)
	}))
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, forbidden := dialed(t, "127.0.0.2:"+port)
	r := caller(t, "127.0.0.1:"+port)
	if got := r.get("http://mixed.test:" + port + "/"); got.Body != "here" {
		t.Errorf("a name with a good and a bad address: %+v", got)
	}
	rebinding := "rebinding-" + port + ".test"
	names.Lock()
	names.addresses[rebinding+"."] = [][]string{{"127.0.0.1"}, {"127.0.0.2"}}
	names.Unlock()
	if got := r.get("http://" + rebinding + ":" + port + "/"); got.Body != "here" {
		t.Errorf("the first answer: %+v", got)
	}
	if got := r.get("http://" + rebinding + ":" + port + "/"); got.Error != "unreachable" {
		t.Errorf("the second answer: %+v", got)
	}
	if n := forbidden.Load(); n != 0 {
		t.Errorf("%d connections to the bad address", n)
	}
}

func TestARedirectLeadsNowhere(t *testing.T) {
	t.Parallel()
	port, forbidden := dialed(t, "127.0.0.1:0")
	for _, to := range []string{"http://127.0.0.1:" + port + "/", "http://169.254.169.254/", "file:///etc/passwd", "//127.0.0.1:" + port} {
		r, url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
		if got := r.get(url); got.Status != http.StatusTemporaryRedirect || got.Body != nil {
			t.Errorf("%s: %+v", to, got)
		}
	}
	if n := forbidden.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestAProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	port, connections := dialed(t, "127.0.0.1:0")
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:"+port)
	}
	r := caller(t)
	if r.client.Transport.(*http.Transport).Proxy != nil {
		t.Error("the client has a proxy")
	}
	if got := r.get("http://private.test/"); got.Error != "unreachable" {
		t.Errorf("%+v", got)
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections to the proxy", n)
	}
}
