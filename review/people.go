package review

import "time"

// MayChangeRoles refuses who is no administrator, and everybody for
// themselves.
func MayChangeRoles(by Actor, of PersonID) error {
	if err := MayAdminister(by); err != nil {
		return err
	}
	if by.Kind == IsPerson && by.ID == of {
		return ErrRole.with("Nobody changes their own roles: another administrator does.")
	}
	return nil
}

// MayHoldToken refuses who may not make a token of a person, or end it: that is
// the person's own affair, or the operator's. A service's token, of nobody
// (""), is an administrator's.
func MayHoldToken(by Actor, person PersonID) error {
	switch {
	case person == "":
		return MayAdminister(by)
	case by.Kind == IsOperator, by.Kind == IsPerson && by.ID == person:
		return nil
	}
	return ErrRole.with("A person's token is made and ended by that person alone.")
}

// MayMakeToken refuses who may not make such a token, which ends at expires
// (zero: never). A token makes no token that may do more than itself, or that
// outlives it.
func MayMakeToken(by Actor, person PersonID, scopes []TokenScope, expires time.Time) error {
	if err := MayHoldToken(by, person); err != nil {
		return err
	}
	for _, s := range scopes {
		if !by.Within(s) {
			return ErrRole.with("A token makes no token that may do more than itself, and this one does not have the scope %q.", s)
		}
	}
	if !by.Until.IsZero() && (expires.IsZero() || expires.After(by.Until)) {
		return ErrRole.with("A token makes no token that outlives it, and this one ends at %s.", by.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

// MayHoldSessions refuses who may not list or end a person's sessions. A person
// does it from a page, not by a token, for themselves; an administrator, the
// operator and the system for everybody.
func MayHoldSessions(by Actor, person PersonID) error {
	switch {
	case by.Kind == IsSystem:
		return nil
	case by.Kind == IsPerson && by.ID == person && by.Scopes == nil:
		return nil
	}
	return MayAdminister(by)
}

// MayReadLog refuses everybody but auditors. What of the log they see is
// LogShows.
func MayReadLog(a Actor) error {
	if !a.HasAnywhere(Auditor) || !a.Within(MayAudit) {
		return ErrRole.with("Only an auditor reads the log.")
	}
	return nil
}
