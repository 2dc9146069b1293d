// Package policy reads policies: YAML documents, one for an organisation or a
// project, each over what holds above it. What they amount to is a
// review.Policy, and for disclosure checks a checks.Profile.
//
// Every key is described in docs/policy.md.
package policy
