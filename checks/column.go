package checks

import (
	"math"
	"math/bits"
)

// Column is a column of a table: what is known of all its cells.
type Column struct {
	Name string // of all header rows; made up where there is none
	At   int    // counted from 0
	Role Role
	Why  string // the role
	Sure bool   // the header says so, or masks do; not only the values

	named   bool     // by a header
	words   []string // of the name
	control Control  // that its name or the declaration gives it
	shown   Control  // the rounding that its counts have
	slack   float64  // how far that may have moved them

	// What every number moves stands together: a table may have thousands of
	// columns, and the rest of them is seldom looked at.
	cells, numbers, whole, nonZero int64
	min, max                       float64
	order                          sequence
	base, left                     int64  // of control
	small                          uint64 // which whole numbers below 64 there are
	distinct                       distinct
	rounding                       residues

	missing, masks, texts, dates, bounds    int64
	negative, percents, fractions, pads     int64
	besides, intervals, ratios, besideWhole int64
	zero                                    int64
	low                                     spots // whole numbers from 1 to the threshold
	zeros                                   spots
	off                                     spots // whole numbers that contradict control
	hidden                                  spots // masks
	wide                                    int64 // bytes of texts
	wordy                                   int64 // texts of several words
	spoken                                  int64 // of the first of those, that speak of somebody
	telling                                 telling
	formulas                                spots
	codes                                   int64 // whole numbers of nine digits and more
	years                                   int64 // whole numbers from 1900 to 2100
	days                                    int64 // whole numbers such as 20200131 and 202001
}

// spots are places, the first hundred, and how many there are.
type spots struct {
	count  int64
	places []Place
}

func (s *spots) add(p Place) {
	s.count++
	if len(s.places) < maxPlaces {
		s.places = append(s.places, p)
	}
}

// residues counts whole numbers other than zero by what is left of them when
// they are divided by 210, of which all that counts are rounded to is a part.
type residues struct {
	counts  [210]uint32
	waiting [32]uint8 // that counts do not have yet: in a wide table each column's are far from the others'
	n       int
}

func (r *residues) add(v int64) {
	r.waiting[r.n] = uint8(v % int64(len(r.counts)) & 0xff)
	if r.n++; r.n == len(r.waiting) {
		r.settle()
	}
}

func (r *residues) settle() {
	for _, v := range r.waiting[:r.n] {
		r.counts[v]++
	}
	r.n = 0
}

// fit is how many of the numbers are rounded so, and how many different ones
// those are at least.
func (r *residues) fit(c Control) (n, different int64) {
	base, left := c.base()
	if base == 0 {
		return 0, 0
	}
	r.settle()
	for v := left; v < int64(len(r.counts)); v += base {
		if n += int64(r.counts[v]); r.counts[v] > 0 {
			different++
		}
	}
	return n, different
}

// addAll adds those of another column.
func (r *residues) addAll(o *residues) {
	o.settle()
	for i, n := range o.counts {
		r.counts[i] += n
	}
}

// sequence tells a column that only numbers its rows.
type sequence struct {
	first, last float64
	steps       int64 // of one
	resets      int64 // to the first
	others      int64
	begun       bool
}

func (s *sequence) add(v float64) {
	switch {
	case !s.begun:
		s.begun, s.first = true, v
	case v == s.last+1:
		s.steps++
	case v == s.first:
		s.resets++
	default:
		s.others++
	}
	s.last = v
}

// counted reports whether the column counts its rows, from 0 or 1.
func (s *sequence) counted() bool {
	return s.begun && (s.first == 0 || s.first == 1) && s.others+s.resets == 0 && s.steps > 0
}

// cycled reports whether the column goes up one by one from 0 or 1, again and
// again: as the levels of something do in a long table.
func (s *sequence) cycled() bool {
	return s.begun && (s.first == 0 || s.first == 1) && s.others == 0 && s.steps >= 2*(s.resets+1)
}

// distinct estimates how many different fields the first rows of a column
// have, by linear counting.
type distinct struct {
	seen int64
	bits [64]uint64
}

const distinctRows = 3000

func (d *distinct) add(field []byte) {
	if d.seen >= distinctRows {
		return
	}
	d.seen++
	h := hash(field)
	d.bits[h>>6&63] |= 1 << (h & 63)
}

