package engine

import (
	"maps"
	"time"
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
	// Functions are the exported functions of each script, by script name.
	Functions map[string]Script
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
	asking   map[string][][]string // language → folded words of each phrase that asks for a person
}

// NewCatalog makes a catalog. It keeps the options' slices and maps.
func NewCatalog(o CatalogOptions) *Catalog {
	c := &Catalog{CatalogOptions: o, versions: map[string]*Machine{}, asking: map[string][][]string{}}
	for _, m := range o.Old {
		c.versions[m.Version] = m
	}
	for _, m := range o.Current {
		c.versions[m.Version] = m
	}
	for language, phrases := range o.Commands.Phrases[CommandAgent] {
		for _, p := range phrases {
			c.asking[language] = append(c.asking[language], words(p))
		}
	}
	if c.Lease == 0 {
		c.Lease = DefaultLease
	}
	if c.DefaultLanguage == "" {
		c.DefaultLanguage = "en"
	}
	return c
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
