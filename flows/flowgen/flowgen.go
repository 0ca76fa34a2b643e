// Package flowgen writes flow files of a chosen size, of what the shipped flows are made of. Benchmarks and tests of scale read them.
package flowgen

import (
	"fmt"
	"strings"
)

// StatesPerTopic is how many states one topic of a generated flow has.
const StatesPerTopic = 9

// States is the size that the goals for the speed of relevo check are set for.
const States = 5*StatesPerTopic + sharedStates

// sharedStates are those that a flow has besides its topics.
const sharedStates = 5

// Name is the name of the flow that Flow writes under a number.
func Name(number int) string { return fmt.Sprintf("generated_%d", number) }

// Flow writes a flow of as many states as wanted, from 14 to 450, or up to 8 more. It asks, calls, offers choices, reckons with times, waits,
// reminds and hands over, in three languages. Flows of different numbers have different names, phrases and texts, and no findings.
func Flow(number, states int) []byte {
	topics := max(1, (states-sharedStates+StatesPerTopic-1)/StatesPerTopic)
	var slots, parts strings.Builder
	for i := range topics {
		next := fmt.Sprintf("ask_%d", i+1)
		if i == topics-1 {
			next = "bye"
		}
		fill := strings.NewReplacer("#NEXT", next, "#N", fmt.Sprint(i), "#FLOW", fmt.Sprint(number))
		slots.WriteString(fill.Replace(topicSlots))
		parts.WriteString(fill.Replace(topic))
	}
	return []byte(strings.NewReplacer("#FLOW", fmt.Sprint(number), "#SLOTS", slots.String(), "#TOPICS", parts.String()).Replace(frame))
}
