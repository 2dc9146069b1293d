// Package outputs reads workspaces on disk: their manifests, the files that a
// researcher may open, and the copies of requested files that are kept by
// their SHA-256 in a vault.
//
// Everything below a workspace is taken to be hostile. A path is walked
// component by component without following links, and what is opened must be
// a regular file with one name. A highly_sensitive output cannot be opened:
// files are opened by [Viewable], and no constructor makes one for such an
// output. What is refused, and why, is described in docs/workspaces.md.
package outputs
