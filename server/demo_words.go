package server

// demoWords are the demo page's texts in one language.
type demoWords struct {
	Title, Intro, Chat, Console, NoScript, NoChat string
	Log, Pay, Paid, Due, Back                     string
	Groups                                        map[string]string // by group
	Buttons                                       map[string]string // by button
	Script                                        map[string]string // what page.js says; results by their name
}

var demoTexts = map[string]demoWords{
	"en": {
		Title: "Relevo demo", Chat: "Web chat", Console: "Console for human agents", NoScript: "The buttons need JavaScript.", NoChat: "No web chat is configured.",
		Intro: "The buttons are what a clinic's and a billing system would tell. The chat beside them answers as the contact would see it.",
		Log:   "What happened", Pay: "Pay now", Paid: "Paid. Thank you!", Due: "Due", Back: "Back to the demo",
		Groups: map[string]string{"clinic": "Clinic", "billing": "Billing"},
		Buttons: map[string]string{
			"tomorrow": "Book an appointment for tomorrow", "hour": "Book one an hour from now", "moved": "Clinic moves it", "cancelled": "Clinic cancels it",
			"issued": "Invoice issued", "due_soon": "Due soon", "overdue": "Overdue", "paid": "Paid", "suspicious": "Suspicious payment",
		},
		Script: map[string]string{
			"sending": "Sending…", "book": "Book an appointment first.", "failed": "That did not work. Try again in a moment.", "blocked": "This browser keeps nothing for this site, so the chat and the buttons can not find each other.",
			"started": "started a flow", "delivered": "went to the running flow", "deferred": "waits: a person has the chat, or a question must be answered first",
			"ignored": "no flow knows it", "late": "came late: nothing waits for it any more", "opted_out": "the contact wants no messages", "accepted": "is on its way", "duplicate": "was sent before",
		},
	},
	"es": {
		Title: "Demo de Relevo", Chat: "Chat web", Console: "Consola para agentes", NoScript: "Los botones necesitan JavaScript.", NoChat: "No hay ningún chat web configurado.",
		Intro: "Los botones son lo que contarían los sistemas de una clínica y de facturación. El chat de al lado responde tal como lo vería el cliente.",
		Log:   "Qué ha pasado", Pay: "Pagar ahora", Paid: "Pagada. ¡Gracias!", Due: "Vence", Back: "Volver a la demo",
		Groups: map[string]string{"clinic": "Clínica", "billing": "Facturación"},
		Buttons: map[string]string{
			"tomorrow": "Reservar una cita para mañana", "hour": "Reservar una para dentro de una hora", "moved": "La clínica la mueve", "cancelled": "La clínica la cancela",
			"issued": "Factura emitida", "due_soon": "Vence pronto", "overdue": "Vencida", "paid": "Pagada", "suspicious": "Pago sospechoso",
		},
		Script: map[string]string{
			"sending": "Enviando…", "book": "Primero reserva una cita.", "failed": "No ha funcionado. Inténtalo de nuevo en un momento.", "blocked": "Este navegador no guarda nada de este sitio: el chat y los botones no pueden encontrarse.",
			"started": "ha iniciado un flujo", "delivered": "ha llegado al flujo en marcha", "deferred": "espera: una persona tiene el chat, o antes hay que responder una pregunta",
			"ignored": "ningún flujo lo conoce", "late": "llega tarde: ya nada lo espera", "opted_out": "el cliente no quiere mensajes", "accepted": "está en camino", "duplicate": "ya se había enviado",
		},
	},
	"pt": {
		Title: "Demo do Relevo", Chat: "Chat web", Console: "Console para atendentes", NoScript: "Os botões precisam de JavaScript.", NoChat: "Nenhum chat web está configurado.",
		Intro: "Os botões são o que os sistemas de uma clínica e de cobrança contariam. O chat ao lado responde como o cliente veria.",
		Log:   "O que aconteceu", Pay: "Pagar agora", Paid: "Paga. Obrigado!", Due: "Vence", Back: "Voltar à demo",
		Groups: map[string]string{"clinic": "Clínica", "billing": "Cobrança"},
		Buttons: map[string]string{
			"tomorrow": "Marcar uma consulta para amanhã", "hour": "Marcar uma para daqui a uma hora", "moved": "A clínica muda a consulta", "cancelled": "A clínica cancela",
			"issued": "Fatura emitida", "due_soon": "Vence em breve", "overdue": "Vencida", "paid": "Paga", "suspicious": "Pagamento suspeito",
		},
		Script: map[string]string{
			"sending": "Enviando…", "book": "Marque uma consulta primeiro.", "failed": "Não funcionou. Tente de novo daqui a pouco.", "blocked": "Este navegador não guarda nada deste site: o chat e os botões não conseguem se encontrar.",
			"started": "iniciou um fluxo", "delivered": "chegou ao fluxo em andamento", "deferred": "espera: uma pessoa está com o chat, ou há uma pergunta a responder antes",
			"ignored": "nenhum fluxo o conhece", "late": "chegou tarde: nada mais espera por ele", "opted_out": "o cliente não quer mensagens", "accepted": "está a caminho", "duplicate": "já tinha sido enviado",
		},
	},
}
