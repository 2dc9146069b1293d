package models

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"sallyport/pipeline"
	"sallyport/review"
)

// A search by a part of a name reads no more than so many rows, the newest
// first, and compares them here: in the same way on both databases, and
// without wildcards.
const (
	searchTitles      = 5_000
	searchRequests    = 1_000 // whose files are compared
	searchFiles       = 20_000
	searchWorkspaces  = 10_000
	searchJobRequests = 5_000
)

// afterAll sorts behind every letter and digit of an id, so that what begins
// with p lies between p and p+afterAll.
const afterAll = "~"

// Search finds requests and files of requests (review.Store).
func (s *Store) Search(ctx context.Context, q review.SearchQuery) (review.SearchRows, error) {
	var rows review.SearchRows
	err := s.read(ctx, func(tx *gorm.DB) error {
		f := finder{ctx: ctx, tx: tx, q: q, store: s}
		byID, err := f.byID()
		if err != nil {
			return err
		}
		byTitle, err := f.byTitle()
		if err != nil {
			return err
		}
		files, err := f.files()
		if err != nil {
			return err
		}
		rows, err = f.join(byID, byTitle, files)
		return err
	})
	return rows, err
}

// finder finds within one snapshot.
type finder struct {
	ctx context.Context
	tx  *gorm.DB
	q   review.SearchQuery

	store *Store
}

// visible is the condition that a request r in a workspace w is visible.
func visible(v review.Visible) conditions {
	drafts, rest := inReach(v.Drafts), inReach(v.Rest)
	var c conditions
	c.add("(r.status = ? AND "+drafts.text()+" OR r.status <> ? AND "+rest.text()+")",
		append(append(append([]any{string(review.Pending)}, drafts.values...), string(review.Pending)), rest.values...)...)
	return c
}

const requestsOf = "FROM requests r JOIN workspaces w ON w.name = r.workspace "

func (f finder) byID() ([]string, error) {
	if f.q.ID == "" {
		return nil, nil
	}
	where := visible(f.q.Seen)
	where.add("r.id >= ? AND r.id < ?", f.q.ID, f.q.ID+afterAll)
	ids, err := gorm.G[string](f.tx).Raw("SELECT r.id "+requestsOf+"WHERE "+where.text()+" ORDER BY r.id DESC LIMIT ?",
		append(where.values, f.q.Limit)...).Find(f.ctx)
	if err != nil {
		return nil, fmt.Errorf("find requests by id: %w", err)
	}
	return ids, nil
}

