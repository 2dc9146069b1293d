package review

import (
	"slices"
	"strings"
	"testing"
)

// TestStands: where an output stands, and why it cannot be requested; the most
// lasting reason comes first.
func TestStands(t *testing.T) {
	place := Place{Workspace: "ws", Project: "one", Ongoing: true}
	researcher := Actor{Kind: IsPerson, Grants: []Grant{{Role: Researcher, Scope: "project:one"}}}
	checker := Actor{Kind: IsPerson, Grants: []Grant{{Role: OutputChecker, Scope: ScopeAll}}}
	admin := Actor{Kind: IsPerson, Grants: []Grant{{Role: Administrator, Scope: ScopeAll}}}
	good := Candidate{
		Path: "out/a.csv", Level: ModeratelySensitive, Size: 5, JobKnown: true, JobStatus: "succeeded", Action: "act", Declared: true, Listed: true,
	}
	released := &Release{Request: "R1", At: noon}
	draft := []Holder{{Request: "R2", Status: Pending}}
	for _, tt := range []struct {
		name   string
		actor  Actor
		change func(*FoundOutput)
		want   OutputStanding
		why    string
	}{
		{"as it is", researcher, func(*FoundOutput) {}, StandsOpen, ""},
		{"other bytes left", researcher, func(o *FoundOutput) { o.Before = released }, StandsChanged, ""},
		{"released", researcher, func(o *FoundOutput) { o.Released, o.Holders = released, draft }, StandsReleased, "released on"},
		{"on a draft", researcher, func(o *FoundOutput) { o.Holders = draft }, StandsOnRequest, "request R2 already"},
		{"on a draft that one may not know of", checker, func(o *FoundOutput) { o.Holders = draft }, StandsOpen, ""},
		{"on a draft, to an administrator", admin, func(o *FoundOutput) { o.Holders = draft }, StandsOpen, ""},
		{"submitted, to an administrator", admin, func(o *FoundOutput) { o.Holders = []Holder{{Request: "R2", Status: Submitted}} }, StandsOpen, ""},
		{"submitted", checker, func(o *FoundOutput) { o.Holders = []Holder{{Request: "R2", Status: Submitted}} }, StandsOnRequest, "R2"},
		{"out of date and released", researcher, func(o *FoundOutput) { o.OutOfDate, o.Released = true, released }, StandsOutOfDate, "out of date"},
		{"excluded", researcher, func(o *FoundOutput) { o.Excluded, o.OutOfDate = true, true }, StandsExcluded, "excluded"},
		{"too large", researcher, func(o *FoundOutput) { o.Size = 1 << 40 }, StandsTooLarge, "at most"},
		{"of another type", researcher, func(o *FoundOutput) { o.Path = "out/a.rds" }, StandsRefused, ".rds"},
		{"highly_sensitive", researcher, func(o *FoundOutput) { o.Level = HighlySensitive }, StandsRefused, "nobody can open"},
		{"of a failed job", researcher, func(o *FoundOutput) { o.JobStatus = "failed" }, StandsRefused, "failed"},
	} {
		o := FoundOutput{Candidate: good}
		tt.change(&o)
		got := Asking{Actor: tt.actor, Place: place, Policy: DefaultPolicy()}.Stands(o)
		why := ""
		if got.WhyNot != nil {
			why = got.WhyNot.Error()
		}
		if got.Standing != tt.want || (tt.why == "") != (why == "") || !strings.Contains(why, tt.why) {
			t.Errorf("%s: Stands = %s, %q; want %s, %q", tt.name, got.Standing, why, tt.want, tt.why)
		}
	}
}

// TestForesee: what cannot be put on a request is known before it is made.
func TestForesee(t *testing.T) {
	place := Place{Workspace: "ws", Project: "one", Ongoing: true}
	researcher := Actor{Kind: IsPerson, Grants: []Grant{{Role: Researcher, Scope: "project:one"}}}
	good := FoundOutput{Candidate: Candidate{
		Path: "out/a.csv", Level: ModeratelySensitive, Size: 5, JobKnown: true, JobStatus: "succeeded", Action: "act", Declared: true, Listed: true,
	}}
	held, left := good, good
	held.Holders, left.Released = []Holder{{Request: "R2", Status: Pending}}, &Release{Request: "R1", At: noon}
	found := map[string]FoundOutput{"a": good, "held": held, "left": left}
	archived := place
	archived.Archived = true
	for _, tt := range []struct {
		place Place
		add   AddFiles
		want  string
	}{
		{place, AddFiles{"g", Output, []string{"a", "held", "left", "none"}}, " duplicate released not_requestable"},
		{place, AddFiles{"g", Supporting, []string{"a", "held", "left", "none"}}, "   not_requestable"},
		{place, AddFiles{"a/b", Output, []string{"a"}}, "invalid"},
		{place, AddFiles{"g", "odd", []string{"a"}}, "invalid"},
		{place, AddFiles{"g", Output, nil}, "invalid"},
		{archived, AddFiles{"g", Output, []string{"a"}}, "status"},
	} {
		foreseen, err := Asking{Actor: researcher, Place: tt.place, Policy: DefaultPolicy()}.Foresee(tt.add, found)
		var codes []string
		for i, f := range foreseen {
			if codes = append(codes, f.Code); f.Path != tt.add.Paths[i] || (f.Code == "") != (f.WhyNot == "") {
				t.Errorf("Foresee(%v)[%d] = %+v", tt.add, i, f)
			}
		}
		got := strings.Join(codes, " ")
		if err != nil {
			got = asError(err).Code
		}
		if got != tt.want {
			t.Errorf("Foresee(%v) = %q, %v; want %q", tt.add, got, err, tt.want)
		}
	}
}

