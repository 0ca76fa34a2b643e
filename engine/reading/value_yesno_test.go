package reading

import (
	"strings"
	"testing"
)

// checkAnswers tries phrases that are cut by | and line ends.
func checkAnswers(t *testing.T, language, want, list string, atLeast int) {
	t.Helper()
	n := 0
	for phrase := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == '|' || r == '\n' }) {
		phrase = strings.TrimSpace(phrase)
		if phrase == "" {
			continue
		}
		n++
		got := "nothing"
		for _, v := range readValue(YesNo, phrase, Context{Language: language}).Values {
			got = map[bool]string{true: "yes", false: "no"}[v.(bool)]
		}
		if got != want {
			t.Errorf("%s %q: got %s, want %s", language, phrase, got, want)
		}
	}
	if n < atLeast {
		t.Errorf("%s %s: only %d phrases", language, want, n)
	}
}

func TestYesAndNoInSpanish(t *testing.T) {
	t.Parallel()
	checkAnswers(t, "es", "yes", `sí|si|Sí!|SI|siii|sííí|sip|claro|claro que sí|Claro que si!!|por supuesto|desde luego|cómo no|obvio|obvio que sí|exacto|eso es|así es|correcto|es correcto|afirmativo
		seguro|de acuerdo|dale|va|va que va|sale|órale|simón|vale|ok|okey|okay|OK 👍|👍|👍🏽|✅|👌|bien|está bien|perfecto|genial|listo|bueno|adelante|hágale|por qué no|¿por qué no?|y por qué no?
		no hay problema|no hay ningún problema|sin problema|no tengo inconveniente|no veo por qué no|sin duda|no lo dudes|creo que sí|supongo que sí|yo creo que sí|me parece bien|me va bien|me viene bien|me interesa|me gustaría
		quiero|sí quiero|sí, por favor|si porfa|sí gracias|sí, gracias|si claro|sí señor|sí, puedo|si puedo|sí, fui yo|fui yo|sí soy yo|he sido yo|confirmo|confirmado|sí, confirmo|acepto|autorizo|trato hecho|con mucho gusto|encantada|sí, el martes me va bien|sí, muchas gracias
		sí, no hay problema|claro, no hay problema|pues sí|pues claro|hola, sí|ajá|yes|yep|de una|ahí estaré|sí allí estaré|sí, todo correcto|ok perfecto|vale, gracias|muy bien gracias|buenos días, sí|sí sí|sí, claro, por supuesto|jajaja sí|porsupuesto|por supesto|perfceto|sí, quiero cambiar la cita|me sirve|me late|está bien así|no me parece mal|no hay ningún inconveniente|no me importa`, 90)
	checkAnswers(t, "es", "no", `no|No.|NO|nooo|no no|nop|nope|nel|no gracias|no, gracias|No, muchas gracias|gracias, pero no|por ahora no|de momento no|ahora no|hoy no|todavía no|aún no|nunca|jamás|ni hablar|ni loco|ni de broma|para nada|en absoluto|de ninguna manera|qué va|claro que no|por supuesto que no
		desde luego que no|obvio no|negativo|tampoco|no quiero|no, no quiero|no me interesa|no me interesa, gracias|no estoy interesado|no estoy de acuerdo|no hace falta|no es necesario|no puedo|no voy a poder|no podré ir|no voy|no tengo|no acepto|no autorizo|no reconozco ese cargo|no reconozco esa compra|yo no fui|no fui yo|no he sido yo
		no lo hice|yo no hice esa compra|no es correcto|no es cierto|no está bien|no me va bien|no me va bien ese día|no me viene bien|no creo|creo que no|supongo que no|mejor no|prefiero que no|paso|incorrecto|falso|lo rechazo|déjalo|olvídalo|eso es todo|nada más|nada más, gracias|ninguno|nadie|👎|❌|🙅‍♀️|no 🙏
		no, está bien así|no, así está bien|no, estoy bien gracias|no, perfecto|no, el martes|no, quiero otra fecha|no por favor|no señor|lamentablemente no|me temo que no|ya no|ya no lo quiero|no recibí nada|no me ha llegado|la verdad que no|pues no|bueno, no|vale, no|hola, no gracias|no quiero cambiar nada|no voy a ir|ahorita no|no, imposible|no puedo ese día|todavía no he pagado|no gracias, eso es todo`, 90)
	checkAnswers(t, "es", "nothing", `no, fui yo|no, he sido yo|sí pero no|si y no|sí, pero no sé|ni sí ni no|tal vez|quizás|puede ser|a lo mejor|depende|no sé|no lo sé|ni idea|no estoy seguro|lo pienso|ya veremos|más o menos|no entiendo|no te entiendo|qué|¿qué?|¿cómo?|por qué|¿y eso?|luego te digo|me da igual|mmm|🤔|🤷|no digo que no
		hola|el martes|quiero cambiar la cita|AB123456|123|si tengo tiempo|si puedo ir te aviso mañana por la tarde|necesito hablar con alguien|¿no?|¿sí?|¿ok?|gracias|❤️|😂|..|?|no es que no quiera|no funciona el enlace|jajaja|igual`, 40)
}

