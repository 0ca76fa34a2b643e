package reading

import (
	"strings"
	"testing"
)

func TestOrdinal(t *testing.T) {
	t.Parallel()
	const of = 5
	for _, line := range strings.Split(strings.TrimSpace(`
		2|2
		2.|2
		#2|2
		2️⃣|2
		2)|2
		2º|2
		2ª|2
		2nd|2
		the 2nd one|2
		the second|2
		the second one please|2
		second|2
		two|2
		number two|2
		option 2|2
		Option two|2
		opción 3|3
		opcion 3 por favor|3
		la opción tres|3
		la 3|3
		el 3|3
		n° 3|3
		nº 3|3
		la segunda|2
		la segunda opción|2
		el primero|1
		la primera, gracias|1
		1ra|1
		2do|2
		3ero|0
		3er|3
		quiero la segunda|2
		prefiero el tercero|3
		me quedo con la primera|1
		la última|5
		el último|5
		o último|5
		a última|5
		last|5
		the last one|5
		penúltima|4
		número dois|2
		opção dois|2
		opção 2|2
		a segunda|2
		o primeiro|1
		quero a terceira|3
		quarta|4
		first one|1
		the first one|1
		first|1
		one|1
		uno|1
		um|1
		una|1
		the middle one|3
		la del medio|3
		option b|2
		b|2
		B)|2
		opción c|3
		la c|3
		6|0
		0|0
		-1|0
		2.5|0
		15|0
		at 3|0
		a las 3|0
		3pm|0
		12 de marzo|0
		hello|0
		not the first|0
		la primera o la segunda|0
		2 y 3|0
		un segundo|0
		segunda-feira|0
		$2|0
		2€|0
		2 euros|0
		AB2|0
		sí|0
		no|0
		n|0
		s|0
		|0
		f|0
		the former|0
		1-2|0`), "\n") {
		text, want, _ := strings.Cut(strings.TrimLeft(line, "\t"), "|")
		if got := Ordinal(text, of); got != int(want[0]-'0') {
			t.Errorf("%q: got %d, want %s", text, got, want)
		}
	}
	if Ordinal("the latter", 2) != 2 || Ordinal("the former", 2) != 1 || Ordinal("3", 2) != 0 || Ordinal("last", 0) != 0 {
		t.Error("of two")
	}
}