func TestStandingMatches(t *testing.T) {
	for _, tt := range []struct {
		stands, want OutputStanding
		matches      bool
	}{
		{StandsOpen, "", true}, {StandsOpen, StandsOpen, true}, {StandsChanged, StandsOpen, true}, {StandsOpen, StandsChanged, false},
		{StandsReleased, StandsOpen, false}, {StandsRefused, "", true},
	} {
		if got := tt.stands.Matches(tt.want); got != tt.matches {
			t.Errorf("%s.Matches(%s) = %v", tt.stands, tt.want, got)
		}
	}
	var words []string
	for i, s := range Standings() {
		if words = append(words, string(s)); s.Rank() != i {
			t.Errorf("%s has the rank %d, want %d", s, s.Rank(), i)
		}
	}
	if strings.Join(words, " ") != standingsOrdered {
		t.Errorf("the refusal names %q", standingsOrdered)
	}
}

func TestChangeOf(t *testing.T) {
	was := OutputBefore{SHA256: "a", Size: 1, Job: "j1", JobRequest: "r1"}
	for _, tt := range []struct {
		name        string
		before, now OutputBefore
		want        OutputChange
	}{
		{"other bytes", was, OutputBefore{SHA256: "b", Size: 1, Job: "j2", JobRequest: "r2"}, ChangeBytes},
		{"the same bytes", was, OutputBefore{SHA256: "a", Size: 1, Job: "j2", JobRequest: "r2"}, ChangeSame},
		{"out of date", was, OutputBefore{SHA256: "a", Size: 1, Job: "j1", JobRequest: "r1", OutOfDate: true}, ChangeOutOfDate},
		{"something else", was, was, ChangeOther},
		{"no hash, another size", OutputBefore{Size: 1}, OutputBefore{Size: 2}, ChangeBytes},
		{"no hash, another job", OutputBefore{Size: 1, Job: "j1"}, OutputBefore{Size: 1, Job: "j2"}, ChangeWritten},
		{"no hash before", OutputBefore{Size: 1, Job: "j1"}, OutputBefore{SHA256: "a", Size: 1, Job: "j2"}, ChangeWritten},
	} {
		if got := ChangeOf(tt.before, tt.now); got != tt.want {
			t.Errorf("%s: ChangeOf = %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestBecame(t *testing.T) {
	came, went := OutputStep{ChangeCame, "", "a"}, OutputStep{ChangeWent, "a", ""}
	for _, tt := range []struct {
		name  string
		steps []OutputStep
		want  OutputChange
	}{
		{"nothing", nil, ""},
		{"came and went", []OutputStep{came, went}, ""},
		{"came and changed", []OutputStep{came, {ChangeBytes, "a", "b"}}, ChangeCame},
		{"went", []OutputStep{{ChangeBytes, "a", "b"}, went}, ChangeWent},
		{"there and back", []OutputStep{{ChangeBytes, "a", "b"}, {ChangeBytes, "b", "a"}}, ChangeSame},
		{"went and came back", []OutputStep{went, {ChangeCame, "", "b"}}, ChangeBytes},
		{"changed, then out of date", []OutputStep{{ChangeBytes, "a", "b"}, {ChangeOutOfDate, "b", "b"}}, ChangeOutOfDate},
		{"once", []OutputStep{{ChangeOther, "a", "a"}}, ChangeOther},
		{"without hashes", []OutputStep{{ChangeWritten, "", ""}, {ChangeWritten, "", ""}}, ChangeWritten},
	} {
		if got := Became(tt.steps); got != tt.want {
			t.Errorf("%s: Became = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whether highly_sensitive bytes are others than before is not said.
func TestChangeOfLevel(t *testing.T) {
	for _, change := range []OutputChange{ChangeCame, ChangeBytes, ChangeSame, ChangeWritten, ChangeOutOfDate, ChangeWent, ChangeOther} {
		if got := change.Of(ModeratelySensitive); got != change {
			t.Errorf("%s of a moderately_sensitive output is said as %s", change, got)
		}
		want := change
		if change == ChangeBytes || change == ChangeSame {
			want = ChangeWritten
		}
		if got := change.Of(HighlySensitive); got != want {
			t.Errorf("%s of a highly_sensitive output is said as %s, want %s", change, got, want)
		}
	}
}

func TestListingValid(t *testing.T) {
	if err := (OutputListing{Sort: BySize, Standing: StandsTooLarge, Level: HighlySensitive, Name: strings.Repeat("x", 200)}).Valid(); err != nil {
		t.Errorf("a good listing: %v", err)
	}
	for _, l := range []OutputListing{{Sort: "x"}, {Standing: "x"}, {Level: "x"}, {Name: strings.Repeat("x", 201)}, {Type: strings.Repeat("x", 201)}} {
		if l.Valid() == nil {
			t.Errorf("%+v is valid", l)
		}
	}
	if !slices.Contains(Standings(), StandsTooLarge) {
		t.Error("a standing is missing")
	}
}
