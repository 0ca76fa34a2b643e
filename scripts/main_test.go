package scripts

import (
	"os"
	"testing"

	"github.com/dop251/goja"
	"go.uber.org/goleak"
)

// bareArg starts a worker without the first fence, to show that the limits of the process hold alone.
const bareArg = "script-worker-bare"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		switch os.Args[1] {
		case WorkerArg:
			os.Exit(WorkerMain(os.Stdin, os.Stdout))
		case bareArg:
			os.Exit(serve(os.Stdin, os.Stdout, nofence))
		case parentArg:
			os.Exit(beParent())
		}
	}
	goleak.VerifyTestMain(m)
}

func nofence(*goja.Runtime, reach) error { return nil }
