package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"sallyport/review"
)

// judge reads a page of the files that stand as is asked for, or in the order
// of how they stand. Its first statement reads what is known of all files, its
// second the folders, its third goes through the files until the page is full.
func (p *outputPage) judge(ctx context.Context, tx *gorm.DB, d dialect, by review.Asking) error {
	if err := p.begin(ctx, tx, d); err != nil || p.full() {
		return err
	}
	m, err := allMarks(ctx, tx, p.Workspace)
	if err != nil {
		return err
	}
	if p.Sort == review.ByStanding {
		return p.inOrder(ctx, tx, m, by)
	}
	where := p.scope()
	p.past(&where)
	err = p.eachJudged(ctx, tx, where, m, by, func(i Item, _ review.OutputStanding) bool {
		p.items = append(p.items, i)
		return len(p.items) <= p.Limit
	})
	p.full()
	return err
}

// eachJudged visits the files of a scope that stand as is asked for, in the
// page's order, until visit returns false.
func (p *outputPage) eachJudged(
	ctx context.Context, tx *gorm.DB, where conditions, m marks, by review.Asking, visit func(Item, review.OutputStanding) bool,
) error {
	query := tx.WithContext(ctx).Raw("SELECT "+foundColumns+" FROM "+foundTables+" WHERE "+where.text()+p.order(), where.values...)
	err := eachOutput(query, func(o foundOutput) error {
		i := o.item()
		m.put(&i)
		standing := by.Stands(i.FoundOutput).Standing
		if standing.Matches(p.Standing) && !visit(i, standing) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends a reading that has all it needs.
var errEnough = errors.New("enough was read")

// ranked is a file with its place in the order of how files stand.
type ranked struct {
	rank int
	item Item
}

// inOrder reads a page in the order of how files stand. It goes through all
// files, and keeps no more than two pages of them.
func (p *outputPage) inOrder(ctx context.Context, tx *gorm.DB, m marks, by review.Asking) error {
	compare := func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.item.Path, b.item.Path))
	}
	if p.Desc {
		up := compare
		compare = func(a, b ranked) int { return up(b, a) }
	}
	after, err := p.afterRank()
	if err != nil {
		return err
	}
	room := p.Limit + 1 - len(p.items)
	var best []ranked
	err = p.eachJudged(ctx, tx, p.scope(), m, by, func(i Item, st review.OutputStanding) bool {
		r := ranked{st.Rank(), i}
		if after != nil && compare(r, *after) <= 0 {
			return true
		}
		if best = append(best, r); len(best) >= 2*room {
			slices.SortFunc(best, compare)
			best = best[:room]
		}
		return true
	})
	if err != nil {
		return err
	}
	slices.SortFunc(best, compare)
	best = best[:min(len(best), room)]
	for _, r := range best {
		p.items = append(p.items, r.item)
	}
	if p.full() && len(best) > 1 {
		last := p.cursorAt(p.items[len(p.items)-1])
		if last.file {
			last.key = strconv.Itoa(best[len(best)-2].rank)
		}
		p.next = last.String()
	}
	return nil
}

// afterRank is the last file of the page before; nil on the first page.
func (p *outputPage) afterRank() (*ranked, error) {
	if !p.after.file {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	rank, err := strconv.Atoi(p.after.key)
	if err != nil {
		return nil, errCursor
	}
	return &ranked{rank, Item{Path: p.afterPath()}}, nil
}

// Survey is how many files are listed in all, and their bytes.
type Survey struct {
	Files int
	Bytes int64 // of those whose size was reported
	Paths []string
}

// Survey goes through all files that l lists, whatever its cursor and limit,
// and names the first of them, at most so many. It takes two statements.
func (s *Store) Survey(ctx context.Context, by review.Asking, l review.OutputListing, most int) (Survey, error) {
	l.Cursor, l.Sort, l.Desc = "", review.ByName, false
	page, err := newOutputPage(l)
	if err != nil {
		return Survey{}, err
	}
	var found Survey
	err = s.read(ctx, func(tx *gorm.DB) error {
		m, err := allMarks(ctx, tx, l.Workspace)
		if err != nil {
			return err
		}
		return page.eachJudged(ctx, tx, page.scope(), m, by, func(i Item, _ review.OutputStanding) bool {
			found.Files++
			found.Bytes += max(i.Size, 0)
			if len(found.Paths) < most {
				found.Paths = append(found.Paths, i.Path)
			}
			return true
		})
	})
	if err != nil {
		return Survey{}, translate(fmt.Errorf("count outputs of %s: %w", l.Workspace, err))
	}
	return found, nil
}
