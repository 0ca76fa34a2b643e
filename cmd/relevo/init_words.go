package main

import "relevo/flows/blueprint"

// What init says, in the languages of analysts. %s is filled in.
var (
	wordHello     = blueprint.Text{"en": "A new flow. Enter takes what stands in [ ]; \"back\" goes to the question before; Ctrl-C stops, and nothing is written.", "es": "Un flujo nuevo. Intro acepta lo que está entre [ ]; «atrás» vuelve a la pregunta anterior; Ctrl-C lo deja sin escribir nada.", "pt": "Um fluxo novo. Enter aceita o que está entre [ ]; \"voltar\" volta à pergunta anterior; Ctrl-C para sem escrever nada."}
	wordKind      = blueprint.Text{"en": "What should it do?", "es": "¿Qué debe hacer?", "pt": "O que ele deve fazer?"}
	wordName      = blueprint.Text{"en": "The flow's name, for the file (small letters, digits and _)", "es": "El nombre del flujo, para el fichero (minúsculas sin acento, cifras y _)", "pt": "O nome do fluxo, para o arquivo (minúsculas sem acento, números e _)"}
	wordLanguages = blueprint.Text{"en": "In which languages? (en, es, pt; separated by commas, the first one is the default)", "es": "¿En qué idiomas? (en, es, pt; separados por comas, el primero es el predeterminado)", "pt": "Em que idiomas? (en, es, pt; separados por vírgulas, o primeiro é o padrão)"}
	wordTitle     = blueprint.Text{"en": "Its title, as contacts see it in the menu", "es": "Su título, como lo ven los contactos en el menú", "pt": "O título, como os contatos veem no menu"}
	wordPhrases   = blueprint.Text{"en": "Which phrases start it? (separated by commas)", "es": "¿Qué frases lo inician? (separadas por comas)", "pt": "Que frases o iniciam? (separadas por vírgulas)"}
	wordNumber    = blueprint.Text{"en": "What should the contact give?", "es": "¿Qué dato debe dar el contacto?", "pt": "Que dado o contato deve informar?"}
	wordExample   = blueprint.Text{"en": "An example of it. Letters and digits in the same places are accepted", "es": "Un ejemplo. Se aceptan letras y cifras en los mismos lugares", "pt": "Um exemplo. São aceitas letras e números nos mesmos lugares"}
	wordURL       = blueprint.Text{"en": "Which address knows it? {} stands for what the contact gave. The default is the demo shop", "es": "¿Qué dirección lo sabe? {} es lo que dio el contacto. Por defecto, la tienda de prueba", "pt": "Que endereço sabe a resposta? {} é o que o contato informou. O padrão é a loja de teste"}
	wordTopics    = blueprint.Text{"en": "What do people ask about? (up to 8 titles, separated by commas)", "es": "¿Sobre qué pregunta la gente? (hasta 8 títulos, separados por comas)", "pt": "Sobre o que as pessoas perguntam? (até 8 títulos, separados por vírgulas)"}
	wordDetails   = blueprint.Text{"en": "Which details are needed? (up to 10, as name or name:type, separated by commas)", "es": "¿Qué datos hacen falta? (hasta 10, como nombre o nombre:tipo, separados por comas)", "pt": "Que dados são necessários? (até 10, como nome ou nome:tipo, separados por vírgulas)"}
	wordTypes     = blueprint.Text{"en": "The types: %s", "es": "Los tipos: %s", "pt": "Os tipos: %s"}
	wordQuestion  = blueprint.Text{"en": "The question for %s", "es": "La pregunta para %s", "pt": "A pergunta para %s"}
	wordQueue     = blueprint.Text{"en": "Which queue do people answer? (%s)", "es": "¿En qué cola atienden las personas? (%s)", "pt": "Em que fila as pessoas atendem? (%s)"}
	wordSilence   = blueprint.Text{"en": "And when the contact is silent for half an hour?", "es": "¿Y si el contacto calla durante media hora?", "pt": "E se o contato ficar em silêncio por meia hora?"}
	wordConfirm   = blueprint.Text{"en": "Write it? (yes, no, back)", "es": "¿Lo escribo? (sí, no, atrás)", "pt": "Escrevo? (sim, não, voltar)"}
	wordSummary   = blueprint.Text{"en": "This is what will be written:", "es": "Esto es lo que se va a escribir:", "pt": "Isto é o que vai ser escrito:"}
	wordNothing   = blueprint.Text{"en": "Nothing was written.", "es": "No se ha escrito nada.", "pt": "Nada foi escrito."}
	wordYes       = blueprint.Text{"en": "yes", "es": "sí", "pt": "sim"}

	wordNotAName     = blueprint.Text{"en": "%s is not a name: use small letters, digits and _, beginning with a letter, up to 64.", "es": "%s no es un nombre: usa minúsculas sin acento, cifras y _, empezando por una letra, hasta 64.", "pt": "%s não é um nome: use minúsculas sem acento, números e _, começando por uma letra, até 64."}
	wordIsThere      = blueprint.Text{"en": "%s is there already. Choose another name; relevo init --force would overwrite it.", "es": "%s ya existe. Elige otro nombre; relevo init --force lo sobrescribiría.", "pt": "%s já existe. Escolha outro nome; relevo init --force o sobrescreveria."}
	wordNoChoice     = blueprint.Text{"en": "%s is none of these. Write a number or a word of the list.", "es": "%s no es ninguno de estos. Escribe un número o una palabra de la lista.", "pt": "%s não é nenhum destes. Escreva um número ou uma palavra da lista."}
	wordNoLanguage   = blueprint.Text{"en": "There are no texts in %s. It can be en, es and pt; add others in the file afterwards.", "es": "No hay textos en %s. Puede ser en, es y pt; añade otros después en el fichero.", "pt": "Não há textos em %s. Pode ser en, es e pt; acrescente outros depois no arquivo."}
	wordNeeded       = blueprint.Text{"en": "Something is needed here.", "es": "Aquí hace falta algo.", "pt": "Aqui é preciso algo."}
	wordTooLong      = blueprint.Text{"en": "%s is too long: at most %d characters.", "es": "%s es demasiado largo: como mucho %d caracteres.", "pt": "%s é longo demais: no máximo %d caracteres."}
	wordTooMany      = blueprint.Text{"en": "That is too much: at most %d.", "es": "Son demasiados: como mucho %d.", "pt": "É demais: no máximo %d."}
	wordTwice        = blueprint.Text{"en": "%s is there twice.", "es": "%s está dos veces.", "pt": "%s está duas vezes."}
	wordNoBraces     = blueprint.Text{"en": "Braces and invisible characters can not stand here. Expressions are added in the file afterwards.", "es": "Aquí no caben llaves ni caracteres invisibles. Las expresiones se añaden después en el fichero.", "pt": "Aqui não cabem chaves nem caracteres invisíveis. As expressões são acrescentadas depois no arquivo."}
	wordSameNumber   = blueprint.Text{"en": "It needs as many titles as in the first language: %d.", "es": "Hacen falta tantos títulos como en el primer idioma: %d.", "pt": "São precisos tantos títulos quantos no primeiro idioma: %d."}
	wordNoType       = blueprint.Text{"en": "There is no type %s.", "es": "No hay ningún tipo %s.", "pt": "Não há nenhum tipo %s."}
	wordNoQueue      = blueprint.Text{"en": "No queue is named %s. The configuration has: %s", "es": "Ninguna cola se llama %s. La configuración tiene: %s", "pt": "Nenhuma fila se chama %s. A configuração tem: %s"}
	wordTaken        = blueprint.Text{"en": "%s leads to the flow %s already.", "es": "%s ya lleva al flujo %s.", "pt": "%s já leva ao fluxo %s."}
	wordNoExample    = blueprint.Text{"en": "%s can not be an example: use letters, digits, and . - / _ between them, up to 40.", "es": "%s no puede ser un ejemplo: usa letras sin acento, cifras y . - / _ entre ellas, hasta 40.", "pt": "%s não pode ser um exemplo: use letras sem acento, números e . - / _ entre eles, até 40."}
	wordNoURL        = blueprint.Text{"en": "That is not an address: write one with http:// or https://, and {} where the number goes.", "es": "Eso no es una dirección: escríbela con http:// o https://, y {} donde va el dato.", "pt": "Isso não é um endereço: escreva com http:// ou https://, e {} onde vai o dado."}
	wordFinding      = blueprint.Text{"en": "With that relevo check would say: %s", "es": "Con eso relevo check diría: %s", "pt": "Com isso relevo check diria: %s"}
	wordAnswersEnded = blueprint.Text{"en": "the answers ended before the questions; nothing was written (--yes takes the defaults)", "es": "las respuestas se acabaron antes que las preguntas; no se ha escrito nada (--yes acepta lo predeterminado)", "pt": "as respostas acabaram antes das perguntas; nada foi escrito (--yes aceita o padrão)"}

	wordWritten         = blueprint.Text{"en": "Written:", "es": "Escrito:", "pt": "Escrito:"}
	wordNext            = blueprint.Text{"en": "What you can do now:", "es": "Lo que puedes hacer ahora:", "pt": "O que você pode fazer agora:"}
	wordCheck           = blueprint.Text{"en": "is it right?", "es": "¿está bien?", "pt": "está certo?"}
	wordTalk            = blueprint.Text{"en": "talk to it here", "es": "habla con él aquí", "pt": "converse com ele aqui"}
	wordTest            = blueprint.Text{"en": "run its first conversation as a test", "es": "ejecuta su primera conversación como prueba", "pt": "execute a primeira conversa como teste"}
	wordDraw            = blueprint.Text{"en": "a picture of it", "es": "un dibujo", "pt": "um desenho"}
	wordServe           = blueprint.Text{"en": "try it in the browser; what you save is reloaded", "es": "pruébalo en el navegador; lo que guardas se recarga", "pt": "teste no navegador; o que você salva é recarregado"}
	wordPublish         = blueprint.Text{"en": "let contacts have it", "es": "ponlo en marcha para los contactos", "pt": "coloque no ar para os contatos"}
	wordSettings        = blueprint.Text{"en": "The settings of this project. Every key has a flag and a variable, too: relevo serve --help.", "es": "La configuración de este proyecto. Cada clave tiene también una opción y una variable: relevo serve --help.", "pt": "A configuração deste projeto. Cada chave tem também uma opção e uma variável: relevo serve --help."}
	wordQueues          = blueprint.Text{"en": "where handed-over chats wait for people", "es": "donde las conversaciones esperan a las personas", "pt": "onde as conversas esperam pelas pessoas"}
	wordFlowsFolder     = blueprint.Text{"en": "the folder of the flow files", "es": "la carpeta de los flujos", "pt": "a pasta dos fluxos"}
	wordDefaultLanguage = blueprint.Text{"en": "spoken until the contact's language is known", "es": "el idioma hasta que se conoce el del contacto", "pt": "o idioma até que se conheça o do contato"}
)

