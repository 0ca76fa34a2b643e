package layout

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ladder(n int) Graph {
	g := Graph{NodeGap: 40, RankGap: 50, EdgeGap: 20}
	for i := range n {
		g.Nodes = append(g.Nodes, Node{ID: fmt.Sprintf("constructor%d", i), Width: 200, Height: 80})
		if i > 0 {
			g.Edges = append(g.Edges,
				Edge{From: g.Nodes[i-1].ID, To: g.Nodes[i].ID, Width: 60, Height: 18},
				Edge{From: g.Nodes[i-1].ID, To: g.Nodes[i].ID, Width: 60, Height: 18},
				Edge{From: g.Nodes[i].ID, To: g.Nodes[i/3].ID, Width: 60, Height: 18})
		}
	}
	g.Edges = append(g.Edges, Edge{From: g.Nodes[0].ID, To: g.Nodes[0].ID, Width: 30, Height: 18})
	return g
}

func TestRunPlacesEverything(t *testing.T) {
	t.Parallel()
	got, err := Run(ladder(8))
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range got.Nodes {
		if a.X-a.Width/2 < 0 || a.Y-a.Height/2 < 0 || a.X+a.Width/2 > got.Width || a.Y+a.Height/2 > got.Height {
			t.Errorf("%s lies outside", a.ID)
		}
		for _, b := range got.Nodes[i+1:] {
			if abs(a.X-b.X) < (a.Width+b.Width)/2 && abs(a.Y-b.Y) < (a.Height+b.Height)/2 {
				t.Errorf("%s and %s overlap", a.ID, b.ID)
			}
		}
	}
	for _, e := range got.Edges {
		if len(e.Points) < 2 || e.X == 0 || e.Y == 0 {
			t.Errorf("the edge from %s to %s was not drawn: %v", e.From, e.To, e)
		}
	}
	again, err := Run(ladder(8))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("the second layout differs:\n%s", diff)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Run(Graph{Nodes: make([]Node, MaxNodes+1)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
	for name, g := range map[string]Graph{
		"two nodes of one name": {Nodes: []Node{{ID: "a"}, {ID: "a"}}},
		"an edge to nowhere":    {Nodes: []Node{{ID: "a"}}, Edges: []Edge{{From: "a", To: "b"}}},
	} {
		if _, err := Run(g); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	if g, err := Run(Graph{}); err != nil || len(g.Nodes) != 0 {
		t.Errorf("the empty graph: got %v, %v", g, err)
	}
}

func abs(x float64) float64 { return max(x, -x) }

func BenchmarkRun(b *testing.B) {
	for _, n := range []int{10, 40, 150} {
		g := ladder(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Run(g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
