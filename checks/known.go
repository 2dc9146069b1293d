package checks

// knownField is a short field and what it was read as: labels and dates come
// again and again.
type knownField struct {
	cell   Cell
	length int
	field  [longestKnown]byte
}

const (
	longestKnown = 31
	knownFields  = 1 << 12
)

// again reads a field that may have been read before.
func (g *grammar) again(field []byte) Cell {
	k := &g.known[hash(field)%knownFields]
	if string(k.field[:k.length]) != string(field) {
		k.cell = g.slow(field)
		k.length = copy(k.field[:], field)
	}
	return k.cell
}

// hash is FNV-1a of the first bytes of a field.
func hash(field []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range field[:min(len(field), 200)] {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h ^ h>>29
}
