package scripts

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// residentBytes is the resident memory of this process.
func residentBytes(t *testing.T) int64 {
	t.Helper()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// TestHostileScriptsLeaveThisProcessAlone runs every hostile script again, one after another, and looks at our own memory.
func TestHostileScriptsLeaveThisProcessAlone(t *testing.T) {
	pool := openPool(t, Options{Workers: 1, Deadline: 20 * time.Millisecond, Sources: script(allHostile())})
	before := residentBytes(t)
	for i := range hostile {
		_, _ = callTest(pool, fmt.Sprintf("run%d", i), map[string]any{})
	}
	if grown := residentBytes(t) - before; grown > 64<<20 {
		t.Errorf("this process grew by %d MiB", grown>>20)
	}
}
