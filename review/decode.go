package review

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// EventVersion is the version that new events of an act are written in.
func EventVersion(act string) int {
	switch act {
	case "request_submitted", "vote_cast", "file_approved", "request_approved":
		return 2 // names the findings
	}
	return 1
}

// decoders makes an empty event for each act and version ever written. A
// line is never removed: the log outlives the program.
var decoders = map[string]func() Event{
	"request_created/1":   func() Event { return new(RequestCreated) },
	"title_changed/1":     func() Event { return new(TitleChanged) },
	"group_created/1":     func() Event { return new(GroupCreated) },
	"group_described/1":   func() Event { return new(GroupDescribed) },
	"file_added/1":        func() Event { return new(FileAdded) },
	"file_moved/1":        func() Event { return new(FileMoved) },
	"file_retyped/1":      func() Event { return new(FileRetyped) },
	"file_updated/1":      func() Event { return new(FileUpdated) },
	"file_withdrawn/1":    func() Event { return new(FileWithdrawn) },
	"file_checked/1":      func() Event { return new(FileChecked) },
	"findings_answered/1": func() Event { return new(FindingsAnswered) },
	"comment_made/1":      func() Event { return new(CommentMade) },
	"comment_published/1": func() Event { return new(CommentPublished) },
	"comment_deleted/1":   func() Event { return new(CommentDeleted) },
	"request_submitted/1": func() Event { return new(RequestSubmitted) },
	"request_submitted/2": func() Event { return new(RequestSubmitted) },
	"request_recalled/1":  func() Event { return new(RequestRecalled) },
	"vote_cast/1":         func() Event { return new(VoteCast) },
	"vote_cast/2":         func() Event { return new(VoteCast) },
	"vote_taken_back/1":   func() Event { return new(VoteTakenBack) },
	"review_submitted/1":  func() Event { return new(ReviewSubmitted) },
	"request_returned/1":  func() Event { return new(RequestReturned) },
	"request_rejected/1":  func() Event { return new(RequestRejected) },
	"file_approved/1":     func() Event { return new(FileApprovedForRelease) },
	"file_approved/2":     func() Event { return new(FileApprovedForRelease) },
	"request_approved/1":  func() Event { return new(RequestApproved) },
	"request_approved/2":  func() Event { return new(RequestApproved) },
	"approval_stopped/1":  func() Event { return new(ApprovalStopped) },
	"request_withdrawn/1": func() Event { return new(RequestWithdrawn) },
	"delivery_begun/1":    func() Event { return new(DeliveryBegun) },
	"file_delivered/1":    func() Event { return new(FileDelivered) },
	"request_released/1":  func() Event { return new(RequestReleased) },
}

// EncodeEvent returns the event as JSON, and the words that stand in it only
// as hashes. It fails only on a value that JSON cannot hold.
func EncodeEvent(e Event) (body []byte, words []Words, err error) {
	body, err = json.Marshal(e)
	if err != nil {
		return nil, nil, fmt.Errorf("encode %s: %w", e.Act(), err)
	}
	for _, w := range e.words() {
		if !w.IsZero() {
			words = append(words, *w)
		}
	}
	return body, words, nil
}

// DecodeEvent reads what EncodeEvent wrote, of any version ever written. text
// gives the words of a hash; words that were erased it does not know.
func DecodeEvent(act string, version int, body []byte, text func(hash string) (Words, bool)) (Event, error) {
	empty, ok := decoders[act+"/"+strconv.Itoa(version)]
	if !ok {
		return nil, fmt.Errorf("decode event: %s version %d is not known to this program", act, version)
	}
	e := empty()
	if err := json.Unmarshal(body, e); err != nil {
		return nil, fmt.Errorf("decode event %s: %w", act, err)
	}
	for _, w := range e.words() {
		if w.IsZero() {
			continue
		}
		if full, ok := text(w.Hash); ok {
			*w = full
		} else {
			w.Erased = true
		}
	}
	return e, nil
}

// Subject is what an event is about, for searching the log; "" where it is
// about none.
func Subject(e Event) (file FileID, path, sha256 string) {
	switch e := e.(type) {
	case *FileAdded:
		return e.File, e.Source.Path, e.Source.SHA256
	case *FileUpdated:
		return e.File, e.Source.Path, e.Source.SHA256
	case *FileWithdrawn:
		return e.File, e.Path, e.SHA256
	case *FileChecked:
		return e.File, "", e.SHA256
	case *FindingsAnswered:
		return e.File, "", e.SHA256
	case *FileMoved:
		return e.File, "", ""
	case *FileRetyped:
		return e.File, "", ""
	case *VoteCast:
		return e.File, "", e.SHA256
	case *VoteTakenBack:
		return e.File, "", e.SHA256
	case *CommentMade:
		return e.File, "", ""
	case *FileApprovedForRelease:
		return e.File, e.Path, e.SHA256
	case *FileDelivered:
		return e.File, e.Path, e.SHA256
	}
	return "", "", ""
}