// wordBack are the words that lead to the question before.
var wordBack = []string{"back", "atrás", "atras", "volver", "voltar"}

var kindWords = map[blueprint.Kind]blueprint.Text{
	blueprint.Lookup:   {"en": "ask for a number and look it up in another system", "es": "pedir un número y consultarlo en otro sistema", "pt": "pedir um número e consultá-lo em outro sistema"},
	blueprint.Menu:     {"en": "a menu of answers to what people ask again and again", "es": "un menú de respuestas a lo que la gente pregunta siempre", "pt": "um menu de respostas ao que as pessoas sempre perguntam"},
	blueprint.Reminder: {"en": "remind of a date, on the day before", "es": "recordar una fecha, el día antes", "pt": "lembrar de uma data, no dia anterior"},
	blueprint.Collect:  {"en": "ask for details and hand over to people", "es": "pedir datos y pasar la conversación a personas", "pt": "pedir dados e passar a conversa para pessoas"},
}

var silenceWords = map[blueprint.Silence]blueprint.Text{
	blueprint.AskAgain: {"en": "ask once whether they are still there, then leave them in peace", "es": "preguntar una vez si sigue ahí y luego dejarle en paz", "pt": "perguntar uma vez se ainda está aí e depois deixar em paz"},
	blueprint.Peace:    {"en": "end without a word", "es": "terminar sin decir nada", "pt": "terminar sem dizer nada"},
	blueprint.Person:   {"en": "hand over to people", "es": "pasar la conversación a personas", "pt": "passar a conversa para pessoas"},
}

// languageWords are the languages' names in each language.
var languageWords = map[string]blueprint.Text{
	"en": {"en": "English", "es": "inglés", "pt": "inglês"}, "es": {"en": "Spanish", "es": "español", "pt": "espanhol"}, "pt": {"en": "Portuguese", "es": "portugués", "pt": "português"},
}
