package review

// Limits are how much a request takes, whatever the policy (docs/rules.md
// "Limits").
type Limits struct {
	Title       int // characters
	GroupName   int
	Text        int // of a context, a comment, a reason
	Files       int // of a request
	Groups      int
	PathsAtOnce int // that one act adds
	Comments    int // of one person in one turn
}

// AllLimits are the limits that the rules hold.
func AllLimits() Limits {
	return Limits{
		Title: maxTitle, GroupName: maxGroupName, Text: maxText, Files: maxFiles, Groups: maxGroups,
		PathsAtOnce: maxPathsAtOnce, Comments: maxComments,
	}
}
