package review

// checks says how far the checks of a file are.
func (s scene) checks(f *File) ChecksView {
	v := ChecksView{State: ChecksWaiting}
	if s.bases.checked(f, s.profile) {
		v.State = ChecksDone
	}
	if f.Check != nil {
		v.NotExamined = f.Check.NotExamined
	}
	return v
}

// findings are what the checks of a file's bytes found last, the gravest first.
// The author's side sees each as the checkers do. Who opens no file, such as an
// auditor, sees the rule and the weight of those that the log names.
func (s scene) findings(f *File) []FindingView {
	list := []FindingView{}
	if f.Check == nil {
		return list
	}
	said := make(map[string]FindingAnswer, len(f.Answers))
	for _, a := range f.Answers {
		said[a.Finding] = a
	}
	var found []Found
	if s.opensFiles() {
		found = s.Facts.Found[f.Check.FindingsHash]
	}
	byID := make(map[string]Found, len(found))
	for _, x := range found {
		byID[x.ID] = x
	}
	for _, x := range f.Check.Findings {
		v := FindingView{ID: x.ID, Rule: x.Rule, Weight: x.Weight}
		if full, ok := byID[x.ID]; ok {
			v = full.view()
		}
		if a, ok := said[x.ID]; ok {
			text := a.Text.String()
			v.Answer, v.AnsweredBy = &text, a.By.Username
		}
		list = append(list, v)
	}
	for _, x := range found {
		if !x.Weight.Weighty() {
			list = append(list, x.view())
		}
	}
	return list
}

func (x Found) view() FindingView {
	return FindingView{ID: x.ID, Rule: x.Rule, Weight: x.Weight, Where: x.Where, Column: x.Column, Message: x.Message, Count: x.Count}
}

// opensFiles reports whether the viewer is one of those who open the request's
// files, whatever the scopes of their token.
func (st standing) opensFiles() bool {
	return st.sight == seesChecker || st.sight == seesAuthor && (st.researcher || st.observer)
}
