package reading

import "strings"

// A unit is how somebody names money. Some names mean another currency in another place.
type unit struct {
	code   string   // ISO 4217, when there is only one
	family string   // "$", "peso", "dollar", "rupee", "bs": the currency depends on the place
	cents  bool     // hundredths of it
	_      struct{} // keyed literals only
}

// units are names of money, folded, with one space between their pieces.
var units = func() map[string]unit {
	m := map[string]unit{}
	for names, u := range map[string]unit{
		"€|euro|euros|eur|eu ros": {code: "EUR"},
		"£|pound|pounds|pound sterling|pounds sterling|quid|libra|libras|libras esterlinas|gbp":                                                   {code: "GBP"},
		"r $|rs $|real|reais|reales|brl|pila|pilas|conto|contos|real brasileiro|reais brasileiros":                                                {code: "BRL"},
		"us $|u $ s|u $ d|usd|usd $|dolar americano|dolares americanos|dolares estadounidenses|dolares usa|us dollar|us dollars|american dollars": {code: "USD"},
		"$":                             {family: "$"},
		"peso|pesos|pesitos|varo|varos": {family: "peso"},
		"dolar|dolares|dollar|dollars|buck|bucks":                                {family: "dollar"},
		"mx $|mxn|mxn $|mn|peso mexicano|pesos mexicanos|mexican pesos|pesos mx": {code: "MXN"},
		"ar $|ars|ars $|peso argentino|pesos argentinos|argentine pesos":         {code: "ARS"},
		"clp|clp $|cl $|peso chileno|pesos chilenos|chilean pesos":               {code: "CLP"},
		"cop|cop $|col $|peso colombiano|pesos colombianos|colombian pesos":      {code: "COP"},
		"uyu|uyu $|peso uruguayo|pesos uruguayos":                                {code: "UYU"},
		"dop|rd $|peso dominicano|pesos dominicanos":                             {code: "DOP"},
		"ca $|cad|cad $|can $|dolares canadienses|canadian dollars":              {code: "CAD"},
		"a $|au $|aud|aud $|australian dollars|dolares australianos":             {code: "AUD"},
		"nz $|nzd": {code: "NZD"},
		"s / .|s /|sol|soles|pen|nuevos soles|soles peruanos": {code: "PEN"},
		"quetzal|quetzales|gtq":                               {code: "GTQ"},
		"lempira|lempiras|hnl":                                {code: "HNL"},
		"cordoba|cordobas|nio|c $":                            {code: "NIO"},
		"₡|colon|colones|crc":                                 {code: "CRC"},
		"boliviano|bolivianos|bob":                            {code: "BOB"},
		"bolivar|bolivares|ves":                               {code: "VES"},
		"bs|bs .":                                             {family: "bs"},
		"₲|guarani|guaranies|pyg":                             {code: "PYG"},
		"balboa|balboas|pab":                                  {code: "PAB"},
		"yen|yenes|ienes|iene|jpy":                            {code: "JPY"},
		"¥":                                                   {family: "yen"},
		"yuan|yuanes|rmb|cny":                                 {code: "CNY"},
		"franco suizo|francos suizos|swiss francs|chf|francos|franco|francs": {code: "CHF"},
		"₹|inr":                     {code: "INR"},
		"rupee|rupees|rupia|rupias": {family: "rupee"},
		"kwanza|kwanzas":            {code: "AOA"},
		"metical|meticais|mzn":      {code: "MZN"},
		"₩|krw|won":                 {code: "KRW"},
		"centavo|centavos|centavito|centavitos|centimo|centimos|cent|cents|cents.|¢|ctvs|cts": {cents: true},
		"penny|pence|penique|peniques": {code: "GBP", cents: true},
	} {
		for name := range strings.SplitSeq(names, "|") {
			m[name] = u
		}
	}
	return m
}()

// maxUnitPieces is the length of the longest name of money, in pieces.
const maxUnitPieces = 3

// codes are the ISO 4217 codes; those not in units are understood only in capital letters ("all", "try" and "cup" are words).
var codes = setOf(`AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF
	DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD
	KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
	RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SOS SRD STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF
	XPF YER ZAR ZMW`)

// unitAt finds a name of money at i and where it ends. The longest one counts.
func unitAt(ps []piece, i int) (u unit, end int, ok bool) {
	name := ""
	for n := 0; n < maxUnitPieces && i+n < len(ps); n++ {
		p := ps[i+n]
		if p.kind != pieceWord && p.kind != pieceMark {
			break
		}
		if n > 0 {
			name += " "
		}
		name += p.text
		if found, known := units[name]; known && (n == 0 || p.kind == pieceWord || p.glued) {
			u, end, ok = found, i+n+1, true
		}
	}
	if !ok && i < len(ps) && codes[ps[i].raw] {
		return unit{code: ps[i].raw}, i + 1, true
	}
	return u, end, ok
}

