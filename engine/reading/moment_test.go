package reading_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"relevo/engine/reading"
)

// TestReadMoment reads the phrases of testdata/moments_*.txt. A line is
//
//	kind | what the contact writes | its values, separated by ", " | options of the context
//
// A datetime is written as the clock in the zone shows it; {…} is a partial answer; - is nothing. Lines that start with "now" set the reference.
func TestReadMoment(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/moments_*.txt")
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, %v: want three", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			count, nothing := 0, 0
			for _, c := range loadMoments(t, file) {
				count++
				if c.want == "-" {
					nothing++
				}
				if got := show(t, c.kind, reading.Read(c.kind, c.text, c.ctx), c.ctx); got != c.want {
					t.Errorf("%s:%d: %s %q\n got  %s\n want %s", file, c.line, c.kind, c.text, got, c.want)
				}
			}
			t.Logf("%d phrases, %d of them nothing", count, nothing)
			if count < 170 || nothing < 25 {
				t.Errorf("%d phrases, %d of them nothing: want 170 and 25", count, nothing)
			}
		})
	}
}

type momentCase struct {
	line int
	kind reading.Kind
	text string
	want string
	ctx  reading.Context
}

var kinds = map[string]reading.Kind{"date": reading.Date, "time": reading.Time, "datetime": reading.DateTime, "duration": reading.Duration}

func loadMoments(t testing.TB, file string) (cases []momentCase) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	language := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "moments_"), ".txt")
	base := reading.Context{Language: language}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, " | ")
		if cells[0] == "now" { // now | 2026-11-18 10:00 | Europe/Madrid | ES
			base.Zone, err = time.LoadLocation(cells[2])
			if err != nil {
				t.Fatalf("%s:%d: %v", file, n, err)
			}
			base.Now, err = time.ParseInLocation("2006-01-02 15:04", cells[1], base.Zone)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, n, err)
			}
			base.Region = ""
			if len(cells) > 3 {
				base.Region = cells[3]
			}
			continue
		}
		if len(cells) < 3 || kinds[cells[0]] == "" {
			t.Fatalf("%s:%d: not a line of the table: %s", file, n, line)
		}
		c := momentCase{n, kinds[cells[0]], cells[1], cells[2], base}
		for _, option := range cells[3:] {
			name, value, _ := strings.Cut(option, "=")
			switch name {
			case "past":
				c.ctx.Past = true
			case "region":
				c.ctx.Region = value
			case "language":
				c.ctx.Language = value
			case "options":
				for _, v := range strings.Split(value, ", ") {
					c.ctx.Options = append(c.ctx.Options, optionValue(t, c.kind, v, base.Zone))
				}
			case "partial": // partial=date 2026-11-24 afternoon
				c.ctx.Partial = parsePartial(value)
			default:
				t.Fatalf("%s:%d: unknown option %s", file, n, name)
			}
		}
		cases = append(cases, c)
	}
	return cases
}

// momentTables are the phrases of each language with their values.
var momentTables = []string{"testdata/moments_en.txt", "testdata/moments_es.txt", "testdata/moments_pt.txt"}

// TestNoConfidentWrongAnswer reads every phrase as contacts of all languages: whoever writes it, one clear value is the right one, or is not given.
func TestNoConfidentWrongAnswer(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "es", "pt", ""} {
		t.Run("a contact who speaks "+language, func(t *testing.T) {
			t.Parallel()
			for _, file := range momentTables {
				for _, c := range loadMoments(t, file) {
					c.ctx.Language = language
					r := reading.Read(c.kind, c.text, c.ctx)
					if _, clear := r.Clear(); !clear {
						continue
					}
					if got := show(t, c.kind, r, c.ctx); !slices.Contains(strings.Split(c.want, ", "), got) {
						t.Errorf("%s:%d: %s %q\n got  %s\n want %s, or nothing", file, c.line, c.kind, c.text, got, c.want)
					}
				}
			}
		})
	}
}

