package engine

import (
	"time"
	"unicode/utf8"

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

	Key           Str   // an expression: what a business event's key must equal to reach a run of this flow
	Params        []Str // slots that another flow may fill in when it runs this one
	Returns       []Str // slots that another flow gets back
	Interruptible Bool  // true when absent: other flows may take the focus while this one asks
	TimeZone      Str   // an IANA zone, may hold {{ expressions }}; what local times in this flow mean
	Quiet         Str   // "21:00-09:00": when nothing is sent that only time has caused
	Events        []EventSpec
	Renamed       []Rename
	Commands      []CommandSwitch
	Texts         []TextOverride
}

// Bool is true or false as the author wrote it. Set is false where the key is absent.
type Bool struct {
	V   bool
	At  diag.Range
	Set bool
}

// EventSpec declares a business event that the flow knows.
type EventSpec struct {
	At      diag.Range
	Name    Str
	Title   Text
	Schema  any // JSON Schema of the event's data, as JSON values; nil: anything goes
	Example any // data that the schema accepts, as JSON values; nil: none
}

// Rename tells that a state of an earlier version is now called something else.
type Rename struct {
	Old Str
	New Str
}

// CommandSwitch says whether a command of commands.yaml works in this flow.
type CommandSwitch struct {
	Command Str // a Command
	On      Bool
}

// TextOverride replaces one of the engine's own sentences in this flow.
type TextOverride struct {
	Key  Str // a TextKey
	Text Text
}

// Str is a word the author wrote.
type Str struct {
	V  string
	At diag.Range
	// Places tells where each rune of V stands; nil: one behind the other from At on, within quotes if there are any.
	Places *Places
}

// Places are places of runes. Behind the last one anything may stand.
type Places []diag.Pos

// sub is a part of s, of length bytes from a byte on.
func (s Str) sub(from, length int) Str {
	part := Str{V: s.V[from : from+length], At: part(s, from, length)}
	if s.Places != nil {
		places := (*s.Places)[utf8.RuneCountInString(s.V[:from]):]
		part.Places = &places
	}
	return part
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

// The slot types. What each holds is JSON; a turn sees what the next one will read from storage.
const (
	SlotText     SlotType = "text"     // a string
	SlotNumber   SlotType = "number"   // a number
	SlotInteger  SlotType = "integer"  // a whole number
	SlotAmount   SlotType = "amount"   // {"amount": "1250.00", "currency": "EUR", "minor": 125000}
	SlotDate     SlotType = "date"     // "2026-11-24"
	SlotTime     SlotType = "time"     // "15:30"
	SlotDateTime SlotType = "datetime" // "2026-11-24T15:30:00+01:00"
	SlotDuration SlotType = "duration" // "1h30m0s"
	SlotEmail    SlotType = "email"    // a string
	SlotPhone    SlotType = "phone"    // "+34600111222"
	SlotYesNo    SlotType = "yes_no"   // true or false
	SlotChoice   SlotType = "choice"   // the name of a choice
	SlotLocation SlotType = "location" // {"latitude": 40.41, "longitude": -3.7, "name": "…", "address": "…"}
	SlotFile     SlotType = "file"     // {"id": "…", "url": "…", "mime": "application/pdf", "filename": "…"}
	SlotImage    SlotType = "image"    // a file that is a picture
	SlotObject   SlotType = "object"   // JSON, from a call or a business event; nobody can type it
)

// SlotTypes lists every slot type.
var SlotTypes = []SlotType{
	SlotText, SlotNumber, SlotInteger, SlotAmount, SlotDate, SlotTime, SlotDateTime, SlotDuration, SlotEmail, SlotPhone, SlotYesNo, SlotChoice,
	SlotLocation, SlotFile, SlotImage, SlotObject,
}

// Slot is a value the flow remembers.
type Slot struct {
	Name      Str
	Type      Str  // a SlotType
	Title     Text // what people call it: "order number"; "no, the order number" goes back to its question
	Pattern   Str  // RE2, matched against the whole answer; only with text
	Example   Str
	Min       Str // an expression: the smallest value, the earliest time, the shortest text
	Max       Str // an expression
	Validate  Str // an expression over value: must be true
	Normalise Str // an expression over value: what is stored instead
	Currency  Str // of an amount that names none, "EUR"
	Prefer    Str // "past" for dates such as a birthday; "future" when absent
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
	Goto Str // absent: the run stays where it is, with only Set done
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

// State is a place in the flow. At most one of Ask, Call, Wait, Handoff, Run and End is set; without one the state moves on by Goto.
type State struct {
	Name    Str
	Set     []Assign
	Say     []Say // messages in order
	Help    Text  // said when the contact asks for help here
	Ask     *Ask
	Call    *CallSpec
	Wait    *WaitSpec
	Handoff *HandoffSpec
	Run     *RunSpec
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
	As       Str          // "buttons", "list" or "text": how choices are shown; what fits best when absent
}

// Say is one message. At most one of Media, Location and Link is set; Text is then the caption or what stands beside it. Every string may hold
// {{ expressions }}.
type Say struct {
	At       diag.Range
	Text     Text
	Media    *MediaSpec
	Location *LocationSpec
	Link     *LinkSpec
	Template *TemplateSpec // sent in place of the message where the channel's window is closed
}

// MediaSpec is an image, document, video or audio by its address.
type MediaSpec struct {
	Kind     OutgoingKind // OutgoingImage, OutgoingDocument, OutgoingVideo or OutgoingAudio
	URL      Str
	Filename Str // of a document
}

// LocationSpec is a point on the map. Latitude and Longitude are expressions or numbers.
type LocationSpec struct {
	Latitude  Str
	Longitude Str
	Name      Text
	Address   Text
}

// LinkSpec is a button that opens an address. The message's Text stands above it.
type LinkSpec struct {
	URL   Str
	Title Text
}

// TemplateSpec is an approved message template.
type TemplateSpec struct {
	Name       Str
	Language   []LanguageText // the template's language code by the contact's language: es → es_MX; the same one when absent
	Parameters []Str          // in order; each may hold {{ expressions }}
}

// WaitSpec waits in the background. One of For and Until is set.
type WaitSpec struct {
	At    diag.Range
	For   Str // an expression that gives a duration: 2h, 3d, reminder.every
	Until Str // an expression that gives a time: appointment.at - 24h
	Quiet Str // "later" (when absent), "earlier" or "ignore": where to move a time in the quiet hours
}

// RunSpec runs another flow and waits for its outcome.
type RunSpec struct {
	At   diag.Range
	Flow Str
	With []Assign // the other flow's params
	Save Str      // the slot, of type object, that gets {"outcome": …} and the other flow's returns
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
	MaxWait         = 2 * 366 * 24 * time.Hour
	MaxEvents       = 50       // business events of a flow
	MaxSchemaBytes  = 32 << 10 // the JSON Schema of one business event
	MaxSchemaDepth  = 16       // schemas inside each other
	MaxParams       = 50
	MaxAttempts     = 10
	MaxCallTimeout  = 30 * time.Second
	MaxCallRetries  = 5
	DefaultAttempts = 3
	DefaultTimeout  = 5 * time.Second
	DefaultRetries  = 2
	MinAfter        = time.Second
)
