package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sallyport/review"
)

// answerRow is what was answered to the act that a key stands for.
type answerRow struct {
	Body   string
	Answer []byte
}

// Answer is what was answered to the act that a person's key stands for; nil
// if it stands for none, or if the answer was not kept. A key that stands for
// another body is ErrKeyReused.
func (s *Store) Answer(ctx context.Context, person review.PersonID, key, body string) ([]byte, error) {
	var found []answerRow
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = on[answerRow](tx).
			Raw("SELECT body, answer FROM commands WHERE person_id = ? AND key = ?", string(person), key).Find(ctx)
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("read an answer: %w", err)
	case len(found) == 0:
		return nil, nil
	case found[0].Body != body:
		return nil, review.ErrKeyReused
	}
	return found[0].Answer, nil
}

// KeepAnswer keeps what was answered to the act that a person's key stands
// for, unless an answer is kept already, and returns the one that is kept: the
// given one, if the key stands for nothing.
func (s *Store) KeepAnswer(ctx context.Context, person review.PersonID, key string, answer []byte) ([]byte, error) {
	var kept []answerRow
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		kept, err = on[answerRow](tx).Raw(`UPDATE commands SET answer = coalesce(answer, ?)
			WHERE person_id = ? AND key = ? RETURNING body, answer`, answer, string(person), key).Find(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep an answer: %w", err)
	}
	if len(kept) == 0 {
		return answer, nil
	}
	return kept[0].Answer, nil
}