// ratio is the share of different fields.
func (d *distinct) ratio() float64 {
	if d.seen == 0 {
		return 0
	}
	return min(1, d.estimate()/float64(d.seen))
}

func (d *distinct) estimate() float64 {
	set := 0
	for _, b := range d.bits {
		set += bits.OnesCount64(b)
	}
	const size = 64 * 64
	if set == size {
		return size * math.Log(size)
	}
	return -size * math.Log1p(-float64(set)/size)
}

// add notes a cell.
func (c *Column) add(cell *Cell, field []byte, at Place, t *thresholds) {
	c.cells++
	c.distinct.add(field)
	switch cell.Kind {
	case Missing:
		c.missing++
		return
	case Mask:
		c.masks++
		c.hidden.add(at)
	case Date:
		c.dates++
	case Bound:
		c.bounds++
	case Text:
		c.texts++
		c.addText(field, at, t)
	case Number:
		c.addNumber(cell, at, t)
		if cell.Shape == Plain && !cell.Percent && (len(field) >= 9 || len(t.patterns) > 0) {
			c.telling.number(field, at, t)
		}
	}
	switch cell.Shape {
	case Beside:
		c.besides++
		if cell.Places == 0 && cell.Places2 >= 0 && cell.Second <= 100 && cell.Second >= 0 {
			c.besideWhole++
		}
	case Interval:
		c.intervals++
	case Ratio:
		c.ratios++
	}
}

func (c *Column) addNumber(cell *Cell, at Place, t *thresholds) {
	v := cell.Value
	if c.numbers == 0 {
		c.min, c.max = v, v
	}
	c.numbers++
	c.min, c.max = min(c.min, v), max(c.max, v)
	if cell.Percent {
		c.percents++
	}
	if cell.Zeros {
		c.pads++
	}
	if v < 0 {
		c.negative++
	}
	c.order.add(v)
	switch {
	case cell.Places != 0 && !cell.whole():
		if cell.Places > 0 {
			c.fractions++
		}
	case cell.Shape != Interval && (v >= 1e15 || v <= -1e15):
		c.whole++ // whatever it is, no count
		c.codes++
	case cell.Shape != Interval:
		c.whole++
		c.addWhole(int64(math.Round(v)), at, t)
	}
}

func (c *Column) addWhole(v int64, at Place, t *thresholds) {
	switch {
	case v == 0:
		c.zero++
		c.small |= 1
		c.zeros.add(at)
		return
	case v < 0:
		return
	case v <= t.low:
		c.low.add(at)
	case v >= 1e8:
		c.codes++
	case v >= 190001 && isDay(v):
		c.days++
	case v >= 1900 && v <= 2100:
		c.years++
	}
	c.nonZero++
	if v < 64 {
		c.small |= 1 << v
	}
	c.rounding.add(v)
	if c.base > 0 {
		if rest := v % c.base; rest != c.left && (c.left == 0 || rest != 0) {
			c.off.add(at)
		}
	}
}

// isDay reports whether a number is a date written in digits alone, as 20200131
// or 202001, or a financial year, as 201920.
func isDay(v int64) bool {
	if v > 19000101 {
		day := v % 100
		if v /= 100; day < 1 || day > 31 {
			return false
		}
	}
	month := v % 100
	return v >= 190001 && v <= 210012 && (month >= 1 && month <= 12 || month == (v/100+1)%100)
}

func (c *Column) addText(field []byte, at Place, t *thresholds) {
	c.wide += int64(len(field))
	spaces := 0
	for _, b := range field[:min(len(field), 200)] {
		if b == ' ' {
			spaces++
		}
	}
	if spaces >= 4 {
		if c.wordy++; c.texts <= spokenRows && isSpoken(field) {
			c.spoken++
		}
	}
	if isFormula(field) {
		c.formulas.add(at)
	}
	c.telling.text(field, at, t)
}

// valued is how many cells hold a number or stand for one.
func (c *Column) valued() int64 { return c.numbers + c.masks + c.bounds }

// filled is how many cells hold anything.
func (c *Column) filled() int64 { return c.cells - c.missing }

// numeric reports whether the column is one of numbers.
func (c *Column) numeric() bool {
	return c.numbers > 0 && float64(c.valued()) >= 0.6*float64(c.filled()) || c.masks > 0 && c.texts+c.dates == 0
}
