package engine

import (
	"time"

	"relevo/engine/diag"
)

// Definition is a flow file as its author wrote it, with the place of every word, so that a finding can point at it. The
// loader in package flows makes it out of YAML that its schema accepts; Compile gives it a meaning.
type Definition struct {
	File      string     // as the author named it; the File of every range below
	Hash      string     // "sha256:" and 64 hex digits of the file's content: the flow's version
	At        diag.Range // the whole mapping's first key, for findings about the file as a whole
	Flow      Str
	Title     Text
	Languages []Str // the first one is the flow's default
	Triggers  []Trigger
	Slots     []Slot
	Scripts   []Str // file names below the scripts folder, "orders.js"
	Initial   Str
	On        []Handler // from any state
	States    []State   // in the order of the file
}

// Str is a word the author wrote.
type Str struct {
	V  string
	At diag.Range
}

// Int is a number the author wrote. Set is false where the key is absent.
type Int struct {
	V   int
	At  diag.Range
	Set bool
}

// Duration is a duration the author wrote, such as 30m or 1h30m. Set is false where the key is absent.
type Duration struct {
	V   time.Duration
	At  diag.Range
	Set bool
}

// Text is a text by language. With one string for all languages, All is set and By is empty. The zero Text is absent.
type Text struct {
	At  diag.Range
	All *Str
	By  []LanguageText // in the order of the file
}

// LanguageText is a text in one language. Language.At is the key's place.
type LanguageText struct {
	Language Str
	Text     Str
}

// IsZero tells that the key is absent.
func (t Text) IsZero() bool { return t.All == nil && len(t.By) == 0 }

// In returns the text in a language, else in the first fallback that has it. ok is false when there is none.
func (t Text) In(languages ...string) (s Str, ok bool) {
	if t.All != nil {
		return *t.All, true
	}
	for _, want := range languages {
		for _, lt := range t.By {
			if lt.Language.V == want {
				return lt.Text, true
			}
		}
	}
	return Str{}, false
}

// Trigger starts the flow. Either Phrases or Event is set.
type Trigger struct {
	At      diag.Range
	Phrases []Phrases
	Event   Str // a business event's name
	Goto    Str // the state to start in; Definition.Initial when absent
}

// Phrases are what a contact may write in one language to start the flow.
type Phrases struct {
	Language Str
	Phrases  []Str
}

// SlotType says how a slot is read and what it holds.
type SlotType string

// The slot types of this version of the language.
const (
	SlotText   SlotType = "text"   // a string
	SlotChoice SlotType = "choice" // the name of a choice
	SlotObject SlotType = "object" // JSON, from a call or a business event
)

// Slot is a value the flow remembers.
type Slot struct {
	Name    Str
	Type    Str // a SlotType
	Pattern Str // RE2, matched against the whole answer; only with text
	Example Str
}

// Assign sets a slot or a contact attribute ("contact.plan") to an expression.
type Assign struct {
	Target Str
	Value  Str // an expression
}

// Alternative is one guarded way out. When is absent in an else.
type Alternative struct {
	At   diag.Range
	When Str // an expression
	Set  []Assign
	Goto Str
}

// Handler maps an event to its alternatives, tried in order.
type Handler struct {
	Event        Str
	Alternatives []Alternative
}

// After is a way out when time has passed in the state.
type After struct {
	After        Duration
	Alternatives []Alternative
}

// State is a place in the flow. At most one of Ask, Call, Handoff and End is set; without one the state moves on by Goto.
type State struct {
	Name    Str
	Set     []Assign
	Say     []Text // messages in order; each may hold {{ expressions }}
	Ask     *Ask
	Call    *CallSpec
	Handoff *HandoffSpec
	End     Str // an outcome
	Goto    []Alternative
	On      []Handler
	After   []After
}

// Ask waits for the contact's answer to a slot.
type Ask struct {
	Slot     Str
	Choices  []ChoiceSpec // with choices the slot is a choice and need not be declared
	Reask    Text         // said when an answer is not understood; Say again when absent
	Attempts Int          // answers not understood before "exhausted"; DefaultAttempts when absent
}

// ChoiceSpec is one choice of a question.
type ChoiceSpec struct {
	Name  Str
	Title Text
}

// CallSpec is an HTTP call. URL, header values and the strings in Body may hold {{ expressions }}.
type CallSpec struct {
	At      diag.Range
	Method  string // "GET"
	URL     Str
	Headers []Header
	Body    any // map[string]any, []any, Str (a template), float64, int64, bool, nil
	Save    Str // the slot that gets the decoded answer
	Timeout Duration
	Retries Int
}

// Header is one HTTP header of a call.
type Header struct {
	Name  Str
	Value Str // may hold {{ expressions }}
}

// HandoffSpec hands the conversation over to people.
type HandoffSpec struct {
	At       diag.Range
	Queue    Str
	Priority Str  // a Priority; normal when absent
	Say      Text // said before the conversation changes hands
	Summary  Str  // may hold {{ expressions }}
	Outcomes []Str
}

// Limits of what an author may write. A longer flow is a finding, not a slow server.
const (
	MaxStates       = 500
	MaxSlots        = 200
	MaxChoices      = 50
	MaxTextBytes    = 4096 // one text in one language; WhatsApp's body limit is 4,096 characters
	MaxAfter        = 366 * 24 * time.Hour
	MaxAttempts     = 10
	MaxCallTimeout  = 30 * time.Second
	MaxCallRetries  = 5
	DefaultAttempts = 3
	DefaultTimeout  = 5 * time.Second
	DefaultRetries  = 2
	MinAfter        = time.Second
)
