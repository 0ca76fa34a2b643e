package blueprint

// start is what a kind of flow begins with.
type start struct {
	name    Text // of the flow
	title   Text
	phrases map[string][]string
}

var starts = map[Kind]start{
	Lookup: {Text{"en": "order_status", "es": "estado_pedido", "pt": "status_pedido"}, Text{"en": "Look up an order", "es": "Consultar un pedido", "pt": "Consultar um pedido"}, map[string][]string{
		"en": {"status of my order", "look up my order", "check my order", "how is my order doing"},
		"es": {"consultar mi pedido", "estado de mi pedido", "cómo va mi pedido"},
		"pt": {"consultar meu pedido", "status do meu pedido", "como está meu pedido"},
	}},
	Menu: {Text{"en": "questions", "es": "preguntas", "pt": "perguntas"}, Text{"en": "Hours, prices, place", "es": "Horario, precios, lugar", "pt": "Horário, preços, local"}, map[string][]string{
		"en": {"hello", "good morning", "good afternoon", "i have a question"},
		"es": {"hola", "buenos días", "buenas tardes", "tengo una pregunta"},
		"pt": {"olá", "bom dia", "boa tarde", "tenho uma pergunta"},
	}},
	Reminder: {Text{"en": "reminder", "es": "recordatorio", "pt": "lembrete"}, Text{"en": "Remind me of a date", "es": "Recordarme una fecha", "pt": "Lembrar uma data"}, map[string][]string{
		"en": {"remind me", "set a reminder", "i need a reminder"},
		"es": {"recuérdame una fecha", "ponme un recordatorio", "quiero un recordatorio"},
		"pt": {"me lembre de uma data", "criar um lembrete", "quero um lembrete"},
	}},
	Collect: {Text{"en": "quote", "es": "presupuesto", "pt": "orcamento"}, Text{"en": "Ask for a quote", "es": "Pedir un presupuesto", "pt": "Pedir um orçamento"}, map[string][]string{
		"en": {"ask for a quote", "get a quote", "how much would it cost"},
		"es": {"pedir un presupuesto", "quiero un presupuesto", "cuánto costaría"},
		"pt": {"pedir um orçamento", "quero um orçamento", "quanto custaria"},
	}},
}

var orderNumber = Text{"en": "order number", "es": "número de pedido", "pt": "número do pedido"}

var (
	openingHours = Topic{"opening_hours", Text{"en": "Opening hours", "es": "Horario", "pt": "Horário"}, Text{
		"en": "We are open from Monday to Friday, from 9:00 to 18:00.",
		"es": "Abrimos de lunes a viernes, de 9:00 a 18:00.",
		"pt": "Abrimos de segunda a sexta, das 9h às 18h.",
	}}
	prices = Topic{"prices", Text{"en": "Prices", "es": "Precios", "pt": "Preços"}, Text{
		"en": "Our prices start at 20 euros. Tell us what you need, and you get a quote.",
		"es": "Nuestros precios empiezan en 20 euros. Cuéntanos qué necesitas y te damos un presupuesto.",
		"pt": "Nossos preços começam em 20 euros. Conte o que você precisa e fazemos um orçamento.",
	}}
	place = Topic{"place", Text{"en": "Where we are", "es": "Dónde estamos", "pt": "Onde estamos"}, Text{
		"en": "You find us at 1 Main Street, next to the station.",
		"es": "Estamos en la calle Mayor 1, al lado de la estación.",
		"pt": "Estamos na rua Principal, 1, ao lado da estação.",
	}}
	toBeWritten = Text{"en": "A colleague will tell you more about that.", "es": "Alguien del equipo te contará más sobre eso.", "pt": "Alguém da equipe vai contar mais sobre isso."}
)

// usual is what a detail of a usual name is, is called, and how it is asked for.
type usual struct {
	typ             string
	title, question Text
}

// otherNames are usual names in other languages.
var otherNames = map[string]string{
	"nombre": "name", "nome": "name", "correo": "email", "e_mail": "email", "mail": "email", "telefono": "phone", "telefone": "phone", "celular": "phone", "movil": "phone",
	"fecha": "date", "data": "date", "dia": "day", "hora": "time", "personas": "guests", "pessoas": "guests", "people": "guests", "presupuesto": "budget", "orcamento": "budget",
	"direccion": "address", "endereco": "address", "comentario": "comment", "comments": "comment", "peticion": "need", "pedido": "need", "request": "need",
}

