package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// pace is how long one write may take before the asker is given up.
const pace = 30 * time.Second

// patientWriter lets an answer take as long as its asker keeps reading: each
// write has a deadline of its own.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
}

// patient is the answer's writer for what may take long, once all that was
// sent has been read.
func (s *server) patient(c *gin.Context) *patientWriter {
	control := http.NewResponseController(c.Writer)
	keepListening(control)
	return &patientWriter{ResponseWriter: c.Writer, control: control, now: s.Now}
}

// keepListening ends the deadline for reading, at which net/http would
// otherwise take the asker for gone. Not every writer has deadlines; then there
// is none to be ended.
func keepListening(control *http.ResponseController) { _ = control.SetReadDeadline(time.Time{}) }

func (w *patientWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(w.now().Add(pace))
	return w.ResponseWriter.Write(p)
}

// patiently lets an answer come as late as its handler may. It stands behind
// the reading of the body.
func (s *server) patiently(limit time.Duration, h handler) handler {
	return func(c *gin.Context) error {
		control := http.NewResponseController(c.Writer)
		keepListening(control)
		_ = control.SetWriteDeadline(s.Now().Add(limit + writeTime))
		return within(limit, h)(c)
	}
}
