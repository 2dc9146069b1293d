package main

import (
	"fmt"

	"sallyport/models"
	"sallyport/review"
)

// The workspaces of which a folder is opened, and how many outputs they list.
const (
	smallNumber = 450
	largeNumber = 45_000
)

// folder measures opening the same folder of a small and a large workspace.
func (b *bench) folder() error {
	for _, engine := range engines {
		err := b.in(engine, func(w *world) error {
			for name, n := range map[string]int{"small": smallNumber, "large": largeNumber} {
				if err := w.workspace(name, 0, folderPaths(n)); err != nil {
					return err
				}
			}
			return b.folderIn(w)
		})
		if err != nil {
			return fmt.Errorf("on %s: %w", engine, err)
		}
	}
	return nil
}

// folderPaths are n outputs: 60 files and 40 folders in one folder, for every
// n, and the rest elsewhere.
func folderPaths(n int) []string {
	paths := make([]string, n)
	for i := range paths {
		switch {
		case i < 60:
			paths[i] = fmt.Sprintf("output/tables/table%d.csv", i)
		case i < 100:
			paths[i] = fmt.Sprintf("output/tables/folder%d/table.csv", i)
		default:
			paths[i] = fmt.Sprintf("output/rest/%d/table%d.csv", i%97, i)
		}
	}
	return paths
}

// arranged measures the same folder sorted, and narrowed to what may be
// requested, beside it as it is.
func (b *bench) arranged(w *world) error {
	by := review.Asking{Policy: review.DefaultPolicy()}
	list := func(l review.OutputListing, want int) func() error {
		l.Workspace, l.Dir, l.Limit = "large", "output/tables", 500
		return func() error {
			items, _, err := w.store.Outputs(w.ctx, by, l)
			if err == nil && len(items) != want {
				err = fmt.Errorf("the folder has %d items, want %d", len(items), want)
			}
			return err
		}
	}
	all, err := b.timed(5, 41, list(review.OutputListing{}, 100), list(review.OutputListing{Sort: review.BySize, Desc: true}, 100),
		list(review.OutputListing{Standing: review.StandsOpen}, 100))
	if err != nil {
		return err
	}
	for i, what := range []string{"sorted by size", "narrowed to what may be requested"} {
		b.add("folder of 45,000 outputs, "+what, w.engine, lasted(all.typical(i+1)), lasted(all.typical(0)), all.ratio(i+1, 0), bar{})
	}
	return nil
}

func (b *bench) folderIn(w *world) error {
	list := func(s *models.Store, workspace string) func() error {
		return func() error {
			items, _, err := s.Outputs(w.ctx, review.Asking{}, review.OutputListing{Workspace: workspace, Dir: "output/tables", Limit: 500})
			if err == nil && len(items) != 100 {
				err = fmt.Errorf("the folder has %d items, want 100", len(items))
			}
			return err
		}
	}
	err := w.counting(0, func(s *models.Store, count func(func() error) (int, error)) error {
		queries, err := count(list(s, "large"))
		b.addRow(row{
			work: "folder of 45,000 outputs, queries", on: w.engine, measured: fmt.Sprint(queries),
			value: float64(queries), bar: bar{text: "≤ 3", limit: 3},
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := b.arranged(w); err != nil {
		return err
	}
	ask, err := w.asker(w.store)
	if err != nil {
		return err
	}
	answer := func(workspace string) func() error {
		return func() error {
			_, err := ask("researcher", "/workspaces/"+workspace+"/outputs?dir=output/tables&limit=500")
			return err
		}
	}
	all, err := b.timed(5, 41, list(w.store, "large"), list(w.store, "small"), answer("large"), answer("small"))
	if err != nil {
		return err
	}
	b.add("folder of 45,000 outputs beside one of 450", w.engine, lasted(all.typical(0)), lasted(all.typical(1)), all.ratio(0, 1), atMost(1.5))
	b.add("the same as the API answers it", w.engine, lasted(all.typical(2)), lasted(all.typical(3)), all.ratio(2, 3), atMost(1.5))
	return nil
}
