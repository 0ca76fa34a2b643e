package format

import (
	"fmt"
	"strings"
)

// Sizes of a diff.
const (
	contextLines = 3
	maxCells     = 4 << 20 // of the table of common lines; two texts that differ in more are shown one after the other
)

// edit is a line of a diff: ' ' in both texts, '-' only in the old one, '+' only in the new one.
type edit struct {
	sign byte
	line string
}

// Diff shows what changes between two texts, as "diff -u" does. It is empty when nothing does.
func Diff(file string, before, after []byte) string {
	edits := compare(splitLines(before), splitLines(after))
	var b strings.Builder
	from, to := 1, 1 // the lines at which edits[i] stands
	for i := 0; i < len(edits); {
		start := max(0, nextChange(edits, i)-contextLines)
		if nextChange(edits, i) == len(edits) {
			break
		}
		start = max(start, i)
		from, to = from+start-i, to+start-i
		end := hunkEnd(edits, start)
		if b.Len() == 0 {
			fmt.Fprintf(&b, "--- %s\n+++ %s\n", file, file)
		}
		from, to = writeHunk(&b, edits[start:end], from, to)
		i = end
	}
	return b.String()
}

func splitLines(text []byte) []string { return strings.SplitAfter(string(text), "\n") }

// nextChange is the first edit from i on that is in one text only, or the end.
func nextChange(edits []edit, i int) int {
	for i < len(edits) && edits[i].sign == ' ' {
		i++
	}
	return i
}

// hunkEnd goes on while changes are near each other.
func hunkEnd(edits []edit, start int) int {
	end := nextChange(edits, start)
	for {
		for end < len(edits) && edits[end].sign != ' ' {
			end++
		}
		next := nextChange(edits, end)
		if next == len(edits) || next-end > 2*contextLines {
			return min(len(edits), end+contextLines)
		}
		end = next
	}
}

// writeHunk writes some edits and returns the lines behind them.
func writeHunk(b *strings.Builder, edits []edit, from, to int) (int, int) {
	var body strings.Builder
	olds, news := 0, 0
	for _, e := range edits {
		if e.sign != '+' && e.line != "" {
			olds++
		}
		if e.sign != '-' && e.line != "" {
			news++
		}
		switch {
		case strings.HasSuffix(e.line, "\n"):
			body.WriteString(string(e.sign) + e.line)
		case e.line != "":
			body.WriteString(string(e.sign) + e.line + "\n\\ No newline at end of file\n")
		}
	}
	fmt.Fprintf(b, "@@ -%d,%d +%d,%d @@\n%s", from, olds, to, news, body.String())
	return from + olds, to + news
}

// compare finds the longest common sequence of lines, after what both texts begin and end with.
func compare(a, b []string) []edit {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	edits := marked(' ', a[:head])
	edits = append(edits, common(a[head:len(a)-tail], b[head:len(b)-tail])...)
	return append(edits, marked(' ', a[len(a)-tail:])...)
}

func marked(sign byte, lines []string) []edit {
	edits := make([]edit, len(lines))
	for i, line := range lines {
		edits[i] = edit{sign, line}
	}
	return edits
}

func common(a, b []string) []edit {
	if len(a)*len(b) > maxCells {
		return append(marked('-', a), marked('+', b)...)
	}
	longest := make([][]int, len(a)+1) // longest[i][j]: of a[i:] and b[j:]
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if longest[i][j] = max(longest[i+1][j], longest[i][j+1]); a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	var edits []edit
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			edits = append(edits, edit{' ', a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			edits = append(edits, edit{'-', a[i]})
			i++
		default:
			edits = append(edits, edit{'+', b[j]})
			j++
		}
	}
	return edits
}
