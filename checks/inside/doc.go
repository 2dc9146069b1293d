// Package inside finds what a file carries beside what people see of it: the
// scripts, comments and hidden elements of a document, the entities of a drawing,
// the texts, positions and thumbnails of an image, what stands after its end.
// It judges nothing: it names, counts, measures, and says where. It reads what
// hostile people made: all it does is bounded, and what it did not look at, it
// says.
package inside
