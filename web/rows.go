package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"sallyport/outputs"
	"sallyport/web/pages"
)

// tableRows is a window of a table as the API shows it.
type tableRows struct {
	Header      []string   `json:"header"`
	From        int64      `json:"from"`
	Rows        [][]string `json:"rows"`
	Next        *int64     `json:"next"`
	Total       int64      `json:"total"`
	Columns     int        `json:"columns"`
	Uneven      int64      `json:"uneven"`
	FirstUneven *int64     `json:"first_uneven"`
	Blank       int64      `json:"blank"`
	Delimiter   string     `json:"delimiter"`
	Encoding    string     `json:"encoding"`
}

const (
	usualRows = 200
	rowsBytes = 4 << 20 // of one answer; a row more is sent always
)

// listRows answers GET /requests/{id}/files/{file}/rows. It opens the file, and
// is recorded as that.
func (s *server) listRows(c *gin.Context) error {
	ctx := c.Request.Context()
	from, count := queryNumber(c, "from", 1), queryNumber(c, "count", usualRows)
	o, err := s.Requests.Open(ctx, actorOf(c), requestParam(c), fileParam(c), false)
	if err != nil {
		return err
	}
	if pages.ViewsOf(o.Path) == nil || pages.ViewsOf(o.Path)[0].Name != pages.ViewTable {
		return invalid("The file is no table, by its name. Rows are those of a .csv file.")
	}
	blob, err := s.Vault.Open(ctx, o.SHA256)
	if err != nil {
		return fmt.Errorf("open a copy: %w", err)
	}
	defer s.closeRead(c, blob)
	table, err := s.Windows.Table(ctx, o.SHA256, blob, 0)
	if no, ok := errors.AsType[*outputs.NotText](err); ok {
		return invalid("The file %s", no.Reason)
	}
	if err != nil {
		return err
	}
	defer s.closeRead(c, table)
	answer, err := rowsOf(c, table, from, count)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, answer)
	return nil
}

// queryNumber is a number in the address, whose shape was checked.
func queryNumber(c *gin.Context, name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(c.Query(name), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

func rowsOf(c *gin.Context, table *outputs.Table, from, count int64) (tableRows, error) {
	ctx, info := c.Request.Context(), table.Info
	header, err := table.Rows(ctx, 0, 1, rowsBytes)
	if err != nil {
		return tableRows{}, err
	}
	rows, err := table.Rows(ctx, from, count, rowsBytes)
	if err != nil {
		return tableRows{}, err
	}
	t := tableRows{
		Header: []string{}, From: from, Rows: [][]string{}, Total: max(info.Records-1, 0), Columns: info.Columns, Uneven: info.Uneven,
		Blank: info.Blank, Delimiter: string(info.Delimiter), Encoding: string(info.Encoding),
	}
	if len(header) > 0 {
		t.Header = header[0].Fields
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, r.Fields)
	}
	if next := from + int64(len(rows)); next <= t.Total {
		t.Next = &next
	}
	if info.Uneven > 0 {
		t.FirstUneven = &info.FirstUneven
	}
	return t, nil
}
