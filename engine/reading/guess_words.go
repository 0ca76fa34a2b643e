package reading

// commonWords are the words that nearly every message of a language has one of.
var commonWords = map[string]string{
	"en": `the of and to a in is you that it he was for on are as with his they i at be this have from or one had by not but what all were we when your can said there use an each
		which she do how their if will up other about out many then them these so some her would make like him into time has look two more go see no way could people my than first been
		who its now find down day did get come made may part where why off turn open close please hello hi thanks yes want need help order my i'm don't can't isn't what's where's i'd it's any
		am me us our does didn't haven't should still here just talk speak pay change cancel send much know tell give the is are of in on off switch set all what how which`,
	"es": `de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde
		todo nos durante todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho quienes nada muchos cual poco ella estar
		estas algunas algo nosotros mi mis tú te ti tu tus es son está están estoy soy fue ser tiene tengo quiero puedo hacer dónde cómo cuándo cuál cuánto cuántos quién por qué hola gracias
		necesito ayuda buenos buenas ahora hoy mañana pedido hablar pagar cambiar cancelar ¿ ¡ el la los del las está qué cuál dime pon abre cierra enciende apaga`,
	"pt": `de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso
		ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos elas havia seja qual será nós tenho lhe deles
		essas esses pelas este fosse dele tu te vocês vos lhes meus minhas teu tua são sou estou quero posso preciso fazer onde quanto quantos olá oi obrigado obrigada sim ajuda bom boa agora
		hoje amanhã pedido falar pagar mudar cancelar o a os as do da no na em não são qual quais ligar desligar abre fecha liga desliga`,
}
