package models

import "testing"

// TestMigrateWhatIsThere: a database that was migrated before is taken on from
// where it is, and not for a new one.
func TestMigrateWhatIsThere(t *testing.T) {
	eachDB(t, func(t *testing.T, db testDB) {
		if err := db.up(t.Context()); err != nil {
			t.Errorf("up, again: %v", err)
		}
	})
}
