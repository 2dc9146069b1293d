package models

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"sallyport/review"
	"sallyport/work"
)

// Config is what a Store needs. Now, NewID, NewSalt and Program must be set.
type Config struct {
	// URL is "postgres://…", or a SQLite file as "sqlite:PATH" or a plain path.
	URL     string
	Now     func() time.Time
	NewID   func() string   // makes ULIDs
	NewSalt func() [32]byte // random
	Policy  review.Policy   // of the installation
	Log     *slog.Logger    // nil is silent
	Program string          // the version that entries name
	// Destinations names where approved bytes go.
	Destinations []string
	// Rules are the disclosure checks that are made today, with their versions.
	Rules []string
	// CacheBytes bounds the memory for folded requests; 0 is 64 MiB.
	CacheBytes int64
	// KeepChanges is about how many changes of outputs are kept for each
	// workspace; 0 is 250,000.
	KeepChanges int
	// OnCommit is called after a commit that left work; nil is allowed.
	OnCommit func()
}

// Store is the database. Its methods may be called at the same time.
type Store struct {
	config  Config
	dialect dialect
	writer  *gorm.DB // every transaction that writes
	reader  *gorm.DB // the same pool on PostgreSQL; on SQLite one that cannot write
	folded  *cache
	found   *foundCache

	policies policies
}

var (
	_ review.Store = (*Store)(nil)
	_ work.Store   = (*Store)(nil)
)

const (
	defaultCacheBytes  = 64 << 20
	defaultKeepChanges = 250_000
)

// Open connects to a database that Migrate has brought up to date. A database
// that is behind, or that a newer program migrated, is refused.
func Open(ctx context.Context, c Config) (*Store, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = defaultCacheBytes
	}
	if c.KeepChanges == 0 {
		c.KeepChanges = defaultKeepChanges
	}
	d, err := dialectOf(c.URL)
	if err != nil {
		return nil, err
	}
	s := &Store{config: c, dialect: d, folded: newCache(c.CacheBytes), found: newFoundCache()}
	if s.writer, s.reader, err = d.open(statementLog{c.Log, c.Now}); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := s.upToDate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (c Config) check() error {
	switch {
	case c.Now == nil, c.NewID == nil, c.NewSalt == nil:
		return errors.New("open the database: a clock, ids and salts are needed")
	case c.Program == "":
		return errors.New("open the database: the program's version is needed")
	case c.Policy.ReviewsNeeded < 1:
		return errors.New("open the database: a policy needs at least one review")
	}
	return nil
}

// Ready reports whether the database answers.
func (s *Store) Ready(ctx context.Context) error {
	for _, db := range []*gorm.DB{s.reader, s.writer} {
		pool, err := db.DB()
		if err != nil {
			return err
		}
		if err := pool.PingContext(ctx); err != nil {
			return translate(err)
		}
	}
	return nil
}

// Close ends all connections.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*gorm.DB{s.reader, s.writer} {
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// now is the time as both databases keep it.
func (s *Store) now() time.Time {
	return s.config.Now().UTC().Truncate(time.Microsecond)
}
