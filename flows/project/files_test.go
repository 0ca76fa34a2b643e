package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAFolderMayHoldOtherThings: what editors leave beside a file is not read, and what is no file is refused.
func TestAFolderMayHoldOtherThings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.yaml", ".a.yaml", "a.yaml~", "scripts.js"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(flow("a", "goto: over", "on: {order.lost: lost}\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, ".#a.yaml")); err != nil { // Emacs, while it is edited
		t.Fatal(err)
	}
	files, err := Read(Options{Dir: dir, Flows: "."})
	if err != nil || len(files.Flows) != 1 || files.Flows[0].Name != "a.yaml" {
		t.Errorf("%v, %v", files.Flows, err)
	}
	if err := os.Mkdir(filepath.Join(dir, "b.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(Options{Dir: dir, Flows: "."}); err == nil || !strings.Contains(err.Error(), "b.yaml is not a file") {
		t.Errorf("%v", err)
	}
}

func TestFoldersAreNamedAsFindingsNameThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		options      Options
		folders      []string
		file, nameIs string
	}{
		{Options{Dir: "/srv"}, nil, "/srv/flows/a.yaml", "/srv/flows/a.yaml"},
		{Options{Dir: "/srv", Flows: "flows"}, []string{"/srv/flows", "/srv/scripts"}, "/srv/flows/a.yaml", "flows/a.yaml"},
		{Options{Dir: "/srv", Flows: "flows/"}, []string{"/srv/flows", "/srv/scripts"}, "/srv/scripts/a.js", "scripts/a.js"},
		{Options{Dir: "/srv", Flows: ".", Scripts: "/other"}, []string{"/srv", "/other"}, "/other/a.js", "/other/a.js"},
		{Options{Dir: "/srv", Flows: "../x"}, []string{"/x", "/scripts"}, "/x/a.yaml", "../x/a.yaml"},
	} {
		if got := tt.options.Folders(); !slices.Equal(got, tt.folders) {
			t.Errorf("%+v: %q, want %q", tt.options, got, tt.folders)
		}
		if got := tt.options.NameOf(tt.file); got != tt.nameIs {
			t.Errorf("%+v: %q, want %q", tt.options, got, tt.nameIs)
		}
	}
}
