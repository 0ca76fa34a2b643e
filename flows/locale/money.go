package locale

import (
	"strings"

	"github.com/bojanz/currency"
)

// symbols are used in every language: CLDR writes a code where the currency is rare, and customers do not.
var symbols = map[string]string{"EUR": "€", "GBP": "£", "BRL": "R$"}

// maxAmount is the length of an amount in bytes that is formatted; a longer one is written as it is.
const maxAmount = 40

// Money writes an exact decimal amount as the region writes money: "1.250.000,50 €", "$1,250.50". It has at least the decimals of its currency and
// never loses one of up to six. An unknown currency is written as its code, and what is no decimal number as it is.
func (l *Locale) Money(amount, code, language, region string) string {
	code = strings.ToUpper(code)
	as := code
	if code == "" || !currency.IsValid(code) {
		as = "EUR" // for the way its number is written
	}
	a, err := currency.NewAmount(amount, as)
	if err != nil || len(amount) > maxAmount || strings.ContainsAny(amount, "eEnN") {
		return strings.TrimSpace(amount + " " + code)
	}
	f := currency.NewFormatter(currency.NewLocale(strings.ReplaceAll(l.moneyLocale(language, region), "_", "-")))
	f.SymbolMap = symbols
	if shared(f.Locale(), code, region) {
		f.CurrencyDisplay = currency.DisplayCode
	}
	if as != code {
		f.CurrencyDisplay = currency.DisplayNone
		return strings.TrimSpace(plain(f.Format(a)) + " " + code)
	}
	return plain(f.Format(a))
}

// shared tells that a sign means the region's own currency to its people, not this one: "$1,250" are pesos in Mexico.
func shared(in currency.Locale, code, region string) bool {
	local, ok := currency.ForCountryCode(strings.ToUpper(region))
	if !ok || local == code {
		return false
	}
	own, _ := currency.GetSymbol(local, in)
	sign, _ := currency.GetSymbol(code, in)
	return own == sign
}

// moneyLocale is the locale for amounts. Where the region is not known English is the plain one: "$12.50" is then US dollars.
func (l *Locale) moneyLocale(language, region string) string {
	name := l.name(language, region)
	if region == "" && name == fallbacks["en"] && !strings.ContainsAny(language, "-_") {
		return "en"
	}
	return name
}
