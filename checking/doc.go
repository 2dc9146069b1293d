// Package checking makes disclosure checks part of the workflow: it checks the
// copies that stand on requests, says what was found, and has it recorded. The
// checks themselves are the room checks; what follows from a finding the room
// review decides.
package checking