var usualDetails = map[string]usual{
	"name":    {"text", Text{"en": "name", "es": "nombre", "pt": "nome"}, Text{"en": "What is your name?", "es": "¿Cómo te llamas?", "pt": "Qual é o seu nome?"}},
	"email":   {"email", Text{"en": "email", "es": "correo", "pt": "e-mail"}, Text{"en": "What is your email address?", "es": "¿Cuál es tu correo electrónico?", "pt": "Qual é o seu e-mail?"}},
	"phone":   {"phone", Text{"en": "phone number", "es": "teléfono", "pt": "telefone"}, Text{"en": "What is your phone number?", "es": "¿Cuál es tu número de teléfono?", "pt": "Qual é o seu telefone?"}},
	"need":    {"text", Text{"en": "request", "es": "petición", "pt": "pedido"}, Text{"en": "What do you need? A sentence or two is enough.", "es": "¿Qué necesitas? Basta con una o dos frases.", "pt": "Do que você precisa? Uma ou duas frases bastam."}},
	"comment": {"text", Text{"en": "comment", "es": "comentario", "pt": "comentário"}, Text{"en": "Is there anything else we should know?", "es": "¿Hay algo más que debamos saber?", "pt": "Há mais alguma coisa que devemos saber?"}},
	"date":    {"date", Text{"en": "date", "es": "fecha", "pt": "data"}, Text{"en": "On which date?", "es": "¿En qué fecha?", "pt": "Em que data?"}},
	"day":     {"date", Text{"en": "day", "es": "día", "pt": "dia"}, Text{"en": "On which day?", "es": "¿Qué día?", "pt": "Em que dia?"}},
	"time":    {"time", Text{"en": "time", "es": "hora", "pt": "hora"}, Text{"en": "At what time?", "es": "¿A qué hora?", "pt": "A que horas?"}},
	"guests":  {"integer", Text{"en": "number of people", "es": "número de personas", "pt": "número de pessoas"}, Text{"en": "For how many people?", "es": "¿Para cuántas personas?", "pt": "Para quantas pessoas?"}},
	"budget":  {"amount", Text{"en": "budget", "es": "presupuesto", "pt": "orçamento"}, Text{"en": "What is your budget?", "es": "¿Cuál es tu presupuesto?", "pt": "Qual é o seu orçamento?"}},
	"address": {"text", Text{"en": "address", "es": "dirección", "pt": "endereço"}, Text{"en": "What is your address?", "es": "¿Cuál es tu dirección?", "pt": "Qual é o seu endereço?"}},
}

var anyQuestion = Text{"en": "Please tell me: %s", "es": "Dime, por favor: %s", "pt": "Diga, por favor: %s"}

