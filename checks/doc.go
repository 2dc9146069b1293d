// Package checks looks at the bytes of an output for what an output checker
// would send back: low counts, rounding that was declared and not done, masks
// that can be undone, rows that look like people, and more. It needs the bytes
// and a [Profile], and gives a [Report]: what was found, what was looked at and
// what was not.
//
// A finding is advice, never a verdict. The package knows nothing of requests,
// people or databases. Each rule, its source and what it cannot see are in
// docs/checks.md.
package checks
