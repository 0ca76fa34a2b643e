package engine

import (
	"maps"
	"sync"
	"time"

	"relevo/engine/reading"
)

// Limits of one turn and of what a conversation carries from turn to turn. Reaching one is a recorded outcome.
const (
	// MaxSteps is how many states one turn may enter: a flow that goes in circles ends as "budget_steps" and goes to a person.
	MaxSteps = 100
	// MaxRuns is how many runs a conversation may hold.
	MaxRuns = 20
	// MaxDeferred is how many events may wait for a call or for people.
	MaxDeferred = 32
	// maxPath is how many walked states a run remembers for the handoff packet.
	maxPath = 20
	// MaxInboundRunes is the length of a contact's message that flows read. A longer one is kept and answered with TextTooLong.
	MaxInboundRunes = 4096
	// MaxReplyRunes is the length of a human agent's message or note.
	MaxReplyRunes = 4096
	// maxAsked is how many answered questions a run remembers for "back".
	maxAsked = 20
	// maxInsults is how many insults are answered before people take over.
	maxInsults = 1
	// maxZoneName is the length of a time zone's name.
	maxZoneName = 64
	// DefaultLease is how long the phone keeps a conversation after the last message of either side.
	DefaultLease = 30 * time.Minute
)

// CatalogOptions is what a catalog is made of.
type CatalogOptions struct {
	Current  []*Machine // the published version of each flow; earlier ones win where phrases are equally good
	Old      []*Machine // versions that runs still use
	Commands Commands
	Config   map[string]any // what expressions see as config
	Scripts  Evaluator
	// Locale writes and reads as regions do; nil: plain ISO forms.
	Locale Locale
	// DefaultQueue gets handoffs that no flow wrote. DefaultLanguage is spoken until the contact's language is known.
	DefaultQueue    string
	DefaultLanguage string
	// QueueOpen tells whether a queue has business hours at a time. nil: always. It must be pure.
	QueueOpen func(queue string, at time.Time) bool
	// Lease is how long the phone keeps a conversation; 0 is DefaultLease.
	Lease time.Duration
}

// Catalog is every flow that conversations can be in. It is immutable: publishing makes a new one.
type Catalog struct {
	CatalogOptions
	versions map[string]*Machine
	phrases  map[Command]map[string][][]string // command → language → folded words of each phrase
	abuse    map[string][][]string
	guesser  func() *reading.Guesser
	zones    sync.Map // name → *time.Location, so that a turn does not read the zone's file again
}

// NewCatalog makes a catalog. It keeps the options' slices and maps.
func NewCatalog(o CatalogOptions) *Catalog {
	c := &Catalog{CatalogOptions: o, versions: map[string]*Machine{}, phrases: map[Command]map[string][][]string{}, abuse: folded(o.Commands.Abuse)}
	for _, m := range o.Old {
		c.versions[m.Version] = m
	}
	for _, m := range o.Current {
		c.versions[m.Version] = m
	}
	for command, phrases := range o.Commands.Phrases {
		c.phrases[command] = folded(phrases)
	}
	if c.Lease == 0 {
		c.Lease = DefaultLease
	}
	if c.DefaultLanguage == "" {
		c.DefaultLanguage = "en"
	}
	if c.Locale == nil {
		c.Locale = plainLocale{}
	}
	c.guesser = sync.OnceValue(c.newGuesser)
	return c
}

// folded cuts phrases into words, by language.
func folded(phrases map[string][]string) map[string][][]string {
	out := make(map[string][][]string, len(phrases))
	for language, list := range phrases {
		for _, p := range list {
			out[language] = append(out[language], words(p))
		}
	}
	return out
}

// newGuesser learns the languages from what the flows say.
func (c *Catalog) newGuesser() *reading.Guesser {
	texts := map[string][]string{}
	learn := func(t Text) {
		for _, lt := range t.By {
			texts[lt.Language.V] = append(texts[lt.Language.V], lt.Text.V)
		}
	}
	for _, m := range c.Current {
		learn(m.Definition.Title)
		for _, tr := range m.Definition.Triggers {
			for _, p := range tr.Phrases {
				for _, phrase := range p.Phrases {
					texts[p.Language.V] = append(texts[p.Language.V], phrase.V)
				}
			}
		}
		for _, st := range m.Definition.States {
			for _, say := range st.Say {
				learn(say.Text)
			}
		}
	}
	for _, key := range TextKeys {
		for language, text := range c.Commands.Texts[key] {
			texts[language] = append(texts[language], text)
		}
	}
	return reading.NewGuesser(texts)
}

// zone finds a time zone by its name; nil when there is none of that name. "Local" is the machine's own and means nothing here.
func (c *Catalog) zone(name string) *time.Location {
	if name == "" || name == "Local" || len(name) > maxZoneName {
		return nil
	}
	if known, ok := c.zones.Load(name); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	c.zones.Store(name, zone)
	return zone
}

// Machine returns the version with that hash, or nil.
func (c *Catalog) Machine(version string) *Machine { return c.versions[version] }

// flow returns the current version of a flow, or nil.
func (c *Catalog) flow(name string) *Machine {
	for _, m := range c.Current {
		if m.Flow == name {
			return m
		}
	}
	return nil
}

// Step applies ev to conv and returns the next conversation and what should be done about it. It is pure: the same inputs give the
// same outputs on every machine, so a journal can be replayed next year. Time is ev.At (UTC). Effect ids derive from conv.ID and
// conv.Seq. conv itself is not changed. The error is a *Refusal: a human agent's action that may not happen; every other event is
// taken, if only to be recorded.
func (c *Catalog) Step(conv Conversation, ev Event) (Conversation, []Effect, error) {
	t := &turn{catalog: c, conv: conv, ev: ev}
	t.conv.Runs = append([]Run(nil), conv.Runs...)
	t.conv.Focus = append([]string(nil), conv.Focus...)
	t.conv.Deferred = append([]Event(nil), conv.Deferred...)
	t.conv.Contact.Attributes = maps.Clone(conv.Contact.Attributes)
	t.conv.Seq++
	if err := t.take(ev); err != nil {
		return conv, nil, err
	}
	t.settle()
	return t.conv, t.effects, nil
}

// Rescue takes an event that Step could not survive: the conversation goes to people, with the reason. Nothing else is attempted.
func (c *Catalog) Rescue(conv Conversation, ev Event, why string) (Conversation, []Effect) {
	t := &turn{catalog: c, conv: conv, ev: ev}
	t.conv.Runs = append([]Run(nil), conv.Runs...)
	t.conv.Seq++
	t.trace("rescued", why)
	if kind := t.conv.Owner.Kind; kind == OwnerBot || kind == OwnerClosed {
		t.open("rescued")
		t.giveUp(t.conv.InFocus(), "engine_failed", TextSomethingFailed)
	}
	return t.conv, t.effects
}