// What the bot says. %s is what is called something: "order number".
var (
	askOrder    = Text{"en": "Happy to check. What is your order number? It looks like %e.", "es": "Claro, lo miro. ¿Cuál es tu número de pedido? Es como %e.", "pt": "Claro, vou verificar. Qual é o número do seu pedido? É parecido com %e."}
	askNumber   = Text{"en": "Happy to check. Please write your %s. It looks like %e.", "es": "Claro, lo miro. Escríbeme esto, por favor: %s. Es como %e.", "pt": "Claro, vou verificar. Escreva isto, por favor: %s. É parecido com %e."}
	reaskNumber = Text{"en": "Hmm, that does not look like %e. Please check it and write it again.", "es": "Mmm, eso no es como %e. Revísalo y escríbelo otra vez, por favor.", "pt": "Hum, isso não é como %e. Confira e escreva de novo, por favor."}
	found       = Text{"en": "I've found {{ number }}. Status: {{ found?.status ?? 'not known' }}.", "es": "He encontrado {{ number }}. Estado: {{ found?.status ?? 'desconocido' }}.", "pt": "Encontrei {{ number }}. Status: {{ found?.status ?? 'desconhecido' }}."}
	notFound    = Text{"en": "I can't find {{ number }}. Shall we try another one?", "es": "No encuentro {{ number }}. ¿Probamos con otro?", "pt": "Não encontrei {{ number }}. Vamos tentar outro?"}
	serviceDown = Text{"en": "Sorry, I can't reach our system right now.", "es": "Lo siento, ahora mismo no puedo consultar nuestro sistema.", "pt": "Desculpe, não consigo consultar nosso sistema agora."}
	tryAnother  = Text{"en": "Try another one", "es": "Probar con otro", "pt": "Tentar outro"}

	howToHelp    = Text{"en": "Hello! What can I tell you?", "es": "¡Hola! ¿Qué te puedo contar?", "pt": "Olá! O que posso contar para você?"}
	anythingElse = Text{"en": "Anything else I can do for you?", "es": "¿Te ayudo con algo más?", "pt": "Posso ajudar com mais alguma coisa?"}
	something    = Text{"en": "Something else", "es": "Otra cosa", "pt": "Outra coisa"}
	another      = Text{"en": "Another one", "es": "Otro más", "pt": "Mais um"}
	noThanks     = Text{"en": "No, thanks", "es": "No, gracias", "pt": "Não, é só isso"}
	person       = Text{"en": "Talk to a person", "es": "Hablar con alguien", "pt": "Falar com alguém"}

	askWhat  = Text{"en": "Gladly. What shall I remind you of?", "es": "Con gusto. ¿Qué quieres que te recuerde?", "pt": "Com prazer. Do que devo lembrar você?"}
	askDay   = Text{"en": "And on which day is it? I'll write to you the day before.", "es": "¿Y qué día es? Te escribiré el día antes.", "pt": "E em que dia é? Vou escrever para você no dia anterior."}
	noted    = Text{"en": "Noted: {{ what ?? 'your date' }}, {{ format_date(day) }}.", "es": "Anotado: {{ what ?? 'tu fecha' }}, {{ format_date(day) }}.", "pt": "Anotado: {{ what ?? 'sua data' }}, {{ format_date(day) }}."}
	reminded = Text{"en": "A reminder for tomorrow, {{ format_date(day, 'day') }}: {{ what ?? 'your date' }}.", "es": "Un recordatorio para mañana, {{ format_date(day, 'day') }}: {{ what ?? 'tu fecha' }}.", "pt": "Um lembrete para amanhã, {{ format_date(day, 'day') }}: {{ what ?? 'sua data' }}."}
	soon     = Text{"en": "That is very soon, so take this as the reminder.", "es": "Eso es muy pronto, así que toma este mensaje como recordatorio.", "pt": "Isso é muito em breve, então este é o lembrete."}
	whatIs   = Text{"en": "reminder", "es": "recordatorio", "pt": "lembrete"}
	dayIs    = Text{"en": "day", "es": "día", "pt": "dia"}

	isThatRight = Text{"en": "Let me repeat: %s. Is that right?", "es": "Repito: %s. ¿Es correcto?", "pt": "Vou repetir: %s. Está certo?"}
	thankYou    = Text{"en": "Thank you! A colleague has all of it now and will answer you here.", "es": "¡Gracias! Alguien del equipo ya lo tiene todo y te responderá por aquí.", "pt": "Tudo anotado! Alguém da equipe já tem tudo e vai responder por aqui."}
	startAgain  = Text{"en": "No problem, let's go through it again.", "es": "No pasa nada, lo repasamos otra vez.", "pt": "Sem problema, vamos repassar tudo."}

	bringIn    = Text{"en": "I'll bring in a colleague. One moment, please.", "es": "Te paso con una persona del equipo. Un momento, por favor.", "pt": "Vou chamar uma pessoa da equipe. Um momento, por favor."}
	stillThere = Text{"en": "Are you still there? We can go on whenever you like.", "es": "¿Sigues ahí? Podemos seguir cuando quieras.", "pt": "Você ainda está aí? Podemos continuar quando quiser."}
	goOn       = Text{"en": "Let's go on", "es": "Seguimos", "pt": "Vamos continuar"}
	thatsAll   = Text{"en": "That's all", "es": "Eso es todo", "pt": "É só isso"}
	goodbye    = Text{"en": "Have a good day!", "es": "¡Que tengas un buen día!", "pt": "Tenha um ótimo dia!"}

	yes      = Text{"en": "yes", "es": "sí", "pt": "sim"}
	no       = Text{"en": "no", "es": "no", "pt": "não"}
	notGiven = Text{"en": "not given", "es": "sin dato", "pt": "não informado"}
)

