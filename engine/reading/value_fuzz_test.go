package reading

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReadValue holds what every text must keep: no panic, the same answer twice, values of the right form.
func FuzzReadValue(f *testing.F) {
	for _, s := range []string{"1.250,50 €", "dos mil y medio", "R$50", "ana arroba example punto com", "+34 600 111 222", "no, está bien", "3k 1/2", "-$5", "12 con 5", "½½", "1 250 000,5", "#2", "''", "1'2", "média dúzia", "S/.5", "5-6", "\xff1", "á́", "999999999999999 mil", "0000050000000000000!"} {
		f.Add(s, "es", "MX", "EUR")
		f.Add(s, "en", "", "")
	}
	f.Fuzz(func(t *testing.T, text, language, region, currency string) {
		if utf8.RuneCountInString(text) > MaxRunes {
			return
		}
		ctx := Context{Language: language, Region: region, Currency: currency}
		for _, kind := range []Kind{Number, Integer, Amount, Email, Phone, YesNo} {
			got := readValue(kind, text, ctx)
			if again := readValue(kind, text, ctx); !reflect.DeepEqual(got, again) {
				t.Fatalf("%s %q: %v, then %v", kind, text, got, again)
			}
			if len(got.Values) > maxValues || got.Partial != nil {
				t.Fatalf("%s %q: %v", kind, text, got)
			}
			for _, v := range got.Values {
				checkForm(t, kind, text, v)
			}
		}
		if n := Ordinal(text, 3); n < 0 || n > 3 {
			t.Fatalf("place %d of 3 in %q", n, text)
		}
	})
}

func checkForm(t *testing.T, kind Kind, text string, v any) {
	t.Helper()
	ok := false
	switch kind {
	case Number:
		n, is := v.(float64)
		ok = is && n > -1e15 && n < 1e15
	case Integer:
		n, is := v.(float64)
		ok = is && n == float64(int64(n))
	case Amount:
		m, is := v.(map[string]any)
		amount := strings.TrimPrefix(m["amount"].(string), "-")
		d, parsed := parseDecimal(amount)
		ok = is && parsed && d.scale == decimalsOf(m["currency"].(string)) && (d.float() != 0) == (m["minor"].(float64) != 0)
	case Email:
		_, ok = emailOf(v.(string))
	case Phone:
		ok = strings.HasPrefix(v.(string), "+") && parsedDigits(v.(string)[1:])
	case YesNo:
		_, ok = v.(bool)
	}
	if !ok {
		t.Fatalf("%s %q: %#v", kind, text, v)
	}
}

func BenchmarkReadAmount(b *testing.B) {
	for b.Loop() {
		readValue(Amount, "creo que fueron 1.250,50 euros", Context{Language: "es", Region: "ES"})
	}
}

func BenchmarkReadYesNo(b *testing.B) {
	for b.Loop() {
		readValue(YesNo, "sí, claro, el martes me va bien, gracias", Context{Language: "es"})
	}
}
