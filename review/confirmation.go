package review

import (
	"slices"
	"time"
)

// ConfirmationState is what became of a confirmation. The values are stored.
type ConfirmationState string

// The states of a confirmation.
const (
	ConfirmationWaiting   ConfirmationState = "waiting"
	ConfirmationConfirmed ConfirmationState = "confirmed"
	ConfirmationRefused   ConfirmationState = "refused"
	ConfirmationLapsed    ConfirmationState = "lapsed"
)

// ConfirmationAge is how long a confirmation waits before it lapses.
const ConfirmationAge = 7 * 24 * time.Hour

// Confirmation is what one administrator asks for and another one confirms: a
// role, which somebody gets then, or a change of a policy, which holds then.
type Confirmation struct {
	ID        string
	Person    Person // who is to get the role; nobody for a policy
	Role      Role   // "" for a policy
	Scope     Scope
	Policy    PolicyScope // whose policy is to be changed; "" for a role
	Loosens   []string    // what the change loosens, in words
	AskedBy   Person
	Asked     time.Time
	Lapses    time.Time
	State     ConfirmationState
	SettledBy Person    // who confirmed or refused it; nobody if it waits or lapsed
	Settled   time.Time // zero while it waits

	// AskerStands: who asked is an administrator today.
	AskerStands bool
}

// Given is what came of giving a role: the id of the grant that stands now, or
// of the confirmation that the role waits for.
type Given struct {
	Grant        string `json:"grant,omitempty"`
	Confirmation string `json:"confirmation,omitempty"`
}

// takesTwo are the roles that no administrator gives alone. Administrator is
// among them: who could make an administrator could make their own second one.
var takesTwo = []Role{OutputChecker, Auditor, Administrator}

// TakesTwo reports whether a second administrator has to confirm when by gives
// role. The operator, who owns the database, is not asked.
func TakesTwo(by Actor, role Role) bool {
	return by.Kind != IsOperator && slices.Contains(takesTwo, role)
}

// MayGiveRole refuses who may not give of this role, and a role that there is
// not. Whether it waits for a second administrator is TakesTwo.
func MayGiveRole(by Actor, of PersonID, role Role, scope Scope) error {
	if err := MayChangeRoles(by, of); err != nil {
		return err
	}
	if role == BackendService {
		return ErrInvalid.with("A service is a token, not a person.")
	}
	return CheckGrant(role, scope)
}

// MayConfirm says why by may not confirm c now, or nil.
func MayConfirm(by Actor, c Confirmation, now time.Time) error {
	switch err := mayJudge(by, c); {
	case err != nil:
		return err
	case by.Kind == IsPerson && by.ID == c.AskedBy.ID:
		return ErrRole.with("You asked for this, so another administrator has to confirm it.")
	}
	if err := c.waits(now); err != nil {
		return err
	}
	if !c.AskerStands {
		return ErrStatus.with("%s, who asked for this, is no administrator any more. "+
			"Refuse it, and ask for it yourself if it should be so.", c.AskedBy.Username)
	}
	return nil
}

// MayRefuse says why by may not refuse c now, or nil. Who asked may: they take
// it back.
func MayRefuse(by Actor, c Confirmation, now time.Time) error {
	if err := mayJudge(by, c); err != nil {
		return err
	}
	return c.waits(now)
}

// mayJudge refuses who has no say in c at all.
func mayJudge(by Actor, c Confirmation) error {
	if err := MayAdminister(by); err != nil {
		return err
	}
	if by.Kind == IsPerson && by.ID == c.Person.ID {
		return ErrRole.with("This is about your own role, so you have no say in it.")
	}
	return nil
}

// waits refuses what is settled, or has waited for too long.
func (c Confirmation) waits(now time.Time) error {
	switch {
	case c.State == ConfirmationLapsed, c.State == ConfirmationWaiting && !now.Before(c.Lapses):
		return ErrStatus.with("Nobody confirmed this in time, so it lapsed. It can be asked for anew.")
	case c.State != ConfirmationWaiting:
		return ErrStatus.with("%s has %s this already.", c.SettledBy.Username, c.State)
	}
	return nil
}

// StateAt is the state at a time: what has waited too long has lapsed, also
// before that is written down.
func (c Confirmation) StateAt(now time.Time) ConfirmationState {
	if c.State == ConfirmationWaiting && !now.Before(c.Lapses) {
		return ConfirmationLapsed
	}
	return c.State
}
