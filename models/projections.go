package models

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sallyport/review"
)

// requestRow is what lists of requests are searched, sorted and made from.
type requestRow struct {
	ID         string `gorm:"primaryKey"`
	Workspace  string
	TitleEntry *int64 // whose words are the title
	TitleHash  string
	AuthorID   string
	Author     string
	Status     string
	Turn       int
	TurnOver   bool
	Since      instant
	Created    instant
	Version    int
	LastAt     instant
	Files      int
	Submitted  int
	Needed     int
	Outside    bool // the policy of its submission keeps researchers of the project from checking it
	HeldUntil  instant
	Begun      instant
	Editors    texts[review.PersonID]
	ReviewedBy texts[review.PersonID]
	Voted      asJSON[map[review.PersonID]int]
	Unanswered int
	High       int
}

func (requestRow) TableName() string { return "requests" }

// requestFileRow is a file of a request.
type requestFileRow struct {
	RequestID string `gorm:"primaryKey"`
	FileID    string `gorm:"primaryKey"`
	Workspace string
	Path      string
	SHA256    string `gorm:"column:sha256"`
	Kind      string
	Active    bool
}

func (requestFileRow) TableName() string { return "request_files" }

// What an active request holds.
const (
	holdsPath  = "path"
	holdsBytes = "sha256"
)

// activeOutputRow says that an active request holds a path or bytes of a
// workspace as an output. Its key is the rule "one place at a time".
type activeOutputRow struct {
	Workspace string `gorm:"primaryKey"`
	Kind      string `gorm:"primaryKey"`
	Value     string `gorm:"primaryKey"`
	RequestID string
}

func (activeOutputRow) TableName() string { return "active_outputs" }

// releasedRow says that bytes were delivered.
type releasedRow struct {
	RequestID   string `gorm:"primaryKey"`
	FileID      string `gorm:"primaryKey"`
	Destination string `gorm:"primaryKey"`
	Workspace   string
	Path        string
	SHA256      string `gorm:"column:sha256"`
	Size        int64
	Location    string
	At          instant
}

func (releasedRow) TableName() string { return "released_files" }

// projection is the rows that a request amounts to. The times of released
// files and the entry of the title are not in it: they are the entries', see
// fromEntries.
type projection struct {
	request  requestRow
	files    []review.FileRow
	released []releasedRow
}

// project says which rows a request amounts to.
func project(from review.Projection) projection {
	sm := from.Summary
	p := projection{
		request: requestRow{
			ID: string(sm.ID), Workspace: sm.Workspace, TitleHash: sm.Title.Hash,
			AuthorID: string(sm.Author.ID), Author: sm.Author.Username, Status: string(sm.Status),
			Turn: sm.Turn, TurnOver: sm.TurnOver, Since: at(sm.Since), Created: at(sm.Created),
			Version: sm.Version, LastAt: at(sm.LastAt), Files: sm.Files, Submitted: sm.Submitted, Needed: sm.Needed, Outside: sm.Outside,
			HeldUntil: at(sm.HeldUntil), Begun: at(sm.Begun), Editors: sm.Editors, ReviewedBy: sm.ReviewedBy,
			Voted: asJSON[map[review.PersonID]int]{sm.Voted}, Unanswered: sm.Unanswered, High: sm.High,
		},
		files: from.Files,
	}
	for _, f := range from.Released {
		p.released = append(p.released, releasedRow{
			RequestID: string(sm.ID), FileID: string(f.File), Destination: f.Destination, Workspace: sm.Workspace,
			Path: f.Path, SHA256: f.SHA256, Size: f.Size, Location: f.Location,
		})
	}
	return p
}

// fileRows are the rows of the request's files, by file.
func (p projection) fileRows() map[string]requestFileRow {
	rows := make(map[string]requestFileRow, len(p.files))
	for _, f := range p.files {
		rows[string(f.File)] = requestFileRow{
			RequestID: p.request.ID, FileID: string(f.File), Workspace: p.request.Workspace,
			Path: f.Path, SHA256: f.SHA256, Kind: string(f.Kind), Active: f.Active,
		}
	}
	return rows
}

// held is what the request holds: each path and each bytes of an active output
// once.
func (p projection) held() map[activeOutputRow]bool {
	rows := make(map[activeOutputRow]bool, 2*len(p.files))
	for _, f := range p.files {
		if f.Active {
			rows[activeOutputRow{p.request.Workspace, holdsPath, f.Path, p.request.ID}] = true
			rows[activeOutputRow{p.request.Workspace, holdsBytes, f.SHA256, p.request.ID}] = true
		}
	}
	return rows
}

// fromEntries fills in what is known only from entries: which of them gave the
// request its title, and when a file arrived.
func (p *projection) fromEntries(recs []review.Recorded) {
	for _, rec := range recs {
		switch e := rec.Event.(type) {
		case *review.RequestCreated, *review.TitleChanged:
			p.request.TitleEntry = nil
			if p.request.TitleHash != "" {
				p.request.TitleEntry = &rec.ID
			}
		case *review.FileDelivered:
			for i, f := range p.released {
				if f.FileID == string(e.File) && f.Destination == e.Destination {
					p.released[i].At = at(rec.At)
				}
			}
		}
	}
}

// become changes the rows of p, which are in the database, into those of next
// after the entries recs. It writes only what differs, and first removes what
// the request no longer holds.
func (p projection) become(ctx context.Context, tx *gorm.DB, next projection, recs []review.Recorded) error {
	next.fromEntries(recs)
	if err := p.becomeRequest(ctx, tx, next, recs); err != nil {
		return fmt.Errorf("requests: %w", err)
	}
	if !slices.Equal(p.files, next.files) {
		if err := p.becomeFiles(ctx, tx, next); err != nil {
			return fmt.Errorf("request_files: %w", err)
		}
		if err := p.becomeHeld(ctx, tx, next); err != nil {
			return err
		}
	}
	// Receipts are never taken back.
	if arrived := next.released[len(p.released):]; len(arrived) > 0 {
		if err := on[releasedRow](tx).CreateInBatches(ctx, &arrived, batch); err != nil {
			return fmt.Errorf("released_files: %w", err)
		}
	}
	return nil
}
