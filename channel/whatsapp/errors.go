package whatsapp

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"relevo/channel"
)

const (
	// pairDelay is the platform's rate from one number to one contact: a message every 6 s. Longer waits after repeated refusals are
	// the runner's back-off.
	pairDelay = 6 * time.Second
	// laterDelay is for what ends in hours: a template's first pause lasts three.
	laterDelay = 3 * time.Hour
	// maxRetryAfter bounds what a far end can ask for.
	maxRetryAfter = 24 * time.Hour
	maxDetail     = 500 // runes of SendError.Detail
)

// verdict is what to do about an error code.
type verdict struct {
	class channel.Class
	after time.Duration
}

var (
	retry   = verdict{class: channel.ClassRetry}
	later   = verdict{class: channel.ClassRetry, after: laterDelay}
	fatal   = verdict{class: channel.ClassFatal}
	stopped = verdict{class: channel.ClassChannel}
	window  = verdict{class: channel.ClassWindow}
)

// verdicts are the platform's error codes ("Error codes" page, 2025-12). A code that is not here goes by the HTTP status.
var verdicts = map[int]verdict{
	0: stopped, 190: stopped, // token invalid or expired
	3: stopped, 10: stopped, 131005: stopped, // permission; 200–299 too, see judge
	1: retry, 2: retry, // unknown, service down
	4: retry, 80007: retry, 130429: retry, 613: retry, // rates of the app, the account, the number
	33:  stopped, // the number was deleted, or its id is wrong
	100: fatal,
	368: stopped, 131031: stopped, // policy, account locked
	130472: fatal, 130497: fatal, // in an experiment, country not allowed
	131000: retry, 131016: retry, 131057: retry,
	131008: fatal, 131009: fatal, 131021: fatal, 131026: fatal, 131030: fatal,
	131037: stopped, 131042: stopped, 131045: stopped, 133010: stopped, // display name, payment, registration
	131047: window,
	131048: stopped,                             // spam rate: more sends make it worse
	131049: fatal,                               // held back by Meta; no retry within a day
	131050: fatal, 131051: fatal, 131052: fatal, // stopped marketing, type, inbound media
	131053: fatal, 131055: fatal, 131062: fatal,
	131056: {class: channel.ClassRetry, after: pairDelay},
	131035: fatal, 131036: fatal, // retention is over
	131059: fatal, 131060: fatal,
	132000: fatal, 132001: fatal, 132005: fatal, 132007: fatal, 132012: fatal, 132016: fatal, // the template
	132015: later, // paused
	132068: fatal, 132069: later,
	133000: retry, 133004: retry,
	133005: stopped, 133006: stopped, 133008: stopped, 133009: stopped, 133015: stopped, 133016: stopped,
	134011: fatal, 135000: fatal,
	134100: fatal, 134101: fatal, 134102: fatal,
	137000: fatal,
}

// judge makes the error of a refused send. unparsable answers come with code -1.
func judge(status, code, subcode int, detail string, after time.Duration) *channel.SendError {
	v, known := verdicts[code]
	switch {
	case code == 100 && subcode == 33: // "Unsupported post request. Object … does not exist"
		v = stopped
	case known:
	case code >= 200 && code <= 299:
		v = stopped
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 300 && status < 400:
		v = stopped
	case status == http.StatusTooManyRequests || status >= 500 || code == -1:
		v = retry
	default:
		v = fatal
	}
	if status == http.StatusUnauthorized {
		v = stopped
	}
	e := &channel.SendError{Class: v.class, Code: strconv.Itoa(code), Detail: detail, RetryAfter: v.after}
	if code == -1 {
		e.Code = "http_" + strconv.Itoa(status)
	}
	if e.Class == channel.ClassRetry && after > e.RetryAfter {
		e.RetryAfter = after
	}
	return e
}

// retryAfter reads the header: seconds or a date. 0 when there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	s := strings.TrimSpace(h.Get("Retry-After"))
	var d time.Duration
	if secs, err := strconv.ParseInt(s, 10, 64); err == nil {
		d = time.Duration(min(max(secs, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), maxRetryAfter)
}
