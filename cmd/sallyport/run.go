package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/alecthomas/kong"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "development"

// The exit codes of every command.
const (
	exitDone    = 0
	exitRefused = 1 // refused, or something was found
	exitUsage   = 2 // used wrongly
)

// errFound makes a command exit with 1 although it printed its result: it
// found something.
var errFound = errors.New("something was found")

// cli is the command line: one field for each command.
type cli struct {
	Demo      demoCommand      `cmd:"" help:"Everything embedded, with a sample, ready to try. Example: sallyport demo --tokens tokens.json"`
	Serve     serveCommand     `cmd:"" help:"Run in production. Example: sallyport serve --config /etc/sallyport.yaml"`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database up to date and exit. Example: sallyport migrate"`
	Ingest    ingestCommand    `cmd:"" help:"Record a job request, or read a workspace, now."`
	Pipeline  pipelineCommand  `cmd:"" help:"Read project.yaml files."`
	Check     checkCommand     `cmd:"" help:"Look at files for what an output checker would send back. Example: sallyport check --controls midpoint-6 output/"`
	Policy    policyCommand    `cmd:"" help:"Read policies."`
	Ledger    ledgerCommand    `cmd:"" help:"Export the log, or compare the database with it."`
	User      userCommand      `cmd:"" help:"People and their roles."`
	Token     tokenCommand     `cmd:"" help:"Tokens of people and of backends."`
	Workspace workspaceCommand `cmd:"" help:"Place workspaces in projects."`
	Health    healthCommand    `cmd:"" help:"Ask a running program whether it is ready. Example: sallyport health http://127.0.0.1:8080/readyz"`
	Version   versionCommand   `cmd:"" help:"Print the version. Example: sallyport version"`
}

// console is what a command talks through.
type console struct {
	ctx    context.Context
	out    io.Writer // results
	err    io.Writer // progress and errors
	lookup func(string) (string, bool)
}

// complain says what is wrong. Where stderr is gone, nobody is left to tell.
func complain(stderr io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(stderr, "sallyport: "+format+"\n", args...)
}

// log writes JSON lines to stderr, at level.
func (c *console) log(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: level}))
}

// run is the program: what main and the tests call. It returns the exit code.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) int {
	c := &console{ctx: ctx, out: stdout, err: stderr, lookup: lookup}
	exited := -1
	parser, err := kong.New(&cli{},
		kong.Name("sallyport"),
		kong.Description("Lets results out of a trusted research environment, and nothing else."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(),
		kong.Bind(c),
	)
	if err != nil {
		complain(stderr, "%v", err)
		return exitUsage
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help was asked for
		return exited
	}
	if err != nil {
		complain(stderr, "%v\nTry `sallyport --help`.", err)
		return exitUsage
	}
	return exitCode(command.Run(c), stderr)
}

// usageError says that a command was used wrongly.
type usageError struct{ problem string }

func (e usageError) Error() string { return e.problem }

// exitCode prints what went wrong, once, and says how to exit.
func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitRefused
	}
	complain(stderr, "%v", err)
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitRefused
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(c *console) error {
	_, err := fmt.Fprintln(c.out, "sallyport", version)
	return err
}
