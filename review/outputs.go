package review

import (
	"cmp"
	"slices"
	"time"
)

// OutputStanding is where an output of a workspace stands for somebody who may want
// to ask for its release.
type OutputStanding string

// The standings, in the order in which a list sorts by them.
const (
	StandsOpen       OutputStanding = "requestable"
	StandsChanged    OutputStanding = "changed_since_release" // requestable; other bytes of its path were released
	StandsOnRequest  OutputStanding = "on_request"
	StandsReleased   OutputStanding = "released"
	StandsOutOfDate  OutputStanding = "out_of_date"
	StandsExcluded   OutputStanding = "excluded"
	StandsTooLarge   OutputStanding = "too_large"
	StandsRefused    OutputStanding = "not_requestable" // for any other reason
	standingsOrdered                = "requestable changed_since_release on_request released out_of_date excluded too_large not_requestable"
)

// Standings lists them, in the order in which a list sorts by them.
func Standings() []OutputStanding {
	return []OutputStanding{
		StandsOpen, StandsChanged, StandsOnRequest, StandsReleased, StandsOutOfDate, StandsExcluded, StandsTooLarge, StandsRefused,
	}
}

// Rank is the standing's place among all.
func (s OutputStanding) Rank() int { return slices.Index(Standings(), s) }

// Matches reports whether a list that is narrowed to want shows an output that
// stands so: what can be requested includes what changed since its release.
func (s OutputStanding) Matches(want OutputStanding) bool {
	return want == "" || s == want || want == StandsOpen && s == StandsChanged
}

// FoundOutput is an output of a workspace, with what stands in the way of
// asking for it.
type FoundOutput struct {
	Candidate
	Released *Release // when its bytes left before; nil if they did not
	Before   *Release // when other bytes of its path left; nil if none did
	Holders  []Holder // the active requests that hold its path or its bytes as an output
}

// Holder is an active request that holds a path or bytes as an output.
type Holder struct {
	Request RequestID
	Status  Status
	Path    string // where the request has it
	SHA256  string // the bytes that it has there
}

// Asking is who asks about outputs of a workspace, where that stands, and the
// policy today.
type Asking struct {
	Actor  Actor
	Place  Place
	Policy Policy
}

// Stand is where an output stands, and why it cannot be requested; nil if it
// can.
type Stand struct {
	Standing OutputStanding
	WhyNot   error
	Requests []RequestID // that hold it, as far as the asker may know of them
}

// Stands says where an output stands for the asker. The most lasting reason
// comes first, as in AddableAs; what another active request holds cannot be
// asked for twice, as far as the asker may know of that request.
func (a Asking) Stands(o FoundOutput) Stand {
	st := Stand{Standing: StandsOpen, Requests: a.holders(o.Holders)}
	st.Standing, st.WhyNot = requestable(o.Candidate, a.Policy)
	switch {
	case st.WhyNot != nil:
	case o.Released != nil:
		st.Standing, st.WhyNot = StandsReleased, releasedBefore(*o.Released)
	case len(st.Requests) > 0:
		st.Standing = StandsOnRequest
		st.WhyNot = ErrDuplicate.with("`%s`, or a file with its bytes, is an output of request %s already. It can be asked for once at a time.",
			o.Path, st.Requests[0])
	case o.Before != nil:
		st.Standing = StandsChanged
	}
	return st
}

// Foresee says which of some outputs cannot be put on a request that is not
// there yet, as far as that is known without their bytes, so that none is made
// for nothing. What is wrong with the act itself is an error. Found are those
// of the paths that the workspace lists.
func (a Asking) Foresee(add AddFiles, found map[string]FoundOutput) ([]Added, error) {
	if err := cmp.Or(usable(a.Place), add.check()); err != nil {
		return nil, err
	}
	list := make([]Added, 0, len(add.Paths))
	for _, path := range add.Paths {
		o, ok := found[path]
		if !ok {
			o = FoundOutput{Candidate: Candidate{Path: path}}
		}
		err := AddableAs(o.Candidate, a.Policy, add.Kind, o.Released)
		if add.Kind == Output {
			err = a.Stands(o).WhyNot
		}
		added := Added{Path: path}
		if err != nil {
			added.WhyNot, added.Code = err.Error(), asError(err).Code
		}
		list = append(list, added)
	}
	return list, nil
}

// holders are those of whose files the asker may know: an administrator sees
// of a request only that it is there (docs/rules.md "What a person sees").
func (a Asking) holders(all []Holder) []RequestID {
	ids := []RequestID{}
	if len(all) == 0 {
		return ids
	}
	visible := readableRequests(a.Actor)
	for _, h := range all {
		reach := visible.Rest
		if h.Status == Pending {
			reach = visible.Drafts
		}
		if reach.Covers(a.Place) {
			ids = append(ids, h.Request)
		}
	}
	return ids
}

// OutputSort is by what a list of outputs is sorted.
type OutputSort string

