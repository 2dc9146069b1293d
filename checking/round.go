package checking

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"sallyport/checks"
	"sallyport/review"
)

// round is one checking of a request's files.
type round struct {
	checker *Checker
	in      review.Inspection
	before  map[string]review.RequestID     // rejected or revoked, by bytes
	since   time.Time                       // the last record
	kinds   map[string]checks.CompanionKind // of the files beside, by path and bytes
	done    []review.CheckedFile
	kept    []Kept
}

// file checks one file. What was found waits to be recorded.
func (r *round) file(ctx context.Context, f review.Inspected) error {
	select {
	case r.checker.slots <- struct{}{}:
		defer func() { <-r.checker.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	begun := r.checker.cfg.Now()
	report, err := r.look(ctx, f)
	if err != nil {
		return fmt.Errorf("check %s: %w", f.Path, err)
	}
	of, err := r.acro(ctx, f, report)
	if err != nil {
		return fmt.Errorf("check %s: %w", f.Path, err)
	}
	if other := r.before[f.SHA256]; other != "" && f.Kind == review.Output {
		report.Findings = append([]checks.Finding{askedBefore(other)}, report.Findings...)
	}
	now := r.checker.cfg.Now()
	if r.checker.cfg.OnFile != nil {
		r.checker.cfg.OnFile(report, now.Sub(begun))
	}
	done, kept, err := conclude(r.in, f, report, of)
	if err != nil {
		return err
	}
	if restsOnOthers(f.Path, report) {
		done.Others = f.Others
	}
	r.done, r.kept = append(r.done, done), append(r.kept, kept)
	return nil
}

// due reports whether what is done is to be recorded now, so that it is seen.
func (r *round) due() bool {
	return len(r.done) >= recordMost || r.checker.cfg.Now().Sub(r.since) >= recordEvery
}

// look runs the checks on a copy. A file that defeats them, or that takes too
// long, is a finding by itself.
func (r *round) look(ctx context.Context, f review.Inspected) (report *checks.Report, err error) {
	cfg := r.checker.cfg
	blob, err := cfg.Copy(ctx, f.SHA256)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, blob.Close()) }()
	defer func() {
		if v := recover(); v != nil {
			cfg.Log.ErrorContext(ctx, "checks broke off", "request", r.in.Request, "file", f.ID, "error", panicked(v))
			report, err = unfinished("the checks broke off at this file"), nil
		}
	}()
	p, err := cfg.Profile(r.in.Policy)
	if err != nil {
		return nil, err
	}
	for _, code := range f.Codes {
		p.Declared = append(p.Declared, checks.Control(code))
	}
	if p.Companions, err = r.companions(ctx, f); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, cfg.FileTime)
	defer cancel()
	p.Earlier = earlier{ctx: limited, store: cfg.Store, query: AlikeQuery{Request: r.in.Request, Workspace: r.in.Workspace, SHA256: f.SHA256}}
	report, tables, err := checks.CheckTables(limited, checks.File{Name: f.Path, Bytes: blob, Size: blob.Size()}, p)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return unfinished(fmt.Sprintf("the checks took longer than %s", cfg.FileTime)), nil
	}
	if err != nil {
		return nil, err
	}
	return report, cfg.Store.KeepExtracts(ctx, f.SHA256, tables)
}

// earlier is what one file is compared with. It lives as long as its check.
type earlier struct {
	ctx   context.Context
	store Store
	query AlikeQuery
}

// Alike implements checks.Earlier.
func (e earlier) Alike(keys []string) ([]checks.Released, error) {
	e.query.Keys = keys
	return e.store.Alike(e.ctx, e.query)
}

// record keeps reports and then has the checks recorded, so that what is
// recorded can be shown.
func (r *round) record(ctx context.Context) error {
	if len(r.done) == 0 {
		return nil
	}
	cfg := r.checker.cfg
	if err := cfg.Store.KeepReports(ctx, r.kept); err != nil {
		return err
	}
	if err := cfg.Requests.RecordChecks(ctx, r.in.Request, r.done); err != nil {
		return err
	}
	r.done, r.kept, r.since = nil, nil, cfg.Now()
	return nil
}

// ruleEvidence is the rule that looks at the other files of the group.
const ruleEvidence = "evidence"

// restsOnOthers reports whether what was found, or was not, hangs on the other
// files of the group: of figures, and of estimates, whose numbers may stand in
// one of these.
func restsOnOthers(name string, report *checks.Report) bool {
	seen := report.Examined.Columns
	return figure(name) || len(seen) >= mostSeen ||
		slices.ContainsFunc(report.Findings, func(x checks.Finding) bool { return x.Rule == ruleEvidence }) ||
		slices.ContainsFunc(seen, func(c checks.Seen) bool { return c.Role == checks.RoleStatistic })
}

// mostSeen is how many columns a report names: of more, not all are known.
const mostSeen = 500

// panicked says what broke off, without what it may quote of a file.
func panicked(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", v)
}

// figure reports whether a file is a picture, or may have one in it, by its
// name: what is found in it hangs on the files beside it.
func figure(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".svg", ".svgz", ".html", ".htm"}, strings.ToLower(path.Ext(name)))
}

// companions are the other files of a file's group, by what they are. Each copy
// is looked at once in a round.
func (r *round) companions(ctx context.Context, f review.Inspected) ([]checks.Companion, error) {
	list := []checks.Companion{}
	for _, other := range f.Beside {
		kind, known := r.kinds[other.Path+other.SHA256]
		if !known {
			var err error
			if kind, err = r.kindOf(ctx, other); err != nil {
				return nil, err
			}
			r.kinds[other.Path+other.SHA256] = kind
		}
		list = append(list, checks.Companion{Name: other.Path, Kind: kind})
	}
	return list, nil
}

func (r *round) kindOf(ctx context.Context, other review.Beside) (kind checks.CompanionKind, err error) {
	blob, err := r.checker.cfg.Copy(ctx, other.SHA256)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, blob.Close()) }()
	defer func() {
		if recover() != nil { // a file that defeats this tells nothing of the others
			kind = checks.KindOther
		}
	}()
	return checks.KindOf(ctx, checks.File{Name: other.Path, Bytes: blob, Size: blob.Size()})
}
