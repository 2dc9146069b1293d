package review

import "slices"

// Fold applies recorded events to base in their order and returns what they
// amount to; base is nil for a stream read from its beginning. It never fails
// and never decides: what is recorded happened. Base stays as it is, because
// folded requests are shared.
func Fold(base *Request, recs []Recorded) *Request {
	if len(recs) == 0 {
		return base
	}
	n := base.own()
	if len(recs) > longFold {
		n.indexFiles()
	}
	for _, rec := range recs {
		n.apply(rec)
	}
	n.index = nil
	return n
}

// longFold is from how many events on an index of the files is worth its cost.
const longFold = 16

// own returns a copy of r with slices of its own, so that many events are
// applied at the cost of one copy. What the slices point at is still shared:
// files, groups, comments and ended turns are replaced, never altered.
func (r *Request) own() *Request {
	if r == nil {
		return &Request{}
	}
	n := *r
	n.Editors = slices.Clone(r.Editors)
	n.Files, n.Groups, n.Comments = slices.Clone(r.Files), slices.Clone(r.Groups), slices.Clone(r.Comments)
	n.Reviews, n.Ended = slices.Clone(r.Reviews), slices.Clone(r.Ended)
	n.Dissents, n.Receipts = slices.Clone(r.Dissents), slices.Clone(r.Receipts)
	if r.LastReturn != nil {
		lr := *r.LastReturn
		lr.Changed = slices.Clone(lr.Changed)
		n.LastReturn = &lr
	}
	if r.Approval != nil {
		a := *r.Approval
		a.Files = slices.Clone(a.Files)
		n.Approval = &a
	}
	return &n
}

// indexFiles notes where each file stands, so that a long fold does not search.
func (r *Request) indexFiles() {
	r.index = make(map[FileID]int, len(r.Files))
	for i, f := range r.Files {
		r.index[f.ID] = i
	}
}
