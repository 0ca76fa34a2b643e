package engine

// maxTracked is how many slots the analysis of paths follows, and the event with them. A flow can declare MaxSlots; more than these come from hundreds of
// questions with choices, and are taken for set, so that nothing wrong is said of them.
const maxTracked = 256

// known is a set of slots that are surely set at some point of a flow, by their bits. The zero value is none. It is a value of a fixed size, so that
// following a path allocates nothing.
type known [maxTracked / 64]uint64

// eventBit stands for the business event: whether the one that event.key and event.data mean is there.
const eventBit = 0

// What is known at the start of a run: that there is a business event, or nothing.
var (
	onlyEvent = known{}.with(eventBit)
	nothing   = known{}
)

// everything is the set before anything is known of a state: no way has led there yet.
func everything() known {
	var k known
	for i := range k {
		k[i] = ^uint64(0)
	}
	return k
}

func (k known) has(bit int) bool { return bit < 0 || k[bit/64]&(1<<(bit%64)) != 0 }

func (k known) with(bit int) known {
	if bit >= 0 {
		k[bit/64] |= 1 << (bit % 64)
	}
	return k
}

func (k known) without(bit int) known {
	if bit >= 0 {
		k[bit/64] &^= 1 << (bit % 64)
	}
	return k
}

// both is what is in both sets: what is known where two ways meet.
func (k known) both(other known) known {
	for i := range k {
		k[i] &= other[i]
	}
	return k
}

// either is what is in one of the sets.
func (k known) either(other known) known {
	for i := range k {
		k[i] |= other[i]
	}
	return k
}

// not is what is not in the set.
func (k known) not() known {
	for i := range k {
		k[i] = ^k[i]
	}
	return k
}