func (f finder) byTitle() ([]string, error) {
	if f.q.Text == "" {
		return nil, nil
	}
	where := visible(f.q.Read)
	type titled struct{ ID, Text string }
	rows, err := gorm.G[titled](f.tx).Raw("SELECT r.id, t.text "+requestsOf+
		"JOIN words t ON t.entry_id = r.title_entry AND t.hash = r.title_hash WHERE t.text IS NOT NULL AND "+where.text()+
		" ORDER BY r.id DESC LIMIT ?", append(where.values, searchTitles)...).Find(f.ctx)
	if err != nil {
		return nil, fmt.Errorf("find requests by title: %w", err)
	}
	var ids []string
	for _, r := range rows {
		if strings.Contains(strings.ToLower(r.Text), f.q.Text) && len(ids) < f.q.Limit {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// foundFile is a file that was found.
type foundFile struct{ RequestID, FileID, Path, SHA256, Kind string }

const foundFileColumns = "SELECT f.request_id, f.file_id, f.path, f.sha256 AS sha256, f.kind "

// files finds by SHA-256 and by path.
func (f finder) files() ([]foundFile, error) {
	var found []foundFile
	where := visible(f.q.Read)
	if f.q.SHA256 != "" {
		values := append([]any{f.q.SHA256, f.q.SHA256 + afterAll}, where.values...)
		rows, err := gorm.G[foundFile](f.tx).Raw(foundFileColumns+
			"FROM request_files f JOIN requests r ON r.id = f.request_id JOIN workspaces w ON w.name = r.workspace "+
			"WHERE f.sha256 >= ? AND f.sha256 < ? AND "+where.text()+" ORDER BY f.request_id DESC, f.path LIMIT ?",
			append(values, f.q.Limit)...).Find(f.ctx)
		if err != nil {
			return nil, fmt.Errorf("find files by hash: %w", err)
		}
		found = rows
	}
	if f.q.Text == "" {
		return found, nil
	}
	rows, err := gorm.G[foundFile](f.tx).Raw(foundFileColumns+"FROM request_files f WHERE f.request_id IN (SELECT r.id "+
		requestsOf+"WHERE "+where.text()+" ORDER BY r.id DESC LIMIT ?) ORDER BY f.request_id DESC, f.file_id LIMIT ?",
		append(where.values, searchRequests, searchFiles)...).Find(f.ctx)
	if err != nil {
		return nil, fmt.Errorf("find files by path: %w", err)
	}
	for _, r := range rows {
		if strings.Contains(strings.ToLower(r.Path), f.q.Text) && len(found) < f.q.Limit {
			found = append(found, r)
		}
	}
	return found, nil
}

// join reads the requests of everything that was found, once.
func (f finder) join(byID, byTitle []string, files []foundFile) (review.SearchRows, error) {
	ids := slices.Concat(byID, byTitle)
	for _, file := range files {
		ids = append(ids, file.RequestID)
	}
	if len(ids) == 0 {
		return review.SearchRows{}, nil
	}
	found, err := gorm.G[summaryRow](f.tx).Raw(summaryQuery+"r.id IN ?", string(f.q.By), set(ids)).Find(f.ctx)
	if err != nil {
		return review.SearchRows{}, fmt.Errorf("read what was found: %w", err)
	}
	by := make(map[string]review.Summary, len(found))
	for _, row := range found {
		if by[row.Request.ID], err = f.store.withToday(row); err != nil {
			return review.SearchRows{}, err
		}
	}
	var rows review.SearchRows
	for _, id := range byID {
		rows.ByID = append(rows.ByID, by[id])
	}
	for _, id := range byTitle {
		rows.ByTitle = append(rows.ByTitle, by[id])
	}
	for _, r := range files {
		rows.Files = append(rows.Files, review.FoundRow{
			Request: by[r.RequestID], File: review.FileID(r.FileID), Path: r.Path, SHA256: r.SHA256, Kind: review.Kind(r.Kind),
		})
	}
	return rows, nil
}

// FindWorkspaces finds workspaces within reach by a part of their name, their
// project's or their organisation's, by name.
func (s *Store) FindWorkspaces(ctx context.Context, reach review.Reach, part string, limit int) ([]WorkspaceSummary, error) {
	part, limit = strings.ToLower(part), limited(limit)
	where := inReach(reach)
	rows, err := gorm.G[workspaceRow](s.reader).Raw(
		"SELECT w.* FROM workspaces w WHERE "+where.text()+" ORDER BY w.name LIMIT ?", append(where.values, searchWorkspaces)...,
	).Find(ctx)
	if err != nil {
		return nil, translate(fmt.Errorf("find workspaces: %w", err))
	}
	var found []WorkspaceSummary
	for _, row := range rows {
		named := strings.ToLower(row.Name + "\n" + row.Project + "\n" + row.Organisation)
		if strings.Contains(named, part) && len(found) < limit {
			found = append(found, WorkspaceSummary{Place: row.place()})
		}
	}
	return found, nil
}

// minIdentifier is how much of an identifier one must know: shorter beginnings
// would find nearly all.
const minIdentifier = 4

// FindJobRequests finds job requests of workspaces within reach by the
// beginning of their identifier, or by their number.
func (s *Store) FindJobRequests(ctx context.Context, reach review.Reach, text string, limit int) ([]JobRequestSummary, error) {
	limit = limited(limit)
	where := inReach(reach)
	prefix := strings.ToLower(text)
	number, err := strconv.ParseInt(strings.TrimPrefix(text, "#"), 10, 64)
	if err != nil {
		number = 0
	}
	var rows []listedJobRequest
	if len(prefix) >= minIdentifier && strings.Trim(prefix, "0123456789abcdefghijklmnopqrstuvwxyz") == "" {
		values := append(slices.Clone(where.values), prefix, prefix+afterAll, limit)
		found, err := gorm.G[listedJobRequest](s.reader).Raw(jobRequestsQuery+where.text()+
			" AND j.identifier >= ? AND j.identifier < ? ORDER BY j.identifier LIMIT ?", values...).Find(ctx)
		if err != nil {
			return nil, translate(fmt.Errorf("find job requests: %w", err))
		}
		rows = found
	}
	if number > 0 {
		values := append(slices.Clone(where.values), searchJobRequests, fmt.Sprintf(`%%"number":%d%%`, number), limit)
		found, err := gorm.G[listedJobRequest](s.reader).Raw(jobRequestsQuery+"j.identifier IN (SELECT j.identifier "+
			"FROM job_requests j JOIN workspaces w ON w.name = j.workspace WHERE "+where.text()+
			" ORDER BY j.at DESC, j.identifier DESC LIMIT ?) AND j.report LIKE ? ORDER BY j.at DESC, j.identifier DESC LIMIT ?",
			values...).Find(ctx)
		if err != nil {
			return nil, translate(fmt.Errorf("find job requests by number: %w", err))
		}
		rows = append(rows, slices.DeleteFunc(found, func(r listedJobRequest) bool { return !hasNumber(r.Report.value, number) })...)
	}
	list := make([]JobRequestSummary, len(rows))
	for i, row := range rows {
		list[i] = row.summary()
	}
	return list, nil
}

// hasNumber reports whether a job request has the number.
func hasNumber(r pipeline.JobRequest, number int64) bool {
	n, ok := r.Number.Get()
	return ok && n == number
}
