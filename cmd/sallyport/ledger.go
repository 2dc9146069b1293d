package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"sallyport/ledger"
	"sallyport/models"
)

// ledgerCommand groups what is done with the log.
type ledgerCommand struct {
	Export ledgerExport `cmd:"" help:"Write the log to a file. Example: sallyport ledger export --format jsonl -o log.jsonl"`
	Replay ledgerReplay `cmd:"" help:"Fold every entry again and compare the database with it. Example: sallyport ledger replay"`
}

type ledgerExport struct {
	database
	Format  string    `enum:"jsonl,csv" default:"jsonl" help:"jsonl or csv."`
	From    time.Time `format:"2006-01-02" placeholder:"DATE" help:"The first day."`
	To      time.Time `format:"2006-01-02" placeholder:"DATE" help:"The last day."`
	Request string    `placeholder:"ID" help:"Entries of one request."`
	Words   bool      `help:"With the words that people wrote (jsonl only)."`
	Output  string    `short:"o" required:"" placeholder:"FILE" help:"The file to write, which must not be there yet; - for standard output."`
}

// Run writes the export.
func (l *ledgerExport) Run(c *console) error {
	if l.Words && l.Format == "csv" {
		return usageError{"a CSV export carries no words; use --format jsonl"}
	}
	return l.use(c, func(a *app) error {
		if l.Output == "-" {
			return l.write(c, a, c.out)
		}
		f, err := os.OpenFile(l.Output, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if err := errors.Join(l.write(c, a, f), f.Close()); err != nil {
			return errors.Join(err, os.Remove(l.Output)) // nobody takes a part for the whole
		}
		return nil
	})
}

func (l *ledgerExport) write(c *console, a *app, w io.Writer) error {
	f := models.EntryFilter{Request: l.Request, From: l.From, To: l.To, Words: l.Words}
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1)
	}
	rows := exportRows(a.store.Entries(c.ctx, f))
	if l.Format == "csv" {
		return ledger.WriteCSV(w, rows)
	}
	return ledger.WriteJSONLines(w, rows)
}

// exportRows turns entries into rows of an export.
func exportRows(entries iter.Seq2[models.LogEntry, error]) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for e, err := range entries {
			if !yield(ledger.Row{ID: e.ID, Bytes: e.Bytes, Words: e.Words}, err) {
				return
			}
		}
	}
}

type ledgerReplay struct {
	database
	JSON bool `name:"json" help:"The result as JSON."`
}

// Run compares and finds something if anything differs.
func (l *ledgerReplay) Run(c *console) error {
	return l.use(c, func(a *app) error {
		report, err := a.store.Replay(c.ctx)
		if err != nil {
			return err
		}
		if l.JSON {
			if err := json.NewEncoder(c.out).Encode(report); err != nil {
				return err
			}
		} else if err := printReplay(c.out, report); err != nil {
			return err
		}
		if len(report.Differences) > 0 {
			return errFound
		}
		return nil
	})
}

func printReplay(w io.Writer, r models.ReplayReport) error {
	for _, d := range r.Differences {
		if _, err := fmt.Fprintln(w, d); err != nil {
			return err
		}
	}
	state := "The database is what the log amounts to"
	if len(r.Differences) > 0 {
		state = fmt.Sprintf("The database differs from the log in %d places", len(r.Differences))
	}
	_, err := fmt.Fprintf(w, "%s: %d streams, %d entries.\n", state, r.Streams, r.Entries)
	return err
}
