package reading

import (
	"regexp"
	"strings"
)

// Lengths of an e-mail address in bytes, RFC 5321 4.5.3.1.
const (
	maxEmail      = 254
	maxEmailLocal = 64
)

var (
	emailLocal  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	emailDomain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
	// mistyped top levels do not exist.
	mistyped = setOf("con cpm cmo ocm vom xom comm coom ney ent")
)

// said are the signs of an address as people say them, folded.
var said = map[string]string{
	"arroba": "@", "arrobas": "@", "(at)": "@", "[at]": "@", "{at}": "@", "<at>": "@", "at": "@",
	"punto": ".", "ponto": ".", "dot": ".", "(dot)": ".", "[dot]": ".", "{dot}": ".", "point": ".", "(punto)": ".", "(ponto)": ".", "(arroba)": "@", "[arroba]": "@",
	"guion": "-", "hyphen": "-", "dash": "-", "traco": "-", "hifen": "-", "underscore": "_", "underline": "_", "_": "_", ".": ".", "@": "@",
}

// lead are words that stand before an address. Any other word before a spoken "at" may be part of it, so nothing is understood.
var lead = setOf(`es e is to al a en em o or ou y and mi my meu correo email mail mails e-mail electronico eletronico endereco address direccion : ; , - si sim yes no ok the el la
	use usa usar send me mande manda envia enviar escribeme apunta anota claro por favor seria sera`)

// readEmails finds the e-mail addresses of a text.
func readEmails(text string) []any {
	var values []any
	for _, field := range joinedEmails(emailFields(text)) {
		if address, ok := emailOf(field); ok {
			values = append(values, address)
		}
	}
	return values
}

// emailFields cuts a text at its spaces and at what can not be part of an address.
func emailFields(text string) []string {
	text = strings.Map(func(r rune) rune {
		switch r {
		case '<', '>', '"', '“', '”', '«', '»', ';', '\u00a0', '¡', '¿':
			return ' '
		}
		return r
	}, text)
	fields := strings.Fields(text)
	for i, f := range fields {
		f = strings.TrimPrefix(f, "mailto:")
		if w := strings.ToLower(f); said[w] == "" {
			f = strings.TrimLeft(f, "('[")
			f = strings.TrimRight(f, ".,:!?)']")
		}
		fields[i] = f
	}
	return fields
}

// joinedEmails puts addresses together that were written with spaces or in words: "ana arroba gmail punto com", "ana @ gmail.com".
func joinedEmails(fields []string) []string {
	var out []string
	for i := 0; i < len(fields); {
		if signOf(fields[i]) != "" && len(out) > 0 && i+1 < len(fields) && splitsAddress(fields, i) {
			out[len(out)-1] += signOf(fields[i]) + fields[i+1]
			i += 2
			continue
		}
		switch f := fields[i]; {
		case len(f) > 1 && len(out) > 0 && (f[0] == '@' || f[0] == '.' && strings.Contains(out[len(out)-1], "@")): // "ana @gmail.com", "ana@gmail .com"
			out[len(out)-1] += f
		case len(out) > 0 && strings.HasSuffix(out[len(out)-1], "@") && len(out[len(out)-1]) > 1: // "ana@ gmail.com"
			out[len(out)-1] += f
		default:
			out = append(out, f)
		}
		i++
	}
	return out
}

// splitsAddress tells that the sign at i is part of an address. "punto" is only in a text with an at; "at" only before a domain, and it needs a
// word before it that is not the second of a name.
func splitsAddress(fields []string, i int) bool {
	if signOf(fields[i]) != "@" {
		return hasAt(fields)
	}
	start := i - 1
	for start >= 2 && signOf(fields[start-1]) != "" && signOf(fields[start-1]) != "@" {
		start -= 2
	}
	if start > 0 && !lead[foldWord(strings.Trim(fields[start-1], ":,"))] {
		return false
	}
	return foldWord(fields[i]) != "at" || strings.Contains(fields[i+1], ".") || i+2 < len(fields) && signOf(fields[i+2]) == "."
}

func hasAt(fields []string) bool {
	for _, f := range fields {
		if strings.Contains(f, "@") || signOf(f) == "@" {
			return true
		}
	}
	return false
}

func signOf(field string) string { return said[foldWord(field)] }

// emailOf checks an address and writes its domain in small letters.
func emailOf(s string) (string, bool) {
	local, domain, ok := strings.Cut(s, "@")
	domain = strings.ToLower(domain)
	if !ok || len(s) > maxEmail || len(local) > maxEmailLocal || !emailLocal.MatchString(local) || !emailDomain.MatchString(domain) {
		return "", false
	}
	if mistyped[domain[strings.LastIndexByte(domain, '.')+1:]] {
		return "", false
	}
	return local + "@" + domain, true
}
