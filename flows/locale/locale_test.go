package locale

import (
	"math"
	"testing"
	"time"

	"relevo/engine/reading"
)

var l = New()

func TestMoney(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ amount, currency, language, region, want string }{
		{"1250.5", "MXN", "es", "MX", "$1,250.50"},
		{"1250.50", "USD", "es", "MX", "USD 1,250.50"},
		{"1250.50", "EUR", "es", "MX", "€1,250.50"},
		{"1250.50", "EUR", "es", "ES", "1250,50 €"},
		{"12500.50", "EUR", "es", "ES", "12.500,50 €"},
		{"12.5", "USD", "es", "ES", "12,50 US$"},
		{"-12.5", "EUR", "es", "ES", "-12,50 €"},
		{"1250.5", "BRL", "pt", "BR", "R$ 1.250,50"},
		{"-1250.5", "BRL", "pt", "BR", "-R$ 1.250,50"},
		{"1250.5", "USD", "pt", "BR", "US$ 1.250,50"},
		{"12500.5", "EUR", "pt", "PT", "12 500,50 €"},
		{"1250.5", "USD", "en", "US", "$1,250.50"},
		{"-1250.5", "USD", "en", "US", "-$1,250.50"},
		{"1250.5", "EUR", "en", "US", "€1,250.50"},
		{"1250.5", "GBP", "en", "GB", "£1,250.50"},
		{"1250.5", "USD", "en", "GB", "US$1,250.50"},
		{"1250.5", "USD", "en", "", "$1,250.50"},
		{"1250.5", "EUR", "es", "", "1250,50 €"},
		{"1250.5", "BRL", "pt", "", "R$ 1.250,50"},
		{"1250", "JPY", "en", "US", "¥1,250"},
		{"1250000", "CLP", "es", "CL", "$1.250.000"},
		{"1250.5", "ARS", "es", "AR", "$ 1.250,50"},
		{"0.1", "EUR", "es", "ES", "0,10 €"},
		{"12345678901234567.89", "EUR", "es", "ES", "12.345.678.901.234.567,89 €"},
		{"0.123456", "EUR", "en", "US", "€0.123456"},
		{"12.5", "XYZ", "en", "US", "12.50 XYZ"},
		{"12.5", "XYZ", "es", "ES", "12,50 XYZ"},
		{"12.5", "eur", "es", "ES", "12,50 €"},
		{"twelve", "EUR", "es", "ES", "twelve EUR"},
		{"1e3", "EUR", "es", "ES", "1e3 EUR"},
		{"NaN", "EUR", "es", "ES", "NaN EUR"},
		{"12.5", "EUR", "fr", "FR", "€12.50"},
		{"12.5", "", "en", "US", "12.50"},
	} {
		if got := l.Money(tt.amount, tt.currency, tt.language, tt.region); got != tt.want {
			t.Errorf("%s %s in %s-%s: got %q, want %q", tt.amount, tt.currency, tt.language, tt.region, got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		v                      float64
		decimals               int
		language, region, want string
	}{
		{1250.5, 2, "en", "US", "1,250.5"},
		{1250.5, 2, "es", "MX", "1,250.5"},
		{1250.5, 2, "es", "AR", "1.250,5"},
		{1250.5, 2, "es", "ES", "1250,5"},
		{-1250.5, 2, "es", "ES", "-1250,5"},
		{1250, 0, "es", "ES", "1250"},
		{1250, 2, "es", "ES", "1250"},
		{12500.25, 2, "es", "ES", "12.500,25"},
		{1250.5, 2, "pt", "BR", "1.250,5"},
		{1250.5, 2, "pt", "PT", "1250,5"},
		{12500.5, 2, "pt", "PT", "12 500,5"},
		{1250000, 0, "en", "GB", "1,250,000"},
		{2.005, 0, "en", "US", "2"},
		{0.1 + 0.2, 2, "en", "US", "0.3"},
		{-0.001, 2, "en", "US", "0"},
		{999.999, 2, "en", "US", "1,000"},
		{3, -5, "en", "US", "3"},
		{0.5, 100, "es", "ES", "0,5"},
		{1e20, 0, "en", "US", "1e+20"},
		{math.NaN(), 0, "en", "US", "NaN"},
		{math.Inf(1), 0, "en", "US", "+Inf"},
	} {
		if got := l.Number(tt.v, tt.decimals, tt.language, tt.region); got != tt.want {
			t.Errorf("%v in %s-%s: got %q, want %q", tt.v, tt.language, tt.region, got, tt.want)
		}
	}
}

func TestDateAndClock(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 15, 30, 0, 0, time.UTC)
	for _, tt := range []struct{ language, region, long, short, day, clock string }{
		{"en", "US", "Tuesday, November 24, 2026", "11/24/2026", "Tuesday, November 24", "3:30 PM"},
		{"en", "GB", "Tuesday, 24 November 2026", "24/11/2026", "Tuesday, 24 November", "15:30"},
		{"en", "", "Tuesday, 24 November 2026", "24/11/2026", "Tuesday, 24 November", "15:30"},
		{"es", "ES", "martes, 24 de noviembre de 2026", "24/11/2026", "martes, 24 de noviembre", "15:30"},
		{"es", "MX", "martes, 24 de noviembre de 2026", "24/11/2026", "martes, 24 de noviembre", "15:30"},
		{"es", "CO", "martes, 24 de noviembre de 2026", "24/11/2026", "martes, 24 de noviembre", "3:30 p. m."},
		{"es", "", "martes, 24 de noviembre de 2026", "24/11/2026", "martes, 24 de noviembre", "15:30"},
		{"pt", "BR", "terça-feira, 24 de novembro de 2026", "24/11/2026", "terça-feira, 24 de novembro", "15:30"},
		{"pt-BR", "", "terça-feira, 24 de novembro de 2026", "24/11/2026", "terça-feira, 24 de novembro", "15:30"},
		{"pt", "PT", "terça-feira, 24 de novembro de 2026", "24/11/2026", "terça-feira, 24 de novembro", "15:30"},
		{"de", "DE", "Tuesday, 24 November 2026", "24/11/2026", "Tuesday, 24 November", "15:30"},
		{"", "", "Tuesday, 24 November 2026", "24/11/2026", "Tuesday, 24 November", "15:30"},
	} {
		for style, want := range map[string]string{"long": tt.long, "short": tt.short, "day": tt.day, "": tt.long} {
			if got := l.Date(at, style, tt.language, tt.region); got != want {
				t.Errorf("%s-%s %s: got %q, want %q", tt.language, tt.region, style, got, want)
			}
		}
		if got := l.Clock(at, tt.language, tt.region); got != tt.clock {
			t.Errorf("%s-%s: got %q, want %q", tt.language, tt.region, got, tt.clock)
		}
	}
}

