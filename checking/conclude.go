package checking

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"sallyport/checks"
	"sallyport/checks/acro"
	"sallyport/ledger"
	"sallyport/review"
)

// maxLesser is how many findings of no weight are kept of a file.
const maxLesser = 200

// conclude turns a report into what is recorded and what is kept beside it.
func conclude(in review.Inspection, f review.Inspected, r *checks.Report, of *acro.OfFile) (review.CheckedFile, Kept, error) {
	bound(r)
	done := review.CheckedFile{
		File: f.ID, SHA256: f.SHA256, Basis: f.Basis, Profile: in.Profile, Rules: ran(r), NotExamined: len(r.NotExamined),
	}
	if f.Done != nil {
		done.After = f.Done.FindingsHash
	}
	kept := Kept{Request: in.Request, File: f.ID, SHA256: f.SHA256, Found: []review.Found{}}
	seen := map[string]int{}
	for i := range r.Findings {
		x := &r.Findings[i]
		if err := name(x, f, seen); err != nil {
			return done, kept, err
		}
		if weight := review.Weight(x.Weight); weight.Weighty() {
			done.Findings = append(done.Findings, review.CheckedFinding{ID: x.ID, Rule: x.Rule, Weight: weight})
		} else {
			done.Lesser++
		}
		kept.Found = append(kept.Found, found(*x))
	}
	done.Against = against(in, r)
	hash, err := hashOf(r.Findings)
	if err != nil {
		return done, kept, err
	}
	done.FindingsHash, kept.FindingsHash = hash, hash
	kept.Report, err = writeReport(r, of)
	return done, kept, err
}

// against are the bytes of the request's other files that findings compare with.
func against(in review.Inspection, r *checks.Report) []string {
	var list []string
	for _, x := range r.Findings {
		for _, p := range x.Beside {
			if p.Other.Request == string(in.Request) && !slices.Contains(list, p.Other.SHA256) {
				list = append(list, p.Other.SHA256)
			}
		}
	}
	slices.Sort(list)
	return list
}

// bound keeps the gravest findings, as many as an entry names, and counts the
// others in one.
func bound(r *checks.Report) {
	for i := range r.Findings {
		x := &r.Findings[i]
		x.Column, x.Message = strings.ToValidUTF8(x.Column, "\uFFFD"), strings.ToValidUTF8(x.Message, "\uFFFD")
		if x.Places == nil {
			x.Places = []checks.Place{}
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b checks.Finding) int { return order(a.Weight) - order(b.Weight) })
	weighty := 0
	for _, x := range r.Findings {
		if review.Weight(x.Weight).Weighty() {
			weighty++
		}
	}
	heavy, light := r.Findings[:weighty], r.Findings[weighty:]
	if more := len(heavy) - review.MaxWeighty; more > 0 {
		rest := heavy[review.MaxWeighty]
		heavy = append(slices.Clone(heavy[:review.MaxWeighty]), checks.Finding{
			Rule: rest.Rule, Weight: rest.Weight, Where: rest.Where, Places: []checks.Place{rest.Where}, Count: int64(more),
			Message: fmt.Sprintf("%d more findings of weight, of this rule and others; the file has too many to be listed", more),
		})
	}
	if more := len(light) - maxLesser; more > 0 {
		light = light[:maxLesser]
		r.NotExamined = append(r.NotExamined, fmt.Sprintf("%d findings of low weight are not listed", more))
	}
	r.Findings = slices.Concat(heavy, light)
}

func order(w checks.Weight) int {
	return slices.Index([]checks.Weight{checks.High, checks.Medium, checks.Low, checks.Info}, w)
}

// name gives a finding its id: the same as long as it is found in the same
// bytes of the same file, and another for anything else.
func name(x *checks.Finding, f review.Inspected, seen map[string]int) error {
	x.ID = ""
	body, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("name a finding: %w", err)
	}
	text := strings.Join([]string{string(f.ID), f.SHA256, string(body)}, "\n")
	n := seen[text]
	seen[text]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", text, n))
	x.ID = hex.EncodeToString(sum[:10])
	return nil
}

func found(x checks.Finding) review.Found {
	at := review.FindingPlace{Column: x.Where.Column, Line: x.Where.Line}
	switch {
	case x.Where.Column > 0:
		at.Row = &x.Where.Row
	case x.Where.Line == 0:
		at.Byte = &x.Where.Byte
	}
	return review.Found{
		ID: x.ID, Rule: x.Rule, Weight: review.Weight(x.Weight), Where: at, Column: x.Column, Message: x.Message, Count: x.Count,
	}
}

// hashOf is the SHA-256 of the findings as canonical JSON, without what can be
// worked out of them.
func hashOf(list []checks.Finding) (string, error) {
	if list == nil {
		list = []checks.Finding{}
	}
	body, err := ledger.Canonical(list)
	if err != nil {
		return "", fmt.Errorf("hash findings: %w", err)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}

// Report is what checks say of a file on a request, and beside it what ACRO
// says; nil if nothing.
type Report struct {
	checks.Report
	ACRO *acro.OfFile `json:"acro,omitempty"`
}

// keptReport is a report as it is kept: what can be worked out, and the cells of
// other files, stand beside the findings, by their ids.
type keptReport struct {
	Report
	Derived map[string][]keptDerived `json:"derived,omitempty"`
	Beside  map[string][]checks.Pair `json:"beside,omitempty"`
}

// keptDerived is a derivation; a bound that is missing is none.
type keptDerived struct {
	Place  checks.Place `json:"place"`
	Lowest *float64     `json:"lowest,omitempty"`
	Most   *float64     `json:"most,omitempty"`
	From   string       `json:"from"`
}

func writeReport(r *checks.Report, of *acro.OfFile) ([]byte, error) {
	kept := keptReport{Report: Report{*r, of}, Derived: map[string][]keptDerived{}, Beside: map[string][]checks.Pair{}}
	for _, x := range r.Findings {
		if len(x.Beside) > 0 {
			kept.Beside[x.ID] = x.Beside
		}
		for _, d := range x.Derived {
			kept.Derived[x.ID] = append(kept.Derived[x.ID], keptDerived{d.Place, finite(d.Lowest), finite(d.Most), d.From})
		}
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("keep a report: %w", err)
	}
	return body, nil
}

func finite(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}

// ReadReport reads a report that was kept, with what can be worked out: it is
// for who may open the file, on a page.
func ReadReport(body []byte) (*Report, error) {
	var kept keptReport
	if err := json.Unmarshal(body, &kept); err != nil {
		return nil, fmt.Errorf("read a report: %w", err)
	}
	for i := range kept.Findings {
		x := &kept.Findings[i]
		x.Beside = kept.Beside[x.ID]
		for _, d := range kept.Derived[x.ID] {
			x.Derived = append(x.Derived, checks.Derived{Place: d.Place, Lowest: or(d.Lowest, math.Inf(-1)), Most: or(d.Most, math.Inf(1)), From: d.From})
		}
	}
	return &kept.Report, nil
}

func or(v *float64, otherwise float64) float64 {
	if v == nil {
		return otherwise
	}
	return *v
}
