package webchat

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Limits of what is configured, in runes where it is text. They keep the page's head small.
const (
	maxTitle       = 60
	maxGreeting    = 300
	maxStarters    = 3
	maxStarterText = 80
	maxAncestors   = 50
	maxAncestor    = 270 // a host name's 253 and what is around it
)

// Config is how a web chat looks. The zero value, with an ID, works.
//
//	Config{ID: "web", Title: "Corner Shop", Accent: "#0f766e",
//		Greeting: map[string]string{"en": "Hi! How can we help?"},
//		Starters: map[string][]string{"en": {"Where is my order?"}}}
type Config struct {
	ID        string
	Title     string   // the business's name; default "Chat"
	Accent    string   // "#rrggbb"; every text on and in that colour is made readable
	Languages []string // of the page, the preferred one first; default and at most en, es, pt
	// Greeting opens an empty chat, by language. A language without one gets a neutral sentence.
	Greeting map[string]string
	// Starters are up to three suggestions in an empty chat, by language. Pressing one sends its text.
	Starters map[string][]string
	// FrameAncestors are the origins whose pages may embed the chat: "https://shop.example", "'self'", "'none'". The default is "*",
	// because being embedded is what the page is for, and the visitor's token never leaves the frame. Name your own pages to keep
	// others from putting your chat on theirs.
	FrameAncestors []string
}

const defaultAccent = "#0f766e"

func (c Config) withDefaults() Config {
	if c.Title == "" {
		c.Title = "Chat"
	}
	if c.Accent == "" {
		c.Accent = defaultAccent
	}
	if len(c.Languages) == 0 {
		c.Languages = slices.Clone(pageLanguages)
	}
	if len(c.FrameAncestors) == 0 {
		c.FrameAncestors = []string{"*"}
	}
	return c
}

var (
	idPattern       = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	ancestorPattern = regexp.MustCompile(`^(\*|'self'|'none'|https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]+)?)$`)
)

// check returns everything that is wrong, joined.
func (c Config) check() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	if !idPattern.MatchString(c.ID) {
		add("id %q: want 1 to 64 letters, digits, - or _", c.ID)
	}
	if utf8.RuneCountInString(c.Title) > maxTitle {
		add("title: longer than %d characters", maxTitle)
	}
	if _, ok := parseColour(c.Accent); !ok {
		add("accent %q: want a colour such as #0f766e", c.Accent)
	}
	for _, l := range c.Languages {
		if !slices.Contains(pageLanguages, l) {
			add("language %q: the page speaks %v", l, pageLanguages)
		}
	}
	for l, text := range c.Greeting {
		if utf8.RuneCountInString(text) > maxGreeting {
			add("greeting %s: longer than %d characters", l, maxGreeting)
		}
	}
	for l, starters := range c.Starters {
		if len(starters) > maxStarters {
			add("starters %s: %d, at most %d", l, len(starters), maxStarters)
		}
		for _, s := range starters {
			if s == "" || utf8.RuneCountInString(s) > maxStarterText {
				add("starters %s: each needs 1 to %d characters", l, maxStarterText)
			}
		}
	}
	if len(c.FrameAncestors) > maxAncestors {
		add("frame ancestors: more than %d", maxAncestors)
	}
	for _, a := range c.FrameAncestors {
		if len(a) > maxAncestor || !ancestorPattern.MatchString(a) {
			add("frame ancestor %q: want an origin such as https://shop.example", a)
		}
	}
	return errors.Join(errs...)
}
