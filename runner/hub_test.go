package runner

import (
	"testing"
)

func TestASlowSubscriberIsCutOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, nil, nil)
		w.start()
		slow, cancelSlow := w.r.Subscribe(1)
		quick, cancelQuick := w.r.Subscribe(100)
		defer cancelSlow() // after it was cut off: harmless
		conv := w.say(ana, "m1", "hello")
		w.say(ana, "m2", "one")
		pass(0)
		got := 0
		for range slow { // ends, because it was cut off
			got++
		}
		if got != 1 {
			t.Errorf("the slow one got %d updates", got)
		}
		turns, deliveries := 0, 0
		for len(quick) > 0 {
			u := <-quick
			if u.Conversation != conv {
				t.Errorf("update of %q", u.Conversation)
			}
			if u.Delivery != nil {
				deliveries++
			} else {
				turns++
			}
		}
		if turns != 2 || deliveries != 3 {
			t.Errorf("the quick one got %d turns and %d deliveries", turns, deliveries)
		}
		cancelQuick()
		if _, open := <-quick; open {
			t.Error("a cancelled subscription is open")
		}
		open, _ := w.r.Subscribe(1)
		w.stop()
		if _, more := <-open; more {
			t.Error("a closed runner sent an update")
		}
		late, cancel := w.r.Subscribe(1)
		if _, more := <-late; more {
			t.Error("a closed runner took a subscription")
		}
		cancel()
	})
}
