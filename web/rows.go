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
	Numbers     []int64    `json:"row_numbers"`
	Next        *int64     `json:"next"`
	Matching    int64      `json:"matching"`
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
func (s *server) listRows(c *gin.Context) error { return s.ofTable(c, s.tableOfRequest, rowsOf) }

// summarise answers GET /requests/{id}/files/{file}/summary, likewise.
func (s *server) summarise(c *gin.Context) error { return s.ofTable(c, s.tableOfRequest, summaryOf) }

// listOutputRows answers GET /workspaces/{workspace}/outputs/rows.
func (s *server) listOutputRows(c *gin.Context) error {
	return s.ofTable(c, s.tableOfWorkspace, rowsOf)
}

// summariseOutput answers GET /workspaces/{workspace}/outputs/summary.
func (s *server) summariseOutput(c *gin.Context) error {
	return s.ofTable(c, s.tableOfWorkspace, summaryOf)
}

// openedTable is a table whose opening was recorded.
type openedTable struct {
	bytes  openBytes
	sha256 string
}

type openBytes interface {
	outputs.Bytes
	Close() error
}

// ofTable opens a table and answers with what is wanted of it.
func (s *server) ofTable(
	c *gin.Context, open func(*gin.Context) (openedTable, error), answer func(*gin.Context, *outputs.Table) (any, error),
) error {
	o, err := open(c)
	if err != nil {
		return err
	}
	defer s.closeRead(c, o.bytes)
	delimiter, _ := outputs.DelimiterOf(c.Query("delimiter"))
	table, err := s.Windows.Table(c.Request.Context(), o.sha256, o.bytes, delimiter.Byte)
	if no, ok := errors.AsType[*outputs.NotText](err); ok {
		return invalid("The file %s", no.Reason)
	}
	if err != nil {
		return err
	}
	defer s.closeRead(c, table)
	body, err := answer(c, table)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, body)
	return nil
}

func (s *server) tableOfRequest(c *gin.Context) (openedTable, error) {
	ctx := c.Request.Context()
	o, err := s.Requests.Open(ctx, actorOf(c), requestParam(c), fileParam(c), false)
	if err != nil {
		return openedTable{}, err
	}
	if !isTable(o.Path) {
		return openedTable{}, errNoTable
	}
	blob, err := s.Vault.Open(ctx, o.SHA256)
	if err != nil {
		return openedTable{}, fmt.Errorf("open a copy: %w", err)
	}
	return openedTable{blob, o.SHA256}, nil
}

func (s *server) tableOfWorkspace(c *gin.Context) (openedTable, error) {
	o, f, err := s.openWorkspaceFile(c)
	if err != nil {
		return openedTable{}, err
	}
	if !isTable(o.Path) {
		return openedTable{}, errors.Join(errNoTable, f.Close())
	}
	return openedTable{f, o.SHA256}, nil
}

var errNoTable = invalid("The file is no table, by its name. Rows are those of a .csv file.")

// isTable reports whether a file of that name is shown as a table.
func isTable(name string) bool {
	views := pages.ViewsOf(name)
	return len(views) > 0 && views[0].Name == pages.ViewTable
}

// queryNumber is a number in the address, whose shape was checked.
func queryNumber(c *gin.Context, name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(c.Query(name), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

// rowsOf are some rows of a table, in the order that was asked for.
func rowsOf(c *gin.Context, table *outputs.Table) (any, error) {
	ctx, info, from := c.Request.Context(), table.Info, queryNumber(c, "from", 1)
	t := tableRows{
		Header: []string{}, From: from, Rows: [][]string{}, Numbers: []int64{}, Total: max(info.Records-1, 0), Columns: info.Columns, Uneven: info.Uneven,
		Blank: info.Blank, Delimiter: string(info.Delimiter), Encoding: string(info.Encoding),
	}
	header, err := table.Rows(ctx, 0, 1, rowsBytes)
	if err != nil {
		return nil, err
	}
	if len(header) > 0 {
		t.Header = header[0].Fields
	}
	order, err := info.ReadOrder(t.Header, c.Query("sort"), given(c.QueryArray("filter")))
	if err != nil {
		return nil, invalid("%s", err.Error())
	}
	rows, matching, err := table.Ordered(ctx, order, from-1, queryNumber(c, "count", usualRows), rowsBytes)
	if no, ok := errors.AsType[*outputs.TooMuch](err); ok {
		return nil, invalid("The table %s", no.Reason)
	}
	if err != nil {
		return nil, err
	}
	t.Matching = matching
	for _, r := range rows {
		t.Rows, t.Numbers = append(t.Rows, r.Fields), append(t.Numbers, r.Record)
	}
	if next := from + int64(len(rows)); next <= matching {
		t.Next = &next
	}
	if info.Uneven > 0 {
		t.FirstUneven = &info.FirstUneven
	}
	return t, nil
}

// given are the values that are not empty.
func given(values []string) []string {
	var some []string
	for _, v := range values {
		if v != "" {
			some = append(some, v)
		}
	}
	return some
}
