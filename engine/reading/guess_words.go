package reading

// commonWords are the words that nearly every message of a language has one of.
var commonWords = map[string]string{
	"en": `the of and to a in is you that it he was for on are as with his they i at be this have from or one had by not but what all were we when your can said there use an each
		which she do how their if will up other about out many then them these so some her would make like him into time has look two more go see no way could people my than first been
		who its now find down day did get come made may part where why off turn open close please hello hi thanks yes want need help order my i'm don't can't isn't what's where's i'd it's any
		am me us our does didn't haven't should still here just talk speak pay change cancel send much know tell give the is are of in on off switch set all what how which
		been being having doing going coming taking making getting thing things something anything nothing everything someone anyone people person name number address street house home room kitchen
		door window light lights music phone call message email card account bank payment bill invoice money price cost buy sell shop store delivery package parcel shipping track address return refund
		appointment doctor clinic date day week month year today tomorrow yesterday morning afternoon evening night tonight time hour minute monday tuesday wednesday thursday friday saturday sunday
		first second third last next new old good bad better best big small long short right left high low early late before after again always never often sometimes already yet also too very
		play stop start show tell ask answer find look check set add remove put bring keep leave wait try use work write read set up turned working happened changed arrived received wrong problem question
		thank welcome sorry excuse sure great fine could should might must shall ought while through between under above below against during without within about around because although though`,
	"es": `de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde
		todo nos durante todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho quienes nada muchos cual poco ella estar
		estas algunas algo nosotros mi mis tú te ti tu tus es son está están estoy soy fue ser tiene tengo quiero puedo hacer dónde cómo cuándo cuál cuánto cuántos quién por qué hola gracias
		necesito ayuda buenos buenas ahora hoy mañana pedido hablar pagar cambiar cancelar ¿ ¡ el la los del las está qué cuál dime pon abre cierra enciende apaga
		siendo haciendo cosa cosas alguien nadie gente persona personas nombre número dirección calle casa cuarto habitación cocina puerta ventana luz luces música teléfono llamada mensaje correo tarjeta
		cuenta banco pago factura dinero precio costo comprar vender tienda envío entrega paquete seguimiento devolución reembolso cita médico clínica fecha día semana mes año ayer mañana tarde noche tiempo hora
		minuto lunes martes miércoles jueves viernes sábado domingo primero segundo último próximo nuevo nueva viejo bueno malo mejor grande pequeño largo corto derecha izquierda alto bajo temprano antes después
		otra vez siempre nunca todavía aún poner pon quitar subir sube bajar baja parar para iniciar empezar mostrar muestra decir preguntar buscar busca añadir añade borrar usar trabajar escribir leer llegar llegó
		recibido cambiado problema pregunta saber haber había he has ha hemos han hay estás estamos aquí allí ahí ese eso aquel cualquier cada mismo misma mientras aunque desde hacia según bajo tras
		quisiera podría debería encender encienda apagar apague abrir cerrar cierre llamado llamada cuántas cuáles algún ningún alguna`,
	"pt": `de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso
		ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos elas havia seja qual será nós tenho lhe deles
		essas esses pelas este fosse dele tu te vocês vos lhes meus minhas teu tua são sou estou quero posso preciso fazer onde quanto quantos olá oi obrigado obrigada sim ajuda bom boa agora
		hoje amanhã pedido falar pagar mudar cancelar o a os as do da no na em não são qual quais ligar desligar abre fecha liga desliga
		sendo fazendo coisa coisas alguém ninguém gente pessoa pessoas nome número endereço rua casa quarto sala cozinha porta janela luz luzes música telefone ligação mensagem cartão conta banco pagamento fatura
		dinheiro preço custo comprar vender loja envio entrega pacote encomenda rastrear devolução reembolso consulta médico clínica data dia semana mês ano ontem manhã tarde noite tempo hora minuto segunda terça
		quarta quinta sexta sábado domingo primeiro segundo último próximo novo nova velho bom mau melhor grande pequeno longo curto direita esquerda alto baixo cedo antes depois outra vez sempre nunca ainda
		colocar põe coloca tirar tira subir sobe baixar baixa parar iniciar começar mostrar mostra dizer perguntar procurar adicionar adiciona apagar apaga usar trabalhar escrever ler chegar chegou recebido mudado
		problema pergunta saber haver havia temos têm tenho aqui ali aí esse isso aquele qualquer cada mesmo mesma enquanto embora desde segundo sob sobre gostaria poderia deveria acender acende fechar fecha abrir
		chamado chamada quantas algum alguma nenhum nenhuma comigo minha minhas meu meus teu dele dela deles delas nele nela num dum ao aos pelo pela`,
}