func TestYesAndNoInEnglish(t *testing.T) {
	t.Parallel()
	checkAnswers(t, "en", "yes", `yes|Yes!|YES|yesss|yes please|yes, please|yep|yup|yeah|yea|ya|yessir|y|aye|uh-huh|mhm|mm-hmm|sure|sure thing|for sure|of course|ofc|certainly|definitely|absolutely|totally|indeed|exactly|correct|that's correct|that is correct|right|that's right|true|affirmative|agreed|I agree
		I do|I did|I am|I will|I would|I can|I'd love to|I want to|please do|go ahead|go for it|do it|let's do it|why not|why not?|sure, why not?|no problem|no problem at all|No worries|not a problem|no objections|without a doubt|I don't mind|sounds good|that works|works for me|that works for me|count me in|deal|by all means|with pleasure|gladly
		I confirm|confirmed|I accept|approved|that's fine|fine by me|that was me|it was me|yes it was me|I think so|I guess so|you bet|obviously|hell yeah|oh yes|can't wait|ok|okay|OK!|okey dokey|k|alright|all right|fine|good|great|perfect|cool|awesome|sounds great thanks|yes, Tuesday works for me|yes I want to change it|👍|👍🏿|✅|💯|ok 👍|hi, yes|well, yes|yes yes yes|definitly|absolutley|sí|yes, thank you|thanks, yes|yeah sure|yes of course|I'll be there|yes, I'll be there|that would be great|I don't see why not|not bad`, 90)
	checkAnswers(t, "en", "no", `no|No.|NO|nooo|n|nope|nop|nah|naw|no no|no thanks|no, thanks|No thank you|no thx|not now|not today|not yet|not really|not at all|not this time|not interested|I'm not interested|never|no way|no chance|not a chance|of course not|certainly not|definitely not|absolutely not|obviously not|hell no|nothing|nothing else|nothing else, thanks|none|neither|negative
		I don't|I do not|I don't think so|I don't want to|I don't want that|I don't need it|I don't recognise this payment|I don't recognize it|I didn't|I did not|I did not make this payment|I didn't do that|I haven't|I can't|I cannot|I can't make it|I can't come on Tuesday|I won't|I will not|I'd rather not|better not|I think not|I guess not|I hope not|I'm not|I'm afraid not|no, I'm good|I'm good, thanks|no, I'm fine thanks|it wasn't me|it was not me|that wasn't me|wasn't me|that's wrong|wrong|incorrect|not right|that's not right|false|nobody
		don't|please don't|leave it|forget it|no need|no need, thanks|that's all|that's all, thanks|that's it|decline|I decline|I refuse|I disagree|I'll pass|no, Wednesday|no, that's fine|no it's ok|no, all good|👎|❌|🙅|no 🙏|hi, no|well, no|ok, no|no sir|no I don't|no, I can't|not for me|out of the question|I never did that|no, I want another date|I don't accept|we can't`, 90)
	checkAnswers(t, "en", "nothing", `no, it was me|no, that was me|maybe|perhaps|possibly|probably|it depends|depends|I don't know|dunno|idk|no idea|not sure|I'm not sure|we'll see|I'll think about it|let me check|yes and no|yes but no|yes, but|kind of|what|what?|why|why?|huh?|I don't understand|later|maybe later|hmm|🤔|🤷‍♂️|either|I don't care|hello|hi|on Tuesday|change my appointment|AB123456
		123|I need to talk to someone|thanks|please|no?|yes?|ok?|❤️|...|if I can|I can't say no|no but yes|not necessarily|where is my order|I have a question|I can't say|no I do want it|no, that was me|yes but not today`, 40)
}

