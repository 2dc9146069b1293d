package review

import (
	"context"
	"slices"
)

// maxAnswered is how many findings one answer covers at most.
const maxAnswered = 2000

// AnswerFindings is one answer to findings, of one file or of several.
type AnswerFindings struct {
	Findings []string
	Text     string
}

// Answer says something to findings, in words. Saying it again replaces what
// was said.
func (s *Service) Answer(ctx context.Context, c Command, a AnswerFindings) error {
	return s.change(ctx, c, func(in In) (Decision, error) { return answer(in, a) })
}

func answer(in In, a AnswerFindings) (Decision, error) {
	st, err := in.guard(ActAnswer)
	if err != nil {
		return Decision{}, err
	}
	text, err := cleanText("answer", a.Text, maxText)
	switch {
	case err != nil:
		return Decision{}, err
	case text == "":
		return Decision{}, ErrTexts.with("The answer has no words: say why the findings can stay, or what they are.")
	case len(a.Findings) == 0:
		return Decision{}, ErrInvalid.with("No finding was chosen.")
	case len(a.Findings) > maxAnswered:
		return Decision{}, ErrInvalid.with("At most %d findings are answered at once.", maxAnswered)
	}
	wanted := map[string]bool{}
	for _, id := range a.Findings {
		wanted[id] = true
	}
	out := Decision{As: st.as(ActAnswer, in.Request.Status)}
	found := 0
	for _, f := range in.Request.Files {
		ids := f.answerable(wanted)
		found += len(ids)
		if len(ids) > 0 && !f.says(ids, text) {
			out.Events = append(out.Events, &FindingsAnswered{
				File: f.ID, SHA256: f.SHA256, Findings: ids, Text: newWords(in.NewSalt(), text),
			})
		}
	}
	if found < len(wanted) {
		return Decision{}, ErrChanged.with("Some of these findings are not there any more, or are not of a weight that is answered. Nothing was kept; look again.")
	}
	return out, nil
}

// answerable are those of the wanted findings that are open on the file.
func (f *File) answerable(wanted map[string]bool) []string {
	if f.Check == nil || f.Kind == WithdrawnFile {
		return nil
	}
	var ids []string
	for _, x := range f.Check.Findings {
		if wanted[x.ID] {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// says reports whether exactly this was said to all of the findings.
func (f *File) says(ids []string, text string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool {
		a, ok := f.answer(id)
		return !ok || a.Text.Text != text
	})
}
