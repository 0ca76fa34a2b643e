package engine

// ChannelLimits are what a channel can show, and how much, as far as flows are held against it. Lengths are in characters; 0 is no limit.
type ChannelLimits struct {
	Name           string // for findings: "WhatsApp"
	MaxText        int    // body of a plain text
	MaxChoiceText  int    // body of a message with buttons or a list, or of a link
	MaxButtons     int    // more choices become a list
	MaxButtonTitle int    // a longer one makes all of them rows of a list
	MaxListRows    int    // more choices become numbered text
	MaxRowTitle    int    // a longer one is cut
	MaxCaption     int    // of a picture, document or video
	MaxLinkTitle   int    // a longer one is cut
	Templates      bool   // templates go out here
	MaxTemplate    int    // body of a template with its parameters filled in
	MaxReplies     int    // choices under a template; more of them are refused
}

// form is how a channel shows the choices of a question.
type form int

const (
	formButtons form = iota
	formList
	formNumbers
)

// form chooses as the channels do when they send, from the number of choices, the longest title, and what the author asked for.
func (l ChannelLimits) form(choices, longest int, as string) form {
	switch {
	case as == asText || l.MaxListRows > 0 && choices > l.MaxListRows:
		return formNumbers
	case as == asList || over(choices, l.MaxButtons) || over(longest, l.MaxButtonTitle):
		return formList
	}
	return formButtons
}

// over tells that n is more than a limit; 0 is none.
func over(n, limit int) bool { return limit > 0 && n > limit }
