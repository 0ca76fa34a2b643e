package engine_test

import (
	"testing"
)

const told3 = `
flow: bill
title: {en: Bill, es: Factura, pt: Fatura}
languages: [en, es, pt]
triggers:
  - event: bill.issued
initial: tell
states:
  tell:
    say: {en: "Hello {{ contact.name }}", es: "Hola {{ contact.name }}", pt: "Olá {{ contact.name }}"}
    end: told
`

// TestABusinessSystemTellsOfTheContact: what it knows fills in what is not known here, and no more.
func TestABusinessSystemTellsOfTheContact(t *testing.T) {
	t.Parallel()
	s := begin(catalog(t, told3))
	if got := said(must(t, s, "* bill.issued language=pt-BR name=Ana timezone=America/Sao_Paulo")); len(got) != 1 || got[0] != "Olá Ana" {
		t.Errorf("got %q", got)
	}
	c := s.Conv.Contact
	if c.Language != "pt" || !c.Guessed || c.Region != "BR" || c.TimeZone != "America/Sao_Paulo" {
		t.Errorf("got %+v", c)
	}
	must(t, s, "* bill.issued language=es-ES name=Berta timezone=Europe/Madrid")
	if after := s.Conv.Contact; after.Name != "Ana" || after.Language != "pt" || after.Region != "BR" || after.TimeZone != "America/Sao_Paulo" {
		t.Errorf("the second one changed what was known: %+v", after)
	}
	fresh := begin(catalog(t, told3))
	must(t, fresh, "* bill.issued language=fr-FR timezone=Mars/North")
	if c := fresh.Conv.Contact; c.Language != "" || c.TimeZone != "" || c.Region != "FR" {
		t.Errorf("a language that no flow speaks and a zone that is none were taken: %+v", c)
	}
}
