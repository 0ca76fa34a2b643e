package whatsapp_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"relevo/channel"
	"relevo/channel/channeltest"
	"relevo/channel/whatsapp"
)

// silent is a far end that takes the request and never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestASendEndsAfterItsTotalTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, err := whatsapp.New(whatsapp.Config{ID: "main", PhoneNumberID: "300200100", AccessToken: "t", AppSecrets: []string{"s"}},
			&channeltest.Recorder{}, whatsapp.Options{HTTPClient: &http.Client{Transport: silent{}}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = ch.Send(t.Context(), msg("c1/1/0", hello))
		if e := sendError(t, err); e.Class != channel.ClassRetry || !e.Unknown {
			t.Errorf("got %+v, want an unknown one to retry", e)
		}
		if took := time.Since(start); took != whatsapp.SendTimeout {
			t.Errorf("took %v, want %v", took, whatsapp.SendTimeout)
		}
	})
}
