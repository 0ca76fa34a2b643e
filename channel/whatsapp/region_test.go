package whatsapp

import (
	"testing"

	"relevo/channel"
)

func TestRegionOfAContact(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"34600111222": "ES", "525512345678": "MX", "5215512345678": "MX", "5511987654321": "BR", "551187654321": "BR", "12025550143": "US",
		"14165550123": "CA", "15550001111": "US", "5491123456789": "AR", "351912345678": "PT", "447400123456": "GB", "": "", "abc": "", "999123456789": "", "88212345678": "",
	} {
		if got := regionOf([]channel.Identity{{Kind: IdentityPhone, Value: number}}); got != want {
			t.Errorf("%q: got %q, want %q", number, got, want)
		}
	}
}
