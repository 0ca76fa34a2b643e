package project

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"relevo/engine"
	"relevo/engine/diag"
	"relevo/flows"
	"relevo/scripts"
)

// MaxFlows is how many flow files a project may hold.
const MaxFlows = 1000

// ErrNoFlows is a folder without flow files.
var ErrNoFlows = errors.New("there are no flow files (*.yaml) here")

// File is a file under the name that findings show: "flows/order_tracking.yaml".
type File struct {
	Name string
	Text []byte
}

// Files is what a project is made of. Commands are always there: the shipped ones where there are no others.
type Files struct {
	Flows    []File
	Scripts  []File
	Commands File
}

// Read reads the files that options name, without looking at what is in them.
func Read(o Options) (f Files, err error) {
	if f.Scripts, err = o.readScripts(); err != nil {
		return Files{}, err
	}
	if len(o.Files) > 0 {
		err = f.readFiles(o)
	} else {
		err = f.readFolder(o)
	}
	if err != nil {
		return Files{}, err
	}
	if f.Commands.Text == nil {
		return f.WithShippedCommands()
	}
	return f, nil
}

// WithShippedCommands replaces the commands, for somebody whose own can not be used.
func (f Files) WithShippedCommands() (Files, error) {
	f.Commands.Name = path.Join("flows", flows.CommandsFile)
	var err error
	if f.Commands.Text, err = flows.Files.ReadFile(flows.CommandsFile); err != nil {
		return Files{}, fmt.Errorf("read the shipped commands: %w", err)
	}
	return f, nil
}

func (o Options) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(o.Dir, p)
}

// scriptsFolder is the folder to read scripts from, "" for the shipped ones.
func (o Options) scriptsFolder() string {
	folder := o.Flows
	if len(o.Files) > 0 {
		folder = filepath.Dir(o.Files[0])
	}
	if o.Scripts != "" || folder == "" {
		return o.Scripts
	}
	beside := filepath.Join(folder, "..", "scripts")
	if info, err := os.Stat(o.path(beside)); err != nil || !info.IsDir() {
		return ""
	}
	return beside
}

// Folders are the folders on disk that the options lead to, whether they are there or not. Nothing shipped is among them.
func (o Options) Folders() []string {
	var paths []string
	for _, folder := range o.folders() {
		paths = append(paths, filepath.Clean(o.path(folder)))
	}
	return paths
}

// folders are those of Folders as findings show them.
func (o Options) folders() (folders []string) {
	if o.Flows != "" {
		folders = append(folders, o.Flows)
	}
	switch {
	case o.Scripts != "":
		folders = append(folders, o.Scripts)
	case o.Flows != "":
		folders = append(folders, filepath.Join(o.Flows, "..", "scripts"))
	}
	return folders
}

// NameOf is the name that findings use for a file of one of the Folders.
func (o Options) NameOf(file string) string {
	for _, folder := range o.folders() {
		if filepath.Clean(o.path(folder)) == filepath.Dir(file) {
			return path.Join(filepath.ToSlash(folder), filepath.Base(file))
		}
	}
	return filepath.ToSlash(file)
}

// Wanted tells that a file of a project's folders is read, by its name without the folder. Names with a dot in front are what editors leave there
// while a file is open.
func Wanted(name string) bool {
	ext := path.Ext(name)
	return !strings.HasPrefix(name, ".") && (ext == ".yaml" || ext == ".js")
}

func orShipped(folder, shipped string) string {
	if folder == "" {
		return shipped
	}
	return filepath.ToSlash(folder)
}

func (o Options) readScripts() ([]File, error) {
	var fsys fs.FS = scripts.Files
	folder := o.scriptsFolder()
	if folder != "" {
		fsys = os.DirFS(o.path(folder))
	}
	names, err := fs.Glob(fsys, "*.js")
	if err != nil {
		return nil, fmt.Errorf("look for scripts: %w", err)
	}
	var files []File
	for _, name := range names {
		if !Wanted(name) || scripts.IsTest(name) {
			continue
		}
		text, err := readFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read script: %w", err)
		}
		files = append(files, File{path.Join(orShipped(folder, "scripts"), name), text})
	}
	return files, nil
}

// isFile refuses what a folder may hold besides files: a pipe would be read for ever.
func isFile(fsys fs.FS, name string) error {
	info, err := fs.Stat(fsys, name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", name)
	}
	return err
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	if err := isFile(fsys, name); err != nil {
		return nil, err
	}
	return flows.ReadFile(fsys, name)
}

// readFolder reads the flow files of a folder and the commands beside them.
func (f *Files) readFolder(o Options) error {
	var fsys fs.FS = flows.Files
	if o.Flows != "" {
		fsys = os.DirFS(o.path(o.Flows))
	}
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return fmt.Errorf("look for flows: %w", err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !Wanted(name) })
	if len(names) > MaxFlows {
		return fmt.Errorf("folder %s has %d flow files, at most %d are read", o.Flows, len(names), MaxFlows)
	}
	for _, name := range names {
		if err := isFile(fsys, name); err != nil {
			return fmt.Errorf("read flow: %w", err)
		}
		if err := f.read(fsys, name, path.Join(orShipped(o.Flows, "flows"), name)); err != nil {
			return err
		}
	}
	if len(f.Flows) == 0 {
		return fmt.Errorf("folder %s: %w", o.Flows, ErrNoFlows)
	}
	return nil
}

// readFiles reads flow files that were named one by one.
func (f *Files) readFiles(o Options) error {
	for _, file := range o.Files {
		if err := f.read(os.DirFS(filepath.Dir(o.path(file))), filepath.Base(file), filepath.ToSlash(file)); err != nil {
			return err
		}
	}
	return nil
}

// read takes in one file; a huge one is a finding, not a full memory. The commands may stand among the flows: flows/*.yaml in a shell names
// them, too.
func (f *Files) read(fsys fs.FS, name, shown string) error {
	text, err := flows.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("read flow: %w", err)
	}
	if name == flows.CommandsFile {
		f.Commands = File{shown, text}
	} else {
		f.Flows = append(f.Flows, File{shown, text})
	}
	return nil
}

// Script compiles a script file and names its version.
func Script(name, file string, code []byte) (engine.Script, diag.List) {
	script, findings := scripts.Compile(name, file, code)
	sum := sha256.Sum256(code)
	script.Hash, script.Ref = "sha256:"+hex.EncodeToString(sum[:]), scripts.Ref(name, code)
	return script, findings
}
