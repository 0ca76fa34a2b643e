//go:build !race

package engine_test

import "testing"

// TestAllocationsOfATurn is not parallel: AllocsPerRun counts what everybody allocates, and the race detector makes pools forget.
func TestAllocationsOfATurn(t *testing.T) {
	turn := storedTurn(t)
	var failed error
	got := testing.AllocsPerRun(100, func() {
		if err := turn(); err != nil {
			failed = err
		}
	})
	if failed != nil {
		t.Fatal(failed)
	}
	t.Logf("%.0f allocations", got)
	if got > maxTurnAllocations {
		t.Errorf("a turn allocates %.0f times, the limit is %d", got, maxTurnAllocations)
	}
}
