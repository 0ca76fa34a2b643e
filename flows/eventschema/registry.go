package eventschema

import (
	"fmt"
	"strings"

	"relevo/engine"
)

// Registry knows the business events of a set of flows. It is immutable and may be used from several goroutines.
type Registry struct {
	schemas map[string][]*Schema // name → the schemas of the flows that declare it with one; known events without a schema are here, too
}

// NewRegistry reads what flows declare, catch and are started by. The error names the flow and the event of a schema that can not be used; a
// definition that was loaded from a file has none.
func NewRegistry(defs []*engine.Definition) (*Registry, error) {
	r := &Registry{schemas: map[string][]*Schema{}}
	for _, def := range defs {
		for _, name := range caught(def) {
			r.schemas[name] = append(r.schemas[name], nil...)
		}
		for _, ev := range def.Events {
			r.schemas[ev.Name.V] = append(r.schemas[ev.Name.V], nil...)
			if ev.Schema == nil {
				continue
			}
			s, err := Compile(ev.Name.V, ev.Schema)
			if err != nil {
				return nil, fmt.Errorf("schema of event %s in flow %s: %w", ev.Name.V, def.Flow.V, err)
			}
			r.schemas[ev.Name.V] = append(r.schemas[ev.Name.V], s)
		}
	}
	return r, nil
}

// caught names the business events that start a flow or that it reacts to. Names with a dot are business events; other names under on are the
// engine's, or choices and outcomes.
func caught(def *engine.Definition) []string {
	var names []string
	for _, t := range def.Triggers {
		if t.Event.V != "" {
			names = append(names, t.Event.V)
		}
	}
	handlers := def.On
	for _, st := range def.States {
		handlers = append(handlers[:len(handlers):len(handlers)], st.On...)
	}
	for _, h := range handlers {
		if strings.Contains(h.Event.V, ".") {
			names = append(names, h.Event.V)
		}
	}
	return names
}

// Check holds the data of a business event against the schemas of every flow that declares it. known is false where no flow declares, catches
// or is started by the event.
func (r *Registry) Check(event string, data map[string]any) (known bool, problems []Problem) {
	schemas, known := r.schemas[event]
	for _, s := range schemas {
		problems = append(problems, s.Check(data)...)
	}
	return known, problems
}