func TestPlural(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n              float64
		language, want string
	}{
		{1, "en", "one"}, {0, "en", "other"}, {2, "en", "other"}, {1.5, "en", "other"}, {1, "es", "one"}, {2, "es", "other"}, {0, "es", "other"},
		{1, "pt", "one"}, {2, "pt", "other"}, {1, "xx", "one"}, {math.NaN(), "en", "other"}, {math.Inf(1), "en", "other"}, {1e300, "es", "other"},
	} {
		if got := l.Plural(tt.n, tt.language); got != tt.want {
			t.Errorf("%v in %s: got %q, want %q", tt.n, tt.language, got, tt.want)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ candidate, region, want string }{
		{"600 111 222", "ES", "+34600111222"},
		{"0034 600 111 222", "ES", "+34600111222"},
		{"34600111222", "ES", "+34600111222"},
		{"+34 600 111 222", "", "+34600111222"},
		{"55 1234 5678", "MX", "+525512345678"},
		{"(11) 98765-4321", "BR", "+5511987654321"},
		{"(202) 555-0143", "US", "+12025550143"},
		{"020 7946 0018", "GB", "+442079460018"},
		{"600111222", "", ""},
		{"600111222", "XX", ""},
		{"123456789", "ES", ""},
		{"AB123456", "ES", ""},
		{"", "ES", ""},
		{"+34 600 111 222 +34 600 111 222 +34 600 111 222", "ES", ""},
	} {
		if got, ok := l.Phone(tt.candidate, tt.region); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%q in %q: got %q, %v", tt.candidate, tt.region, got, ok)
		}
	}
}

// TestPhonesOfPeople holds the reader and the library together.
func TestPhonesOfPeople(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, region, want string }{
		{"mi número es 600 11 12 22, gracias", "ES", "+34600111222"},
		{"llámame al 55 1234 5678", "MX", "+525512345678"},
		{"34600111222", "MX", "+34600111222"},
		{"meu número é (11) 98765-4321", "BR", "+5511987654321"},
		{"you can reach me at 202-555-0143.", "US", "+12025550143"},
		{"pedido 600111222", "ES", ""},
		{"AB600111222", "ES", ""},
		{"12345678", "ES", ""},
		{"24/11/2026", "ES", ""},
	} {
		v, _ := reading.Read(reading.Phone, tt.text, reading.Context{Region: tt.region, Phone: l.Phone}).Clear()
		if got, _ := v.(string); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}
