package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"sallyport/outputs"
	"sallyport/review"
)

// drained is how much of a body beyond its limit is read and thrown away.
const drained = 32 << 20

// readBody takes the body, up to limit, and leaves it for the check and the
// handler. What a GET or DELETE carries is not looked at.
func readBody(c *gin.Context, limit int64) error {
	r := c.Request
	if r.Body == nil || r.Method == http.MethodGet || r.Method == http.MethodDelete {
		r.Body = http.NoBody
		return nil
	}
	if r.ContentLength > limit && asksFirst(r) {
		return review.ErrTooLarge // nothing was sent yet, so nothing is read
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return invalid("The body could not be read to its end.")
	}
	if int64(len(body)) > limit {
		discard(r, drained)
		return review.ErrTooLarge
	}
	if len(body) > 0 && (!utf8.Valid(body) || !json.Valid(body)) {
		return invalid("The body is not one JSON text in UTF-8.")
	}
	c.Set(bodyKey, body)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// discard reads up to most of a body that is refused, since many clients hear
// nothing before they have sent everything. If it cannot be read, there is
// nobody to hear.
func discard(r *http.Request, most int64) {
	if r.Body != nil && !asksFirst(r) {
		_, _ = io.CopyN(io.Discard, r.Body, most)
	}
}

// asksFirst reports whether the client waits to be told to send its body.
func asksFirst(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Expect"), "100-continue")
}

// bodyOf is the body as it was sent; nil if there was none.
func bodyOf(c *gin.Context) []byte {
	b, _ := c.Get(bodyKey)
	body, _ := b.([]byte)
	return body
}

// decode reads the body, whose shape was checked. Without a body it is the
// zero T.
func decode[T any](c *gin.Context) (T, error) {
	var v T
	body := bodyOf(c)
	if len(body) == 0 {
		return v, nil
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, invalid("The body is not of the right form.")
	}
	return v, nil
}

// param is a part of the address, decoded.
func param(c *gin.Context, name string) string {
	v := c.Param(name)
	if c.Request.URL.RawPath == "" { // then gin took apart what was decoded already
		return v
	}
	decoded, err := url.PathUnescape(v)
	if err != nil {
		return v
	}
	return decoded
}

func paramsOf(c *gin.Context) map[string]string {
	params := map[string]string{}
	for _, p := range c.Params {
		params[p.Key] = param(c, p.Key)
	}
	return params
}

// checkNames answers 404 to names that nothing can have, before anything is
// looked up by them.
func checkNames(c *gin.Context) error {
	for name, v := range paramsOf(c) {
		ok := true
		switch name {
		case "id", "file", "comment", "session":
			ok = wordOf(v, 64)
		case "finding":
			ok = findingID(v)
		case "workspace":
			ok = outputs.ValidWorkspace(v)
		case "identifier": // of a report, it is part of what was sent
			ok = wordOf(v, 64) || c.Request.Method == http.MethodPut
		case "scope":
			ok = review.CheckPolicyScope(review.PolicyScope(v)) == nil
		case "group":
			ok = utf8.ValidString(v)
		}
		if !ok {
			return review.ErrNotFound
		}
	}
	return nil
}

// findingID reports whether s may be the id of a finding.
func findingID(s string) bool {
	const most = 80
	return len(s) <= most && wordOf(strings.ReplaceAll(s, "-", ""), most)
}

// wordOf reports whether s is 1 to most ASCII letters and digits.
func wordOf(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return true
}

func requestParam(c *gin.Context) review.RequestID { return review.RequestID(param(c, "id")) }

func fileParam(c *gin.Context) review.FileID { return review.FileID(param(c, "file")) }

// defaultLimit is how many items a page has if nobody says.
const defaultLimit = 50

// mostItems is how many items a page of a list has at most.
const mostItems = 500

// page is which part of a list is asked for.
func page(c *gin.Context) (cursor string, limit int) {
	limit, err := strconv.Atoi(c.Query("limit"))
	if err != nil || limit < 1 {
		limit = defaultLimit
	}
	return c.Query("cursor"), min(limit, mostItems)
}

// list is a page of a list as it is sent.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// listOf makes a page of what show makes of items.
func listOf[F, T any](items []F, next string, show func(F) T) list[T] {
	l := list[T]{Items: make([]T, 0, len(items)), Next: optional(next)}
	for _, item := range items {
		l.Items = append(l.Items, show(item))
	}
	return l
}

// optional is nil for what is not known.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// same shows a thing as it is.
func same[T any](v T) T { return v }

// send answers 200 with JSON.
func send(c *gin.Context, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, "application/json", body)
	return nil
}
