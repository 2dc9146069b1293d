package models

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

// Chosen reads what a workspace lists at paths, with who holds it and when its
// bytes left, by path. What is not listed is left out.
func (s *Store) Chosen(ctx context.Context, workspace string, paths []string) ([]Item, error) {
	var items []Item
	err := s.read(ctx, func(tx *gorm.DB) error {
		found, err := candidates(ctx, tx, workspace, paths)
		if err != nil {
			return err
		}
		for _, path := range slices.Sorted(maps.Keys(found)) {
			items = append(items, Item{Path: path, FoundOutput: review.FoundOutput{Candidate: found[path]}})
		}
		return mark(ctx, tx, workspace, items)
	})
	return items, err
}

// Output reads what a workspace lists at path, with who holds it and when its
// bytes left; ErrNotFound if it lists nothing there.
func (s *Store) Output(ctx context.Context, workspace, path string) (Item, error) {
	if pipeline.ValidPath(path) != nil {
		return Item{}, review.ErrNotFound
	}
	var items []Item
	err := s.read(ctx, func(tx *gorm.DB) error {
		found, err := candidates(ctx, tx, workspace, []string{path})
		if err != nil {
			return err
		}
		c, ok := found[path]
		if !ok {
			return review.ErrNotFound
		}
		items = []Item{{Path: path, FoundOutput: review.FoundOutput{Candidate: c}}}
		if err := mark(ctx, tx, workspace, items); err != nil {
			return fmt.Errorf("find an output of %s: %w", workspace, err)
		}
		return nil
	})
	if err != nil {
		return Item{}, err
	}
	return items[0], nil
}
