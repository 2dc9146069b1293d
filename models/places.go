package models

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sallyport/review"
)

// workspaceRow is a workspace and where it stands. An empty project is not
// known yet.
type workspaceRow struct {
	Name         string `gorm:"primaryKey"`
	Project      string
	Organisation string
	Backend      string
	Ongoing      bool
	Archived     bool
}

func (workspaceRow) TableName() string { return "workspaces" }

func (r workspaceRow) place() review.Place {
	return review.Place{
		Workspace: r.Name, Project: r.Project, Organisation: r.Organisation, Backend: r.Backend,
		Ongoing: r.Ongoing, Archived: r.Archived,
	}
}

func workspaceStream(name string) string { return "workspace/" + name }

// workspacePlaced is the event that says where a workspace stands from now on.
type workspacePlaced struct {
	V            int    `json:"v"`
	Workspace    string `json:"workspace"`
	Project      string `json:"project,omitempty"`
	Organisation string `json:"organisation,omitempty"`
	Backend      string `json:"backend,omitempty"`
	Ongoing      bool   `json:"ongoing"`
	Archived     bool   `json:"archived"`
}

const actWorkspacePlaced = "workspace_placed"

func (e workspacePlaced) row() workspaceRow {
	return workspaceRow{
		Name: e.Workspace, Project: e.Project, Organisation: e.Organisation, Backend: e.Backend,
		Ongoing: e.Ongoing, Archived: e.Archived,
	}
}

// PlaceWorkspace says where a workspace stands from now on; p.Workspace is not
// looked at. See MoveWorkspace.
func (s *Store) PlaceWorkspace(ctx context.Context, by review.Actor, name string, p review.Place) error {
	return s.MoveWorkspace(ctx, review.Command{Actor: by}, name, func(to *review.Place) { *to = p })
}

// MoveWorkspace changes where a workspace stands, once for each key. Only an
// administrator, or the operator, does it; the operator may place a workspace
// that nobody has reported yet. ErrNotFound if there is no such workspace.
// Placing it where it stands does nothing; where a looser policy holds, see
// review.MayMove.
func (s *Store) MoveWorkspace(ctx context.Context, c review.Command, name string, change func(to *review.Place)) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		replayed, err := s.claimKey(ctx, tx, c)
		if err != nil {
			return err
		}
		if replayed.Replayed {
			return errReplayed
		}
		by, err := lockActor(ctx, tx, c.Actor)
		if err != nil {
			return err
		}
		if err := review.MayAdminister(by); err != nil {
			return err
		}
		if by.Kind == review.IsOperator {
			if _, err := s.ensureWorkspace(ctx, tx, by, name); err != nil {
				return err
			}
		}
		row, err := on[workspaceRow](tx, forUpdate).Where("name = ?", name).Take(ctx)
		if err != nil {
			return fmt.Errorf("lock workspace %s: %w", name, err)
		}
		p := row.place()
		change(&p)
		p.Workspace = name
		if err := s.mayMove(ctx, tx, by, row.place(), p); err != nil {
			return err
		}
		return s.placeWorkspace(ctx, tx, by, review.Administrator, p)
	})
	if errors.Is(err, errReplayed) {
		return nil
	}
	return err
}

// mayMove asks review.MayMove. Where a workspace that stood nowhere comes to
// stand first is no loosening, unless it has requests.
func (s *Store) mayMove(ctx context.Context, tx *gorm.DB, by review.Actor, from, to review.Place) error {
	if from.Project == "" && from.Organisation == "" {
		n, err := on[requestRow](tx).Where("workspace = ?", from.Workspace).Limit(1).Count(ctx, "id")
		if n == 0 || err != nil {
			return err
		}
	}
	was, err := s.policyAt(ctx, tx, from)
	if err != nil {
		return err
	}
	becomes, err := s.policyAt(ctx, tx, to)
	if err != nil {
		return err
	}
	return review.MayMove(by, was, becomes)
}

// ensureWorkspace makes a workspace that is not there, with nothing known of
// it, and locks it for the transaction. It returns where the workspace stands.
func (s *Store) ensureWorkspace(ctx context.Context, tx *gorm.DB, by review.Actor, name string) (review.Place, error) {
	row, err := on[workspaceRow](tx, forUpdate).Where("name = ?", name).Take(ctx)
	if err == nil {
		return row.place(), nil
	}
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return review.Place{}, fmt.Errorf("lock workspace %s: %w", name, err)
	}
	fresh := workspaceRow{Name: name, Ongoing: true}
	result := gorm.WithResult()
	if err := on[workspaceRow](tx, clause.OnConflict{DoNothing: true}, result).Create(ctx, &fresh); err != nil {
		return review.Place{}, fmt.Errorf("make workspace %s: %w", name, err)
	}
	if result.RowsAffected == 1 {
		return fresh.place(), s.recordPlace(ctx, tx, by, "", fresh)
	}
	// Another transaction made it meanwhile.
	row, err = on[workspaceRow](tx, forUpdate).Where("name = ?", name).Take(ctx)
	return row.place(), err
}

// placeWorkspace moves a workspace in the transaction, and records it. The
// person is locked already.
func (s *Store) placeWorkspace(ctx context.Context, tx *gorm.DB, by review.Actor, as review.Role, p review.Place) error {
	before, err := on[workspaceRow](tx, forUpdate).Where("name = ?", p.Workspace).Take(ctx)
	if err != nil {
		return fmt.Errorf("lock workspace %s: %w", p.Workspace, err)
	}
	after := workspaceRow{
		Name: p.Workspace, Project: p.Project, Organisation: p.Organisation, Backend: p.Backend,
		Ongoing: p.Ongoing, Archived: p.Archived,
	}
	if before == after {
		return nil
	}
	n, err := on[workspaceRow](tx).Where("name = ?", p.Workspace).
		Select("project", "organisation", "backend", "ongoing", "archived").Updates(ctx, after)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed", n)
	}
	if err != nil {
		return fmt.Errorf("place workspace %s: %w", p.Workspace, err)
	}
	return s.recordPlace(ctx, tx, by, as, after)
}

// recordPlace writes the entry that a workspace stands where row says.
func (s *Store) recordPlace(ctx context.Context, tx *gorm.DB, by review.Actor, as review.Role, row workspaceRow) error {
	event, err := fact(workspacePlaced{
		V: 1, Workspace: row.Name, Project: row.Project, Organisation: row.Organisation, Backend: row.Backend,
		Ongoing: row.Ongoing, Archived: row.Archived,
	})
	if err != nil {
		return err
	}
	t, err := s.tailOf(ctx, tx, workspaceStream(row.Name))
	if err != nil {
		return err
	}
	d := draft{Act: actWorkspacePlaced, Actor: by, Role: as, Place: row.place(), Event: event}
	if as != "" {
		d.Grant = grantFor(by, as)
	}
	err = s.record(ctx, tx, t, d)
	return err
}

// grantFor is the id of a standing grant of a role, whatever its scope; "" if
// there is none.
func grantFor(a review.Actor, role review.Role) string {
	for _, g := range a.Grants {
		if g.Role == role && g.Until.IsZero() {
			return g.ID
		}
	}
	return ""
}
