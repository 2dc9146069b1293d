package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// TestMain gives the tests a PostgreSQL cluster, where there is none yet.
func TestMain(m *testing.M) {
	if os.Getenv(PostgresEnv) != "" {
		os.Exit(m.Run())
	}
	postgres, err := goBuild(".", "withpostgres", "./internal/dbtest/withpostgres")
	if err == nil {
		again := exec.Command(postgres, os.Args...) //nolint:noctx // this test, once more
		again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
		err = again.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
