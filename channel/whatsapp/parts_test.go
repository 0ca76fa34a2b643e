package whatsapp

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParts holds members and elements against what encoding/json makes of the same documents.
func FuzzParts(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `3`, `"a"`, ` { "a" : [ 1 , {"b":"}"} ] , "c\u0041":"\"],[" } `, `[[],{},"\\",-1.5e3,true,false,null]`, `{"a":1,"a":2}`,
		`{"\ud800":1}`, `[1`, `{"a"`, `{"a":}`, "\"\xff\"", `{"":""}`, `["\\\"",{"x":[{"y":"\\"}]}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		object, array := members(raw), elements(raw) // must end and not panic, whatever raw is
		if !json.Valid(raw) {
			return
		}
		var wantObject map[string]json.RawMessage
		if json.Unmarshal(raw, &wantObject) != nil {
			wantObject = nil
		}
		var wantArray []json.RawMessage
		if json.Unmarshal(raw, &wantArray) != nil {
			wantArray = nil
		}
		if diff := cmp.Diff(wantObject, object); diff != "" {
			t.Errorf("members of %q (-want +got):\n%s", raw, diff)
		}
		if diff := cmp.Diff(wantArray, array); diff != "" {
			t.Errorf("elements of %q (-want +got):\n%s", raw, diff)
		}
	})
}