// What comments say.
var (
	purpose = map[Kind]Text{
		Lookup:   {"en": "The contact gives a number, another system is asked, and people are there when that does not help.", "es": "El contacto da un número, se consulta otro sistema y hay personas para cuando eso no basta.", "pt": "O contato dá um número, outro sistema é consultado e há pessoas para quando isso não basta."},
		Menu:     {"en": "Answers to what people ask again and again, and a person for everything else.", "es": "Respuestas a lo que la gente pregunta una y otra vez, y una persona para todo lo demás.", "pt": "Respostas ao que as pessoas sempre perguntam, e uma pessoa para todo o resto."},
		Reminder: {"en": "The contact names a day, and hears from us on the day before, at ten.", "es": "El contacto dice un día y le escribimos el día antes, a las diez.", "pt": "O contato diz um dia e escrevemos no dia anterior, às dez."},
		Collect:  {"en": "Asks for a few details, repeats them, and hands over to people who know them then.", "es": "Pide unos datos, los repite y pasa la conversación a personas que ya los conocen.", "pt": "Pede alguns dados, repete e passa a conversa para pessoas que já os conhecem."},
	}
	madeBy       = Text{"en": "Made by relevo init, and yours to change. relevo check says whether it still fits together, relevo talk lets you try it.", "es": "Lo hizo relevo init y es tuyo: cámbialo a tu gusto. relevo check dice si todo encaja y relevo talk permite probarlo.", "pt": "Feito por relevo init, e seu para mudar. relevo check diz se tudo se encaixa e relevo talk permite testar."}
	onTriggers   = Text{"en": "what starts the flow, anywhere in a message", "es": "lo que inicia el flujo, en cualquier parte de un mensaje", "pt": "o que inicia o fluxo, em qualquer parte de uma mensagem"}
	onSlots      = Text{"en": "what the flow remembers", "es": "lo que el flujo recuerda", "pt": "o que o fluxo lembra"}
	onOn         = Text{"en": "in every state", "es": "en cualquier estado", "pt": "em qualquer estado"}
	onAgent      = Text{"en": "the contact asks for a person", "es": "el contacto pide una persona", "pt": "o contato pede uma pessoa"}
	onPattern    = Text{"en": "what does not look like this is asked again", "es": "lo que no es así se vuelve a preguntar", "pt": "o que não é assim é perguntado de novo"}
	onFound      = Text{"en": "what the other system answers", "es": "lo que responde el otro sistema", "pt": "o que o outro sistema responde"}
	onExhausted  = Text{"en": "exhausted: three answers that were not understood", "es": "exhausted: tres respuestas que no se entendieron", "pt": "exhausted: três respostas que não foram entendidas"}
	onAfter      = Text{"en": "half an hour without an answer", "es": "media hora sin respuesta", "pt": "meia hora sem resposta"}
	onCall       = Text{"en": "no answer, or another status than these", "es": "sin respuesta, o con otro código que estos", "pt": "sem resposta, ou com outro código que estes"}
	onTemplate   = Text{"en": "WhatsApp lets a business write freely for 24 hours after the contact's last message. Later it sends this template, which", "es": "WhatsApp deja escribir con libertad durante 24 horas después del último mensaje del contacto. Después envía esta", "pt": "O WhatsApp deixa escrever livremente por 24 horas depois da última mensagem do contato. Depois envia este modelo,"}
	onTemplate2  = Text{"en": "has to be approved there under this name.", "es": "plantilla, que debe estar aprobada allí con este nombre.", "pt": "que precisa estar aprovado lá com este nome."}
	onSleep      = Text{"en": "the day before, at ten; the contact can talk about other things meanwhile", "es": "el día antes, a las diez; mientras tanto el contacto puede hablar de otras cosas", "pt": "no dia anterior, às dez; enquanto isso o contato pode falar de outras coisas"}
	onMissed     = Text{"en": "it is past ten on the day before already", "es": "ya son más de las diez del día antes", "pt": "já passou das dez do dia anterior"}
	onSummary    = Text{"en": "what the human agent reads first", "es": "lo primero que lee la persona que atiende", "pt": "o que a pessoa que atende lê primeiro"}
	onQuiet      = Text{"en": "nothing is said: who does not answer is left in peace", "es": "no se dice nada: a quien no responde se le deja en paz", "pt": "nada é dito: quem não responde fica em paz"}
	onAbandoned  = Text{"en": "people ended it without an outcome", "es": "las personas lo terminaron sin resultado", "pt": "as pessoas terminaram sem resultado"}
	onAnswer     = Text{"en": "write your own answers here", "es": "escribe aquí tus propias respuestas", "pt": "escreva aqui suas próprias respostas"}
	onWhereWeAre = Text{"en": "on with the first question that has no answer", "es": "sigue con la primera pregunta sin respuesta", "pt": "segue com a primeira pergunta sem resposta"}

	partQuestion = Text{"en": "The question", "es": "La pregunta", "pt": "A pergunta"}
	partAnswer   = Text{"en": "The answer", "es": "La respuesta", "pt": "A resposta"}
	partMenu     = Text{"en": "The menu", "es": "El menú", "pt": "O menu"}
	partDetails  = Text{"en": "The details", "es": "Los datos", "pt": "Os dados"}
	partReminder = Text{"en": "The reminder", "es": "El recordatorio", "pt": "O lembrete"}
	partPeople   = Text{"en": "People", "es": "Personas", "pt": "Pessoas"}
	partEnd      = Text{"en": "Silence and goodbye", "es": "Silencio y despedida", "pt": "Silêncio e despedida"}
)
