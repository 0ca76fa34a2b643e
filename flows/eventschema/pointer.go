package eventschema

import (
	"net/url"
	"strings"
)

var (
	escapePointer   = strings.NewReplacer("~", "~0", "/", "~1")
	unescapePointer = strings.NewReplacer("~1", "/", "~0", "~")
)

// join adds a key or an index to a JSON Pointer (RFC 6901).
func join(pointer, token string) string { return pointer + "/" + escapePointer.Replace(token) }

// Tokens is the way of a JSON Pointer (RFC 6901), key by key.
func Tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, token := range tokens {
		tokens[i] = unescapePointer.Replace(token)
	}
	return tokens
}

// PlainPointer is a JSON Pointer as the validator and $ref write it, without the escapes of an address.
func PlainPointer(pointer string) string {
	var out string
	for _, token := range Tokens(pointer) {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		out = join(out, token)
	}
	return out
}
