// Package acro reads the folder that ACRO, the tool that checks outputs while
// they are made, leaves behind: its results, its configuration and its
// checksums, in every dialect since 2022. ACRO's verdicts stay ACRO's: the
// package says which cells of a file they are about, whether what was to be done
// with those cells was done, and which of them our own checks mark too.
//
// What it reads is as hostile as any output: sizes, depths and counts are
// bounded, and names that lead out of the folder are refused.
package acro