func TestYesAndNoInPortuguese(t *testing.T) {
	t.Parallel()
	checkAnswers(t, "pt", "yes", `sim|Sim!|SIM|simmm|sim sim|s|ss|claro|claro que sim|com certeza|com toda certeza|certamente|óbvio|lógico|exato|exatamente|isso|isso mesmo|isso aí|é isso|é|é sim|tá|tá bom|tá bem|tá certo|está bom|certo|está certo|correto|verdade|positivo|afirmativo|de acordo|concordo|combinado|fechado|beleza|blz
		pode ser|pode|pode sim|posso sim|quero|quero sim|eu quero|sim, quero|sim, por favor|sim claro|sim senhor|sim, obrigada|aceito|confirmo|confirmado|confirmo sim|autorizo|vamos|vamos lá|bora|vou sim|estarei lá|sou eu|fui eu|fui eu sim|sim, fui eu|fui eu mesmo|eu que fiz|recebi sim|já recebi|uhum|aham|pode deixar|pode fazer|pode confirmar|por que não|por que não?
		sem problema|não tem problema|não há problema|sem dúvida|não vejo problema|não me importo|acho que sim|eu acho que sim|creio que sim|espero que sim|gostaria sim|gostaria muito|me interessa|serve|serve sim|por mim tudo bem|conta comigo|pois sim|com prazer|ok|okay|OK 👍|tudo bem|tudo certo|ótimo|perfeito|legal|show|joia|boa|👍|👍🏾|✅|👌|oi, sim|bom dia, sim|então sim|sim, na terça está bom|sim, muito obrigado|sim, quero mudar a data|sim, não tem problema|certesa sim|exatamnete|valeu, sim|yes`, 90)
	checkAnswers(t, "pt", "no", `não|Não.|NÃO|nao|nãooo|naum|não não|n|nn|nem pensar|não obrigado|não, obrigada|Não, muito obrigado|obrigado, não|agora não|não agora|hoje não|ainda não|por enquanto não|no momento não|nunca|jamais|de jeito nenhum|de maneira nenhuma|de forma alguma|de modo algum|claro que não|com certeza não|óbvio que não|negativo|nada disso|nenhum|ninguém|que nada
		não quero|não, não quero|não quero não|eu não quero|não me interessa|não tenho interesse|não estou interessada|não preciso|não precisa|não é necessário|não posso|não vou poder|não vou|não vou conseguir|não vai dar|não dá|não tenho|não aceito|não autorizo|não autorizei essa compra|não reconheço essa compra|não concordo|não fui eu|não fui eu que fiz|eu não fiz essa compra|não foi eu|eu não
		não é|não é isso|não está certo|não está correto|não é verdade|não exatamente|acho que não|eu acho que não|creio que não|espero que não|melhor não|prefiro não|não pode|não serve|não me serve|tô fora|passo|errado|está errado|incorreto|falso|recuso|deixa pra lá|esquece|não recebi nada|não chegou|infelizmente não|só isso|é só isso|mais nada|mais nada, obrigado|👎|❌|🙅‍♂️|não 🙏|oi, não
		não, tudo bem|não, está bom assim|não, na quarta|não, quero outra data|não senhor|não por favor|não, valeu|na verdade não|isso não|é claro que não|ainda não paguei|não posso nesse dia|nope|pois não quero|já não quero|no|não mesmo|não desta vez`, 90)
	checkAnswers(t, "pt", "nothing", `não, fui eu|talvez|quem sabe|possivelmente|provavelmente|depende|não sei|sei lá|não faço ideia|não tenho certeza|vou pensar|vou ver|vamos ver|sim e não|sim, mas não|sim mas não sei|nem sim nem não|mais ou menos|não entendi|não entendo|como|como?|o que|o quê?|por que|por quê?|quando|depois|depois te digo|tanto faz|hum|🤔|🤷|não digo que não|oi|olá|na terça|no sábado
		quero mudar a data|AB123456|123|se eu puder|preciso falar com alguém|obrigado|não?|sim?|ok?|❤️|...|kkkk|não funciona o link|onde está meu pedido`, 40)
}

func TestLongAnswersAreStillRead(t *testing.T) {
	t.Parallel()
	long := "sí, " + strings.Repeat("me gustaría que me llamaran por la tarde ", 8)
	if v, ok := Read(YesNo, long, Context{Language: "es"}).Clear(); !ok || v != true {
		t.Errorf("got %v, %v", v, ok)
	}
}
