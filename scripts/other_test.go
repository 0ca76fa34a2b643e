//go:build !linux

package scripts

// parentArg and beParent serve a test that exists on Linux only.
const parentArg = "script-parent"

func beParent() int { return 1 }
