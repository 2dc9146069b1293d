package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

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
		items = []Item{{Path: path, Candidate: c}}
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
