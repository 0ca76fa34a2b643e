package whatsapp

import (
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		text  string
		limit int
		want  []string
	}{
		{"a short text is one part", "hello", 10, []string{"hello"}},
		{"paragraphs first", "one two.\n\nthree. four", 15, []string{"one two.", "three. four"}},
		{"then lines", "one. two\nthree. four", 14, []string{"one. two", "three. four"}},
		{"then sentences", "It came. It was red and big", 14, []string{"It came.", "It was red and", "big"}},
		{"then words", "alpha beta gamma", 12, []string{"alpha beta", "gamma"}},
		{"anywhere in one long word", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"not inside a family", "abcd👨\u200d👩\u200d👧ef", 8, []string{"abcd", "👨\u200d👩\u200d👧ef"}},
		{"not before a combining mark", "abe\u0301f", 3, []string{"ab", "e\u0301f"}},
		{"not inside a flag", "a🇪🇸🇲🇽", 4, []string{"a🇪🇸", "🇲🇽"}},
		{"not before a skin tone", "abc👍🏽", 4, []string{"abc", "👍🏽"}},
	}
	for _, c := range cases {
		if got := split(c.text, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("one two.\n\nthree. four", 7)
	f.Add("👨‍👩‍👧👨‍👩‍👧", 3)
	f.Add(strings.Repeat("e\u0301", 40), 5)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 1 || limit > maxText {
			return
		}
		var letters strings.Builder
		for _, p := range split(text, limit) {
			if n := runes(p); n == 0 || n > limit {
				t.Errorf("a part has %d characters, limit %d", n, limit)
			}
			letters.WriteString(p)
		}
		if got, want := strings.Join(strings.Fields(letters.String()), ""), strings.Join(strings.Fields(string([]rune(text))), ""); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := runes(shorten(text, limit)); n > limit {
			t.Errorf("shortened to %d, limit %d", n, limit)
		}
	})
}
