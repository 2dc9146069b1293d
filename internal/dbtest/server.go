package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"sallyport/internal/dbtest/cluster"
)

// server is a PostgreSQL server in which one test process makes databases.
type server struct {
	address   *url.URL
	admin     *sql.DB
	own       *cluster.Cluster // nil if the server is not ours
	prefix    string           // of the names of all databases of this process
	made      atomic.Int64
	mu        sync.Mutex
	templates map[string]*template
}

// template is a database that others are copied from.
type template struct {
	once sync.Once
	name string
	err  error
}

// newServer connects to the server at address, or starts one if that is empty.
func newServer(address string) (*server, error) {
	s := &server{
		prefix:    "test_" + strings.ToLower(rand.Text()[:10]),
		templates: map[string]*template{},
	}
	if address == "" {
		var err error
		if s.own, err = cluster.Start(); err != nil {
			return nil, err
		}
		address = s.own.URL()
	}
	if err := s.connect(address); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *server) connect(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return fmt.Errorf("%s is not a URL", Env)
	}
	s.address = u
	if s.admin, err = sql.Open("pgx", address); err != nil {
		return err
	}
	s.admin.SetMaxOpenConns(4)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.admin.PingContext(ctx); err != nil {
		return fmt.Errorf("connect to the server for tests: %w", err)
	}
	return nil
}

// at is the address of a database of the server.
func (s *server) at(database string) string {
	u := *s.address
	u.Path = "/" + database
	return u.String()
}

// create makes a database like the one that prepare makes, and returns its name.
func (s *server) create(ctx context.Context, prepare func(url string) error) (string, error) {
	from := "template0"
	if prepare != nil {
		var err error
		//nolint:contextcheck // the template outlives the test that asks for it first
		if from, err = s.template(prepare); err != nil {
			return "", err
		}
	}
	name := fmt.Sprintf("%s_%d", s.prefix, s.made.Add(1))
	return name, s.copy(ctx, name, from)
}

// closure matches the end of the names that Go gives to functions without one,
// and to method values.
var closure = regexp.MustCompile(`\.func\d+(\.\d+)*$|-fm$|-range\d+$`)

// template makes the template of prepare, or returns the name of the one that
// was made before.
func (s *server) template(prepare func(url string) error) (string, error) {
	key := runtime.FuncForPC(reflect.ValueOf(prepare).Pointer()).Name()
	if closure.MatchString(key) {
		return "", fmt.Errorf("prepare is %s; it must be a function declared by name", key)
	}
	s.mu.Lock()
	t := s.templates[key]
	if t == nil {
		t = &template{name: fmt.Sprintf("%s_template_%d", s.prefix, len(s.templates))}
		s.templates[key] = t
	}
	s.mu.Unlock()
	t.once.Do(func() { t.err = s.fill(t.name, prepare) })
	return t.name, t.err
}

// fill makes a template. It does not run under a test's context: the tests that
// come after need the template too.
func (s *server) fill(name string, prepare func(url string) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := s.copy(ctx, name, "template0"); err != nil {
		return err
	}
	if err := prepare(s.at(name)); err != nil {
		return fmt.Errorf("prepare a database: %w", err)
	}
	return nil
}

// copy makes a database as a copy of another, which nobody may be connected to.
func (s *server) copy(ctx context.Context, name, from string) error {
	_, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(from))
	if err != nil {
		return fmt.Errorf("copy database %s: %w", from, err)
	}
	return nil
}

// drop removes a database and ends the connections to it.
func (s *server) drop(ctx context.Context, name string) error {
	_, err := s.admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
	return err
}

// close removes the templates, disconnects, and stops the server if it is ours.
func (s *server) close() error {
	var errs []error
	if s.admin != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, t := range s.templates {
			errs = append(errs, s.drop(ctx, t.name))
		}
		errs = append(errs, s.admin.Close())
	}
	if s.own != nil {
		errs = append(errs, s.own.Stop())
	}
	return errors.Join(errs...)
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