func optionValue(t testing.TB, kind reading.Kind, text string, zone *time.Location) any {
	if kind != reading.DateTime {
		return text
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.Format(time.RFC3339)
}

func parsePartial(text string) *reading.Partial {
	p := &reading.Partial{}
	for _, word := range strings.Fields(text) {
		switch {
		case len(word) == 10 && p.Date == "":
			p.Date = word
		case len(word) == 10:
			p.OtherDates = append(p.OtherDates, word)
		case len(word) == 5 && word[2] == ':' && p.Time == "":
			p.Time = word
		case len(word) == 5 && word[2] == ':':
			p.OtherTimes = append(p.OtherTimes, word)
		default:
			p.Part = word
		}
	}
	return p
}

// show writes a result as the tables do, and checks that its values have the form of their kind.
func show(t testing.TB, kind reading.Kind, r reading.Result, ctx reading.Context) string {
	t.Helper()
	if p := r.Partial; p != nil {
		words := append([]string{p.Date}, p.OtherDates...)
		words = append(append(words, p.Time), p.OtherTimes...)
		return "{" + strings.Join(strings.Fields(strings.Join(append(words, p.Part), " ")), " ") + "}"
	}
	var shown []string
	for _, v := range r.Values {
		text, err := wellFormed(kind, v, ctx.Zone)
		if err != nil {
			t.Errorf("value %v: %v", v, err)
		}
		shown = append(shown, text)
	}
	if shown == nil {
		return "-"
	}
	return strings.Join(shown, ", ")
}

func wellFormed(kind reading.Kind, v any, zone *time.Location) (string, error) {
	text, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("is %T, not a string", v)
	}
	switch kind {
	case reading.Duration:
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 || d.String() != text {
			return text, fmt.Errorf("is not a duration: %v", err)
		}
		return strings.TrimSuffix(strings.TrimSuffix(text, "0s"), "h0m") + map[bool]string{true: "h"}[strings.HasSuffix(text, "h0m0s")], nil
	case reading.Date:
		_, err := time.Parse(time.DateOnly, text)
		return text, err
	case reading.Time:
		_, err := time.Parse("15:04", text)
		return text, err
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text, err
	}
	if zone == nil {
		zone = time.UTC
	}
	if local := at.In(zone).Format(time.RFC3339); local != text && !strings.HasSuffix(text, "Z") {
		return text, fmt.Errorf("is %s in the zone", local)
	}
	return at.In(zone).Format("2006-01-02 15:04"), nil
}

var contexts = []struct {
	language, zone, region string
}{{"es", "Europe/Madrid", "ES"}, {"pt", "America/Sao_Paulo", "BR"}, {"en", "America/New_York", "US"}, {"", "UTC", ""}}

// FuzzRead: any text is read without a panic, the same each time, and what comes out has the form of its kind.
func FuzzRead(f *testing.F) {
	for _, file := range momentTables {
		for i, c := range loadMoments(f, file) {
			f.Add(c.text, uint8(i), int64(i)*7777777)
		}
	}
	f.Fuzz(func(t *testing.T, text string, which uint8, seconds int64) {
		c := contexts[which%4]
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(1794992400+seconds%3e9, 0)
		ctx := reading.Context{Language: c.language, Region: c.region, Zone: zone, Now: now, Past: which&4 != 0}
		for _, kind := range kinds {
			r := reading.Read(kind, text, ctx)
			first, again := show(t, kind, r, ctx), show(t, kind, reading.Read(kind, text, ctx), ctx)
			if first != again {
				t.Fatalf("%s %q: %s, then %s", kind, text, first, again)
			}
			if len(r.Values) > 10 || r.Partial != nil && r.Values != nil {
				t.Fatalf("%s %q: %v %v", kind, text, r.Values, r.Partial)
			}
			later := ctx
			later.Partial, later.Options = r.Partial, r.Values
			show(t, kind, reading.Read(kind, text, later), later)
		}
	})
}

func BenchmarkReadDate(b *testing.B) {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		b.Fatal(err)
	}
	ctx := reading.Context{Language: "es", Zone: zone, Now: time.Date(2026, 11, 18, 10, 0, 0, 0, zone)}
	for _, text := range []string{"mañana", "pues creo que el martes a las 5 de la tarde, gracias", "no tengo ni idea de lo que me estás hablando la verdad"} {
		b.Run(strings.Fields(text)[0], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				reading.Read(reading.DateTime, text, ctx)
			}
		})
	}
}
