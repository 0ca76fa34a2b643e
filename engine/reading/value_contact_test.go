package reading

import "testing"

func TestEmails(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "es", "pt"} {
		checkPhrases(t, Email, Context{Language: language}, `
			ana@example.com = ana@example.com
			Ana.Lopez@Example.COM = Ana.Lopez@example.com
			mi correo es ana@example.com, gracias = ana@example.com
			ana@example.com. = ana@example.com
			(ana@example.com) = ana@example.com
			<ana@example.com> = ana@example.com
			mailto:ana@example.com = ana@example.com
			ana+shop@mail.example.co.uk = ana+shop@mail.example.co.uk
			ana_lopez-2@my-shop.example = ana_lopez-2@my-shop.example
			ana @ example.com = ana@example.com
			ana@ example.com = ana@example.com
			ana @example.com = ana@example.com
			ana@example . com = ana@example.com
			ana arroba example punto com = ana@example.com
			mi correo es ana punto lopez arroba example punto com = ana.lopez@example.com
			meu e-mail é ana ponto silva arroba example ponto com ponto br = ana.silva@example.com.br
			ana at example dot com = ana@example.com
			my email is ana dot smith at example dot com = ana.smith@example.com
			ana (at) example.com = ana@example.com
			ana [at] example [dot] com = ana@example.com
			ana guion bajo lopez arroba example.com = -
			ana underscore smith at example.com = ana_smith@example.com
			ana underline silva arroba example.com = ana_silva@example.com
			ana guion lopez arroba example.com = ana-lopez@example.com
			ana@example.com o luis@example.com = ana@example.com; luis@example.com
			ana@example.com ana@example.com = ana@example.com
			mañana te lo digo = -
			I am at home. com = -
			ana@example = -
			ana@.com = -
			@ana = -
			ana@@example.com = -
			a@b@example.com = -
			ana..lopez@example.com = -
			.ana@example.com = -
			ana@exa_mple.com = -
			ana@-example.com = -
			ana@example.c = -
			ana@example.con = -
			ana@gmail,com = -
			josé@example.com = -
			Ana López arroba example punto com = -
			ana@example.123 = -`)
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	// The library's part is played by a table.
	valid := map[string]string{
		"600111222": "+34600111222", "600 111 222": "+34600111222", "600-111-222": "+34600111222", "600.111.222": "+34600111222", "(600) 111 222": "+34600111222",
		"+34 600 111 222": "+34600111222", "0034600111222": "+34600111222", "+34600111222": "+34600111222", "+52 55 1234 5678": "+525512345678", "+525512345678": "+525512345678", "611222333": "+34611222333",
	}
	ctx := Context{Language: "es", Region: "ES", Phone: func(candidate, region string) (string, bool) {
		e164, ok := valid[candidate]
		return e164, ok && region == "ES"
	}}
	checkPhrases(t, Phone, ctx, `
		600111222 = +34600111222
		600 111 222 = +34600111222
		600-111-222 = +34600111222
		600.111.222 = +34600111222
		(600) 111 222 = +34600111222
		+34 600 111 222 = +34600111222
		0034600111222 = +34600111222
		mi número es 600 111 222, gracias = +34600111222
		mi teléfono: 600111222. = +34600111222
		525512345678 = +525512345678
		+52 55 1234 5678 = +525512345678
		600111222 o 611222333 = +34600111222; +34611222333
		600111222 611222333 = +34600111222; +34611222333
		600 111 222 / 611222333 = +34600111222; +34611222333
		600111222 y +34 600 111 222 = +34600111222
		pedido 600111222 = -
		mi número de pedido es 600111222 = -
		AB600111222 = -
		AB-600111222 = -
		#600111222 = -
		600111222€ = -
		€600111222 = -
		123456 = -
		12345678901234567 = -
		hola = -
		24/11/2026 = -
		no tengo = -`)
	checkPhrases(t, Phone, Context{Language: "en"}, `
		+34 600 111 222 = +34600111222
		my phone is +1 (202) 555-0143 = +12025550143
		600111222 = -
		+1234567 = -
		+0123456789 = -
		order +34600111222 = -`)
}

func TestPhoneCandidatesAreFew(t *testing.T) {
	t.Parallel()
	tries := 0
	ctx := Context{Phone: func(string, string) (string, bool) { tries++; return "", false }}
	text := ""
	for range 60 {
		text += "12345678 "
	}
	readValue(Phone, text[:MaxRunes], ctx)
	if tries > maxPhoneAttempts {
		t.Errorf("tried %d", tries)
	}
}
