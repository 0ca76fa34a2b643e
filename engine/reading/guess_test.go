package reading

import "testing"

// guesserTexts are as few as a small flow has.
var guesserTexts = map[string][]string{
	"en": {"Where is my order?", "What is your order number? It looks like AB123456.", "Talk to a person", "Sorry, I did not understand that.", "Your appointment is on Tuesday. Can you come?", "I'll bring in a colleague. One moment, please."},
	"es": {"¿Dónde está mi pedido?", "¿Cuál es tu número de pedido? Es como AB123456.", "Hablar con una persona", "Perdona, no te he entendido.", "Tu cita es el martes. ¿Puedes venir?", "Te paso con una persona del equipo. Un momento, por favor."},
	"pt": {"Onde está meu pedido?", "Qual é o número do seu pedido? É como AB123456.", "Falar com uma pessoa", "Desculpe, não entendi.", "Sua consulta é na terça. Você pode vir?", "Vou chamar uma pessoa da equipe. Um momento, por favor."},
}

func TestGuess(t *testing.T) {
	t.Parallel()
	g := NewGuesser(guesserTexts)
	for text, want := range map[string]string{
		"where is my package": "en", "I want to change the date": "en", "can you help me please": "en", "thanks": "en", "my card has not arrived": "en", "how much does it cost": "en",
		"dónde está mi paquete": "es", "quiero cambiar la fecha": "es", "me puedes ayudar por favor": "es", "gracias": "es", "mi tarjeta no ha llegado": "es", "cuánto cuesta el envío": "es", "donde esta mi paquete": "es",
		"onde está minha encomenda": "pt", "quero mudar a data": "pt", "você pode me ajudar por favor": "pt", "obrigado": "pt", "meu cartão não chegou": "pt", "quanto custa a entrega na minha casa": "pt", "nao recebi minha encomenda": "pt",
	} {
		if got, clear := g.Guess(text); got != want || !clear {
			t.Errorf("%q: got %s, clear %v", text, got, clear)
		}
	}
	for _, text := range []string{"", "ok", "AB123456", "no problem", "a problem", "12:30", "👍", "no", "pedido", "Ana", "https://example.com/where/is", "ana@example.com", "a"} {
		if got, clear := g.Guess(text); clear {
			t.Errorf("%q is clearly %s", text, got)
		}
	}
}

func TestGuessKnowsOnlyItsLanguages(t *testing.T) {
	t.Parallel()
	two := NewGuesser(map[string][]string{"en": guesserTexts["en"], "es": guesserTexts["es"], "pt": nil})
	if got, _ := two.Guess("onde está minha encomenda"); got == "pt" || got == "" {
		t.Errorf("got %q", got)
	}
	if got, clear := NewGuesser(map[string][]string{"es": guesserTexts["es"]}).Guess("where is my order"); got != "es" || clear {
		t.Errorf("got %q, %v", got, clear)
	}
	if got, clear := NewGuesser(nil).Guess("where is my order"); got != "" || clear {
		t.Errorf("got %q, %v", got, clear)
	}
}

func TestGuesserIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b := NewGuesser(guesserTexts), NewGuesser(guesserTexts)
	for _, text := range []string{"la casa", "no", "casa", "me das", "a casa de ana"} {
		for range 3 {
			l1, c1 := a.Guess(text)
			if l2, c2 := b.Guess(text); l1 != l2 || c1 != c2 {
				t.Errorf("%q: %s %v, %s %v", text, l1, c1, l2, c2)
			}
		}
	}
}

func BenchmarkGuess(b *testing.B) {
	g := NewGuesser(guesserTexts)
	for b.Loop() {
		g.Guess("quiero saber dónde está mi pedido por favor")
	}
}
