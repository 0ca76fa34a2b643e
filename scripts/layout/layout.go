// Package layout places the boxes of a graph on a plane, in ranks from top to bottom, and routes its edges. It runs dagre, a
// JavaScript library, in this process: the code is ours to trust (dagre.min.js, version 3.1.3, MIT), its input is bounded, and a
// timer stops it.
package layout

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dop251/goja"
)

//go:embed dagre.min.js
var dagre string

// Limits of a graph. dagre's time grows faster than the graph: 40 nodes take 0.1 s.
const (
	MaxNodes = 600 // engine.MaxStates and a few beside
	MaxEdges = 4 * MaxNodes
	maxTime  = 20 * time.Second
)

// ErrTooLarge is returned for a graph over MaxNodes or MaxEdges.
var ErrTooLarge = errors.New("layout: the graph is too large to draw")

// ErrTooSlow is returned when dagre did not end in time.
var ErrTooSlow = errors.New("layout: the graph took too long to draw")

// Graph is what is laid out. All lengths are pixels; y grows downwards.
type Graph struct {
	NodeGap int    `json:"nodesep"` // between boxes side by side
	RankGap int    `json:"ranksep"` // between ranks
	EdgeGap int    `json:"edgesep"` // between edges side by side
	Nodes   []Node `json:"nodes"`   // their order decides between layouts that are equally good
	Edges   []Edge `json:"edges"`

	Width  float64 `json:"width"` // out
	Height float64 `json:"height"`
}

// Node is a box.
type Node struct {
	ID     string  `json:"id"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`

	X float64 `json:"x"` // out: the centre
	Y float64 `json:"y"`
}

// Edge leads from one node to another, or to itself. Width and Height are those of its label, zero for none.
type Edge struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	Weight int     `json:"weight"` // how much the edge is kept short and straight; 1 when zero

	X      float64 `json:"x"` // out: the centre of the label
	Y      float64 `json:"y"`
	Points []Point `json:"points"` // out: where the line runs, from border to border
}

// Point is a place on the plane.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// shim gives dagre what goja does not have; all that dagre clones is plain data.
const shim = `globalThis.structuredClone = v => v === undefined ? v : JSON.parse(JSON.stringify(v));`

const driver = `(function (text) {
	const input = JSON.parse(text);
	const g = new dagre.graphlib.Graph({multigraph: true});
	g.setGraph({rankdir: 'TB', nodesep: input.nodesep, ranksep: input.ranksep, edgesep: input.edgesep});
	g.setDefaultEdgeLabel(() => ({}));
	for (const n of input.nodes) g.setNode(n.id, {width: n.width, height: n.height});
	input.edges.forEach((e, i) => g.setEdge(e.from, e.to,
		{width: e.width, height: e.height, weight: e.weight || 1, labelpos: 'c'}, String(i)));
	dagre.layout(g);
	for (const n of input.nodes) ({x: n.x, y: n.y} = g.node(n.id));
	input.edges.forEach((e, i) => {
		const label = g.edge(e.from, e.to, String(i));
		e.points = label.points.map(p => ({x: p.x, y: p.y}));
		if (label.x !== undefined) ({x: e.x, y: e.y} = label);
	});
	input.width = g.graph().width;
	input.height = g.graph().height;
	return JSON.stringify(input);
})`

var programs = sync.OnceValues(func() ([]*goja.Program, error) {
	var list []*goja.Program
	for _, source := range []struct{ name, code string }{{"shim.js", shim}, {"dagre.min.js", dagre}, {"driver.js", driver}} {
		program, err := goja.Compile(source.name, source.code, false)
		if err != nil {
			return nil, fmt.Errorf("layout: compile %s: %w", source.name, err)
		}
		list = append(list, program)
	}
	return list, nil
})

// Run fills in the places of a graph. The same graph gets the same places. Node ids must be unique and edges must join nodes.
func Run(g Graph) (Graph, error) {
	if len(g.Nodes) > MaxNodes || len(g.Edges) > MaxEdges {
		return Graph{}, fmt.Errorf("%w: %d nodes and %d edges, at most %d and %d", ErrTooLarge, len(g.Nodes), len(g.Edges), MaxNodes, MaxEdges)
	}
	if err := g.check(); err != nil {
		return Graph{}, err
	}
	if len(g.Nodes) == 0 {
		return g, nil
	}
	if g.Edges == nil {
		g.Edges = []Edge{} // a list for JavaScript, not null
	}
	text, err := json.Marshal(g)
	if err != nil {
		return Graph{}, fmt.Errorf("layout: %w", err)
	}
	out, err := run(string(text))
	if err != nil {
		return Graph{}, err
	}
	var placed Graph
	if err := json.Unmarshal([]byte(out), &placed); err != nil {
		return Graph{}, fmt.Errorf("layout: read the result: %w", err)
	}
	return placed, nil
}

func (g Graph) check() error {
	known := make(map[string]bool, len(g.Nodes))
	for _, n := range g.Nodes {
		if known[n.ID] {
			return fmt.Errorf("layout: two nodes are called %q", n.ID)
		}
		known[n.ID] = true
	}
	for _, e := range g.Edges {
		if !known[e.From] || !known[e.To] {
			return fmt.Errorf("layout: an edge from %q to %q joins what is not there", e.From, e.To)
		}
	}
	return nil
}

func run(text string) (string, error) {
	list, err := programs()
	if err != nil {
		return "", err
	}
	vm := goja.New()
	vm.SetRandSource(func() float64 { return 0.5 })
	vm.SetTimeSource(func() time.Time { return time.Time{} })
	alarm := time.AfterFunc(maxTime, func() { vm.Interrupt(ErrTooSlow) })
	defer alarm.Stop()
	var last goja.Value
	for _, program := range list {
		if last, err = vm.RunProgram(program); err != nil {
			return "", explain(err)
		}
	}
	fn, ok := goja.AssertFunction(last)
	if !ok {
		return "", errors.New("layout: the driver is not a function")
	}
	out, err := fn(goja.Undefined(), vm.ToValue(text))
	if err != nil {
		return "", explain(err)
	}
	return out.String(), nil
}

func explain(err error) error {
	var stopped *goja.InterruptedError
	if errors.As(err, &stopped) {
		return ErrTooSlow
	}
	return fmt.Errorf("layout: %w", err)
}