// What outputs are sorted by. The size of what is highly_sensitive says
// something of what is in it, and does not count.
const (
	ByName     OutputSort = "name" // where all below is listed: the path
	ByLevel    OutputSort = "level"
	BySize     OutputSort = "size"
	ByAction   OutputSort = "action"
	ByWritten  OutputSort = "written"
	ByStanding OutputSort = "standing"
)

// OutputListing chooses outputs of a workspace for a list.
type OutputListing struct {
	Workspace string
	Dir       string // the folder; "" is the workspace itself
	Deep      bool   // all files below, without folders
	Name      string // what names contain, in any case; "" for any
	Type      string // the suffix, with its dot, in any case; "" for any
	Level     string
	Action    string
	Standing  OutputStanding
	Sort      OutputSort // "" is ByName
	Desc      bool
	Cursor    string
	Limit     int
}

// Narrowed reports whether some of the files may be left out.
func (l OutputListing) Narrowed() bool {
	return cmp.Or(l.Name, l.Type, l.Level, l.Action, string(l.Standing)) != ""
}

// longestFilter bounds the texts by which outputs are chosen.
const longestFilter = 200

// Valid refuses a listing of no meaning.
func (l OutputListing) Valid() error {
	sorts := []OutputSort{"", ByName, ByLevel, BySize, ByAction, ByWritten, ByStanding}
	levels := []string{"", HighlySensitive, ModeratelySensitive, MinimallySensitive}
	switch {
	case !slices.Contains(sorts, l.Sort):
		return ErrInvalid.with("Outputs are sorted by name, level, size, action, written or standing.")
	case l.Standing != "" && l.Standing.Rank() < 0:
		return ErrInvalid.with("There is no such standing of an output. There are: %s.", standingsOrdered)
	case !slices.Contains(levels, l.Level):
		return ErrInvalid.with("There is no such level.")
	case max(len(l.Name), len(l.Type), len(l.Action)) > longestFilter:
		return ErrInvalid.with("A filter may have %d bytes.", longestFilter)
	}
	return nil
}

// OutputChange is what became of an output between two readings of its
// workspace.
type OutputChange string

// What becomes of an output.
const (
	ChangeCame      OutputChange = "came"
	ChangeBytes     OutputChange = "changed"     // it has other bytes
	ChangeSame      OutputChange = "same"        // it was written again with the same bytes
	ChangeWritten   OutputChange = "written"     // it was written again; nobody named its bytes, or they are not said
	ChangeOutOfDate OutputChange = "out_of_date" // its action ran again without writing it, or is gone
	ChangeWent      OutputChange = "went"
	ChangeOther     OutputChange = "other" // something else that is said of it
)

// OutputBefore is an output as a reading found it, as far as its changes are
// concerned.
type OutputBefore struct {
	SHA256     string // "" if nobody named its bytes
	Size       int64
	JobRequest string
	Job        string
	OutOfDate  bool
}

// ChangeOf is what became of an output; there is one before and one now.
func ChangeOf(before, now OutputBefore) OutputChange {
	again := before.Job != now.Job || before.JobRequest != now.JobRequest
	switch {
	case now.OutOfDate && !before.OutOfDate:
		return ChangeOutOfDate
	case before.SHA256 != "" && now.SHA256 != "":
		if before.SHA256 != now.SHA256 {
			return ChangeBytes
		}
		if again {
			return ChangeSame
		}
	case before.Size != now.Size:
		return ChangeBytes
	case again:
		return ChangeWritten
	}
	return ChangeOther
}

// Of is the change as it is said of an output of that level. Whether what is
// highly_sensitive has other bytes than before says something of what is in it.
func (c OutputChange) Of(level string) OutputChange {
	if level == HighlySensitive && (c == ChangeBytes || c == ChangeSame) {
		return ChangeWritten
	}
	return c
}

// OutputStep is one change of an output.
type OutputStep struct {
	Change OutputChange
	Before string // the SHA-256 before; "" if there was no file, or nobody named its bytes
	SHA256 string // the SHA-256 after
}

// Became is what became of an output by several changes, the first one first:
// "" if it is neither there now nor was before.
func Became(steps []OutputStep) OutputChange {
	if len(steps) == 0 {
		return ""
	}
	first, last := steps[0], steps[len(steps)-1]
	was, is := first.Change != ChangeCame, last.Change != ChangeWent
	switch {
	case !was && !is:
		return ""
	case !was:
		return ChangeCame
	case !is:
		return ChangeWent
	case last.Change == ChangeOutOfDate || len(steps) == 1:
		return last.Change
	case first.Before == "" || last.SHA256 == "":
		return ChangeWritten
	case first.Before != last.SHA256:
		return ChangeBytes
	}
	return ChangeSame
}

// ChangedOutput is an output that changed, with what is known of it.
type ChangedOutput struct {
	Path       string
	Level      string
	Action     string
	Change     OutputChange
	JobRequest string    // that wrote it or made it out of date; "" if that is not known
	At         time.Time // of the reading that noticed it
	Gone       bool      // the workspace does not list it today
	Later      bool      // it changed again since
}
