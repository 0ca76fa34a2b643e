package draw

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"relevo/flows"
)

// FuzzDraw draws whatever file can be loaded, in every format, and wants no panic and well-formed XML.
func FuzzDraw(f *testing.F) {
	for _, file := range []string{"../order_tracking.yaml", "../security_alert.yaml", "../testdata/every_key.yaml"} {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	f.Add([]byte("flow: a\ntitle: שלום\nlanguages: [he]\ninitial: \"\\u202e\"\nstates: {👍: {say: \"{{ \", goto: 👍}}\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		def, _ := flows.Load("f.yaml", source)
		if def == nil {
			return
		}
		p := Flow(def, Options{Language: "pt"})
		var svg strings.Builder
		if err := p.SVG(&svg); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, svg.String())
		for _, write := range []func(io.Writer) error{p.Mermaid, p.Dot, func(w io.Writer) error { return p.PNG(w, PNGOptions{Scale: MinScale}) }} {
			if err := write(io.Discard); err != nil && !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
		}
	})
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
