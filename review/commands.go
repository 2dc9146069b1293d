package review

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Create makes a draft for outputs of a workspace and returns its id.
func (s *Service) Create(ctx context.Context, c Command, workspace, title string) (Outcome, error) {
	c.On = RequestID(s.newID())
	return s.store.Change(ctx, Change{Command: c, Workspace: workspace}, func(in In) (Decision, error) {
		return create(in, workspace, title)
	})
}

// change carries a command out whose rule needs nothing beside the request.
func (s *Service) change(ctx context.Context, c Command, decide func(In) (Decision, error)) error {
	_, err := s.store.Change(ctx, Change{Command: c}, decide)
	return err
}

// SetTitle gives the request another title, or none.
func (s *Service) SetTitle(ctx context.Context, c Command, title string) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return setTitle(in, title) })
}

// Describe replaces a group's context and controls, and makes the group if
// there is none of that name.
func (s *Service) Describe(ctx context.Context, c Command, d Described) error {
	err := s.change(ctx, c, func(in In) (Decision, error) { return describe(in, d) })
	return s.settled(ctx, c.On, err)
}

// AddFiles copies outputs into the vault and puts the copies on the request.
// It says for each path what became of it.
func (s *Service) AddFiles(ctx context.Context, c Command, a AddFiles) ([]Added, error) {
	ch := Change{Command: c, Holds: true}
	wrong := a.check()
	if wrong == nil {
		ch.Paths = a.Paths
	}
	snap, err := s.taking(ctx, c, "", ch.Paths...)
	if err = cmp.Or(err, wrong); err != nil && c.Key == "" {
		return nil, err
	}
	var copies []copied
	if err == nil {
		copies, err = s.copy(ctx, snap, a.Paths)
	}
	for _, cp := range copies {
		if cp.err == nil {
			ch.SHA256s = append(ch.SHA256s, cp.kept.SHA256)
		}
	}
	out, err := s.store.Change(ctx, ch, unless(err, func(in In) (Decision, error) { return addFiles(in, a, copies) }))
	if err != nil {
		return nil, err
	}
	var added []Added
	if err := json.Unmarshal(out.Result, &added); err != nil {
		return nil, fmt.Errorf("read what became of added files: %w", err)
	}
	return added, s.settled(ctx, c.On, nil)
}

// unless refuses with err, if there is one, where decide would decide: what is
// looked at before a command's transaction must not hide from the store that
// the command's key did the act before.
func unless(err error, decide func(In) (Decision, error)) func(In) (Decision, error) {
	if err == nil {
		return decide
	}
	return func(In) (Decision, error) { return Decision{}, err }
}

// taking reads a request for somebody who may change its files, so that nobody
// else makes the program read a workspace. The rule looks again, in its
// transaction.
func (s *Service) taking(ctx context.Context, c Command, file FileID, paths ...string) (Snapshot, error) {
	snap, err := s.store.Snapshot(ctx, c.On, c.Actor, paths...)
	if err != nil {
		return snap, err
	}
	in := In{Actor: snap.Actor, Place: snap.Place, Policy: snap.Policy, Request: snap.Request}
	var missing error
	if file != "" {
		missing = in.hasFile(file)
	}
	if _, err := in.guard(ActFiles, missing); err != nil {
		return snap, err
	}
	return snap, usable(snap.Place)
}

// copy keeps the present bytes of the paths that may be requested. Outputs that
// are refused do not stop the others; a vault that is away stops all.
func (s *Service) copy(ctx context.Context, snap Snapshot, paths []string) ([]copied, error) {
	copies := make([]copied, len(paths))
	var wanted []Candidate
	var places []int // in copies, of what is wanted
	for i, p := range paths {
		copies[i].path = p
		cand, ok := snap.Facts.Outputs[p]
		if !ok {
			cand = Candidate{Path: p}
		}
		if err := Requestable(cand, snap.Policy); err != nil {
			copies[i].err = asError(err)
			continue
		}
		wanted, places = append(wanted, cand), append(places, i)
	}
	for n, kept := range s.keeper.Keep(ctx, snap.Place.Workspace, wanted, snap.Policy.SizeLimit) {
		i := places[n]
		copies[i].kept = kept
		if kept.Err == nil {
			continue
		}
		copies[i].err = asError(kept.Err)
		if k := copies[i].err.Kind; k == Internal || k == Unavailable {
			return nil, kept.Err
		}
	}
	return copies, nil
}

// ChangeFile moves a file into another group or makes it another kind. Its
// bytes stay as they are.
func (s *Service) ChangeFile(ctx context.Context, c Command, f ChangeFile) error {
	_, err := s.store.Change(ctx, Change{Command: c, Holds: true, Files: []FileID{f.File}},
		func(in In) (Decision, error) { return changeFile(in, f) })
	return s.settled(ctx, c.On, err)
}