// unitBefore finds a name of money that ends at i and where it begins.
func unitBefore(ps []piece, i int) (u unit, start int, ok bool) {
	for n := min(maxUnitPieces, i); n > 0; n-- {
		if found, end, known := unitAt(ps, i-n); known && end == i && !found.cents {
			return found, i - n, true
		}
	}
	return unit{}, i, false
}

// currencyWord tells whether a word alone names money. It returns the word, or "".
func currencyWord(folded, raw string) string {
	if _, ok := units[folded]; ok || codes[strings.ToUpper(raw)] && (raw == strings.ToUpper(raw) || len(raw) == 3 && raw == strings.ToLower(raw) && commonCodes[raw]) {
		return folded
	}
	return ""
}

var commonCodes = setOf("eur usd gbp mxn ars clp cop brl pen uyu")

// regionCurrency is the currency of a region.
var regionCurrency = func() map[string]string {
	m := map[string]string{}
	for pair := range strings.FieldsSeq(`MX=MXN US=USD PR=USD EC=USD SV=USD AR=ARS CL=CLP CO=COP UY=UYU DO=DOP CU=CUP PH=PHP CA=CAD AU=AUD NZ=NZD SG=SGD HK=HKD
		BR=BRL PE=PEN BO=BOB PY=PYG VE=VES GT=GTQ HN=HNL NI=NIO CR=CRC PA=PAB GB=GBP CH=CHF LI=CHF JP=JPY CN=CNY IN=INR PK=PKR LK=LKR NP=NPR AO=AOA MZ=MZN
		CV=CVE KR=KRW TR=TRY PL=PLN CZ=CZK SE=SEK NO=NOK DK=DKK HU=HUF RO=RON ZA=ZAR NG=NGN KE=KES MA=MAD IL=ILS AE=AED JM=JMD TT=TTD BZ=BZD BB=BBD BS=BSD
		GY=GYD TW=TWD NA=NAD
		ES=EUR PT=EUR DE=EUR FR=EUR IT=EUR NL=EUR BE=EUR AT=EUR IE=EUR FI=EUR GR=EUR LU=EUR AD=EUR MT=EUR CY=EUR SK=EUR SI=EUR EE=EUR LV=EUR LT=EUR HR=EUR`) {
		region, code, _ := strings.Cut(pair, "=")
		m[region] = code
	}
	return m
}()

// families are the currencies that a name can mean. The last column is what it means where none of them is used, "" is nothing.
var families = map[string]struct {
	codes     map[string]bool
	elsewhere string
}{
	"$":      {setOf("USD MXN ARS CLP COP UYU DOP CUP CAD AUD NZD SGD HKD BRL JMD TTD BZD BBD BSD GYD TWD NAD"), "USD"},
	"peso":   {setOf("MXN ARS CLP COP UYU DOP CUP PHP"), ""},
	"dollar": {setOf("USD CAD AUD NZD SGD HKD JMD TTD BZD BBD BSD GYD TWD NAD"), "USD"},
	"rupee":  {setOf("INR PKR LKR NPR"), "INR"},
	"yen":    {setOf("JPY CNY"), "JPY"},
	"bs":     {setOf("BOB VES"), ""},
}

// currencies are what a unit can mean here, in order; none where it can not be known.
func (u unit) currencies(ctx Context) []string {
	local := regionCurrency[ctx.Region]
	if u.code != "" {
		return []string{u.code}
	}
	f, ok := families[u.family]
	switch {
	case !ok: // "50 centavos" and amounts without a name
		for _, code := range []string{ctx.Currency, local} {
			if code != "" {
				return []string{code}
			}
		}
		return nil
	case f.codes[local] && f.codes[ctx.Currency] && local != ctx.Currency: // asked for dollars, "$" from Mexico
		return []string{ctx.Currency, local}
	case f.codes[local]:
		return []string{local}
	case f.codes[ctx.Currency]:
		return []string{ctx.Currency}
	case f.elsewhere == "", ctx.Region == "" && u.family == "$":
		return nil
	}
	return []string{f.elsewhere}
}

// The currencies that do not have two decimals, ISO 4217.
var (
	noDecimals    = setOf("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF")
	threeDecimals = setOf("BHD IQD JOD KWD LYD OMR TND")
)

func decimalsOf(code string) int {
	switch {
	case noDecimals[code]:
		return 0
	case threeDecimals[code]:
		return 3
	}
	return 2
}
