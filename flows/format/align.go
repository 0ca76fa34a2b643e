package format

import (
	"strings"
	"unicode/utf8"
)

// Blanks before comments at line ends.
const (
	nearGap = 3 // a comment that is farther away stands in a column of its own
	newGap  = 2 // where what stands before it grew into the column
)

// align writes the comments at line ends. Those that stand below each other stay in one column; a single one keeps its distance, or its column
// when it is far away.
func align(rows []row) {
	for i := 0; i < len(rows); {
		n := 1
		for i+n < len(rows) && rows[i].comment != "" && rows[i+n].comment != "" && rows[i+n].margin == rows[i].margin {
			n++
		}
		if rows[i].comment != "" {
			alignGroup(rows[i : i+n])
		}
		i += n
	}
}

func alignGroup(rows []row) {
	if len(rows) == 1 && rows[0].gap <= nearGap {
		rows[0].text += strings.Repeat(" ", max(rows[0].gap, 1)) + rows[0].comment
		return
	}
	column := rows[0].margin
	for _, r := range rows {
		if end := utf8.RuneCountInString(r.text); end >= column {
			column = end + newGap
		}
	}
	for i := range rows {
		rows[i].text += strings.Repeat(" ", column-utf8.RuneCountInString(rows[i].text)) + rows[i].comment
	}
}