// UpdateFile takes the workspace's present bytes for a file.
func (s *Service) UpdateFile(ctx context.Context, c Command, id FileID) error {
	ch := Change{Command: c, Holds: true, Files: []FileID{id}}
	snap, err := s.taking(ctx, c, id)
	if err != nil && c.Key == "" {
		return err
	}
	copies := make([]copied, 1)
	if err == nil {
		ch.Paths = []string{snap.Request.file(id).Path}
		snap, err = s.taking(ctx, c, id, ch.Paths...)
	}
	if err == nil {
		copies, err = s.copy(ctx, snap, ch.Paths)
	}
	if err == nil && copies[0].err == nil {
		ch.SHA256s = []string{copies[0].kept.SHA256}
	}
	_, err = s.store.Change(ctx, ch, unless(err, func(in In) (Decision, error) { return updateFile(in, id, copies[0]) }))
	return s.settled(ctx, c.On, err)
}

// WithdrawFile takes a file back.
func (s *Service) WithdrawFile(ctx context.Context, c Command, id FileID) error {
	err := s.change(ctx, c, func(in In) (Decision, error) { return withdrawFile(in, id) })
	return s.settled(ctx, c.On, err)
}

// Comment says something about a group and returns the comment's id.
func (s *Service) Comment(ctx context.Context, c Command, n NewComment) (CommentID, error) {
	out, err := s.store.Change(ctx, Change{Command: c}, func(in In) (Decision, error) { return makeComment(in, n) })
	if err != nil {
		return "", err
	}
	var id CommentID
	if err := json.Unmarshal(out.Result, &id); err != nil {
		return "", fmt.Errorf("read the id of a comment: %w", err)
	}
	return id, nil
}

// PublishComment makes one's own private comment public.
func (s *Service) PublishComment(ctx context.Context, c Command, id CommentID) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return publishComment(in, id) })
}

// DeleteComment takes one's own comment back.
func (s *Service) DeleteComment(ctx context.Context, c Command, id CommentID) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return deleteComment(in, id) })
}

// Submit hands the request to the checkers.
func (s *Service) Submit(ctx context.Context, c Command) error {
	err := s.change(ctx, c, submit)
	if errors.Is(err, ErrChecks) {
		// Refused, nothing was written. Whatever became of the work of checking,
		// there is some again.
		if failed := s.AskForChecks(ctx, c.On); failed != nil {
			return failed
		}
	}
	return err
}

// Recall takes a submission back.
func (s *Service) Recall(ctx context.Context, c Command) error { return s.change(ctx, c, recall) }

// Withdraw ends the request; an administrator says why.
func (s *Service) Withdraw(ctx context.Context, c Command, reason string) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return withdraw(in, reason) })
}

// Vote casts or takes back a vote on one file's bytes.
func (s *Service) Vote(ctx context.Context, c Command, v VoteOn) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return vote(in, v) })
}

// RequestChangesInGroup votes for changes on every file of a group that the
// checker has not voted on.
func (s *Service) RequestChangesInGroup(ctx context.Context, c Command, group string) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return requestChangesInGroup(in, group) })
}

// ResetVotesInGroup takes the checker's votes in a group back.
func (s *Service) ResetVotesInGroup(ctx context.Context, c Command, group string) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return resetVotesInGroup(in, group) })
}

// SubmitReview makes the checker's votes count.
func (s *Service) SubmitReview(ctx context.Context, c Command) error {
	return s.change(ctx, c, submitReview)
}

// Return gives the request back to its author.
func (s *Service) Return(ctx context.Context, c Command, reason string) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return giveBack(in, reason) })
}

// Reject ends the request.
func (s *Service) Reject(ctx context.Context, c Command, reason string) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return reject(in, reason) })
}

// Approve lets exactly the named bytes out when the hold is over.
func (s *Service) Approve(ctx context.Context, c Command, a ApproveFiles) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return approve(in, a) })
}

// Stop takes an approval back before its delivery began.
func (s *Service) Stop(ctx context.Context, c Command, reason string) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return stop(in, reason) })
}

// Consignment says what is to be carried for a request. Only workers ask.
func (s *Service) Consignment(ctx context.Context, id RequestID) (Consignment, error) {
	snap, err := s.store.Snapshot(ctx, id, System())
	if err != nil {
		return Consignment{}, err
	}
	return snap.Request.consignment()
}

// BeginDelivery records that bytes may leave from now on. ErrHeld says that
// the hold is not over, ErrStatus that there is nothing to deliver any more.
func (s *Service) BeginDelivery(ctx context.Context, id RequestID) error {
	return s.change(ctx, Command{Actor: System(), On: id}, beginDelivery)
}

// RecordDeliveries records that files have arrived.
func (s *Service) RecordDeliveries(ctx context.Context, id RequestID, arrived []Delivered) error {
	return s.change(ctx, Command{Actor: System(), On: id}, func(in In) (Decision, error) {
		return recordDeliveries(in, arrived)
	})
}
