package reading

func readValue(Kind, string, Context) Result { return Result{} }

// Ordinal reads which of several things is meant: "2", "the second one", "la última" (of = how many there are). 0 is none.
func Ordinal(text string, of int) int { return 0 }

// Guesser tells the language of a text by its letters. It is immutable.
type Guesser struct{}

// NewGuesser learns from texts by language. Languages without texts are never guessed.
func NewGuesser(texts map[string][]string) *Guesser { return &Guesser{} }

// Guess returns the language that a text is most likely in, and whether that is clear enough to act on.
func (g *Guesser) Guess(text string) (language string, clear bool) { return "", false }
