package main

import (
	"fmt"
	"slices"

	"sallyport/models"
	"sallyport/review"
)

// perGroup is how many files stand in a group.
const perGroup = 50

// submitted makes a request with these outputs and submits it. Its copies are
// not kept.
func (w *world) submitted(workspace string, paths []string) (review.RequestID, error) {
	s := review.NewService(w.store, trusting{}, newID)
	out, err := s.Create(w.ctx, review.Command{Actor: w.author}, workspace, "Tables of the study")
	if err != nil {
		return "", err
	}
	by := review.Command{Actor: w.author, On: out.Request}
	groups := 0
	for some := range slices.Chunk(paths, perGroup) {
		groups++
		group := fmt.Sprintf("Group %d", groups)
		files := review.AddFiles{Group: group, Kind: review.Output, Paths: some}
		if err := added(s.AddFiles(w.ctx, by, files)); err != nil {
			return "", err
		}
		err := s.Describe(w.ctx, by, review.Described{
			Group: group, Context: "Counts of people by age and region, for the first table of the paper.",
			Codes: []string{"rounded-5", "redacted-le-7"}, Text: "Counts of 7 or fewer are left out.",
		})
		if err != nil {
			return "", err
		}
	}
	if err := w.nothingFound(s, out.Request); err != nil {
		return "", err
	}
	v, err := s.Request(w.ctx, w.author, out.Request)
	if err != nil {
		return "", err
	}
	by.BasedOn = v.Version
	return out.Request, s.Submit(w.ctx, by)
}

// nothingFound records checks of a request's files that found nothing.
func (w *world) nothingFound(s *review.Service, id review.RequestID) error {
	in, err := s.Inspection(w.ctx, id)
	if err != nil {
		return err
	}
	done := make([]review.CheckedFile, 0, len(in.Files))
	for _, f := range in.Files {
		done = append(done, review.CheckedFile{
			File: f.ID, SHA256: f.SHA256, Basis: f.Basis, Profile: in.Profile, Rules: []string{"low-counts/1"}, FindingsHash: f.SHA256,
		})
	}
	return s.RecordChecks(w.ctx, id, done)
}

// added demands that every file was added.
func added(files []review.Added, err error) error {
	for _, f := range files {
		if err == nil && f.ID == "" {
			err = fmt.Errorf("add %s: %s", f.Path, f.WhyNot)
		}
	}
	return err
}

// voter is a checker who votes on the files of one request, again and again:
// each vote is another one than before.
type voter struct {
	world   *world
	service *review.Service
	checker review.Actor
	request review.RequestID
	turn    int
	files   []review.FileView
	cast    int
}

// voter makes the i-th checker a voter on a request, through a store.
func (w *world) voter(store *models.Store, i int, id review.RequestID) (*voter, error) {
	v := &voter{world: w, service: review.NewService(store, trusting{}, newID), checker: w.checkers[i], request: id}
	view, err := v.service.Request(w.ctx, v.checker, id)
	if err != nil {
		return nil, err
	}
	v.turn = view.Turn
	for _, g := range view.Groups {
		v.files = append(v.files, g.Files...)
	}
	return v, nil
}

// vote casts the next vote, under a key as forms have it.
func (v *voter) vote() error {
	f, vote := v.files[v.cast%len(v.files)], review.Approve
	if v.cast/len(v.files)%2 == 1 {
		vote = review.RequestChanges
	}
	v.cast++
	return v.service.Vote(v.world.ctx,
		review.Command{Key: newID(), Body: "vote", Actor: v.checker, On: v.request},
		review.VoteOn{File: f.ID, SHA256: f.SHA256, Turn: v.turn, Vote: vote})
}

// review approves every file and submits the review.
func (v *voter) review() error {
	for range v.files {
		if err := v.vote(); err != nil {
			return err
		}
	}
	return v.service.SubmitReview(v.world.ctx, review.Command{Actor: v.checker, On: v.request})
}
