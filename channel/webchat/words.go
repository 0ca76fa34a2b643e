package webchat

import (
	"slices"
	"strings"
)

// pageLanguages are the languages of the page itself.
var pageLanguages = []string{"en", "es", "pt"}

// words are the page's own texts. The page gets those of its language only; app.js reads them by these names.
type words struct {
	Greeting     string `json:"greeting"`
	Messages     string `json:"messages"` // the name of the list of messages, for screen readers
	Write        string `json:"write"`
	Send         string `json:"send"`
	Close        string `json:"close"`
	You          string `json:"you"`
	Typing       string `json:"typing"`
	Suggestions  string `json:"suggestions"`
	Answers      string `json:"answers"`
	Reconnecting string `json:"reconnecting"`
	Offline      string `json:"offline"`
	NotSent      string `json:"notSent"`
	Full         string `json:"full"`
	Busy         string `json:"busy"`
	Newest       string `json:"newest"`
	Left         string `json:"left"` // "{n}" is the number of characters
	NoScript     string `json:"-"`
}

var pageWords = map[string]words{
	"en": {
		Greeting: "Hi! How can we help?", Messages: "Messages", Write: "Write a message", Send: "Send", Close: "Close chat", You: "You",
		Typing: "Writing an answer", Suggestions: "Suggestions", Answers: "Answers",
		Reconnecting: "Reconnecting… What you write is kept.", Offline: "You are offline. What you write is kept and sent later.",
		NotSent: "Not sent", Full: "Too many messages are waiting. Try again once you are connected.",
		Busy: "That was quick! Your messages go out in a moment.", Newest: "Newest messages", Left: "{n} characters left",
		NoScript: "This chat needs JavaScript.",
	},
	"es": {
		Greeting: "¡Hola! ¿En qué podemos ayudarte?", Messages: "Mensajes", Write: "Escribe un mensaje", Send: "Enviar", Close: "Cerrar el chat", You: "Tú",
		Typing: "Escribiendo una respuesta", Suggestions: "Sugerencias", Answers: "Respuestas",
		Reconnecting: "Reconectando… Lo que escribas se guarda.", Offline: "No hay conexión. Lo que escribas se guarda y se envía después.",
		NotSent: "No enviado", Full: "Hay demasiados mensajes en espera. Inténtalo cuando vuelva la conexión.",
		Busy: "¡Qué rapidez! Tus mensajes salen en un momento.", Newest: "Últimos mensajes", Left: "Quedan {n} caracteres",
		NoScript: "Este chat necesita JavaScript.",
	},
	"pt": {
		Greeting: "Olá! Como podemos ajudar?", Messages: "Mensagens", Write: "Escreva uma mensagem", Send: "Enviar", Close: "Fechar o chat", You: "Você",
		Typing: "Escrevendo uma resposta", Suggestions: "Sugestões", Answers: "Respostas",
		Reconnecting: "Reconectando… O que você escrever fica guardado.", Offline: "Sem conexão. O que você escrever fica guardado e é enviado depois.",
		NotSent: "Não enviada", Full: "Há mensagens demais à espera. Tente de novo quando a conexão voltar.",
		Busy: "Que rapidez! Suas mensagens saem em instantes.", Newest: "Mensagens recentes", Left: "Restam {n} caracteres",
		NoScript: "Este chat precisa de JavaScript.",
	},
}

// maxAcceptLanguage bounds how many preferences of a browser are read.
const maxAcceptLanguage = 20

// pickLanguage chooses the page's language: the one asked for, else the first of the browser's that the page speaks, else the first
// one configured. Browsers list theirs in order (RFC 9110 §12.5.4), so the weights need not be read.
func pickLanguage(asked, acceptLanguage string, speaks []string) string {
	wanted := append([]string{asked}, strings.SplitN(acceptLanguage, ",", maxAcceptLanguage)...)
	for _, tag := range wanted {
		if l := primaryLanguage(tag); slices.Contains(speaks, l) {
			return l
		}
	}
	return speaks[0]
}

// primaryLanguage returns "es" for "es-MX;q=0.9", and "" for what is no language tag.
func primaryLanguage(tag string) string {
	tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
	tag, _, _ = strings.Cut(tag, "-")
	tag = strings.ToLower(tag)
	if len(tag) < 2 || len(tag) > 3 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return tag
}
