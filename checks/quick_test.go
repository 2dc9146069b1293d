package checks

import (
	"math"
	"strconv"
	"testing"
)

// What is read quickly is read as it would be slowly.
func TestQuickAgreesWithSlow(t *testing.T) {
	for _, field := range []string{
		"0", "7", "-7", "007", "0.5", ".5", "5.", "1234567890123456", "12345678901234567", "3.000000000000007", "0.1000000000000000055",
		"123456789.123456789", "1e5", "1E+05", "1.5e-7", "2.2e-290", "1e308", "-0", "-0.0", "12%", "12.5%", "1,234", "1,234,567", "12,34", "1,234.5",
		"0,123", "1,234 (17%)", "12 (17.3)", "12(17.3%)", "12 (3,4)", "1,204 (1,204)", "12.5 (3.1)", "12 (0.9-1.3)", "12 ()", "12 (", "1,23 (4)", "12 (-3)",
		"1-2", "1 2", "12e", "e5", "1e", "1e+", "1.2.3", "--1", "1.", "100%%", "5*", "2021-01-02", "12/34",
	} {
		g := &grammar{known: make([]knownField, knownFields)}
		got, want := g.read([]byte(field)), (&grammar{}).slow([]byte(field))
		if v, err := strconv.ParseFloat(field, 64); err == nil && math.Abs(v-got.Value) > 1e-15*math.Abs(v) {
			t.Errorf("read(%q) = %v, want %v", field, got.Value, v)
		}
		near := math.Abs(got.Value-want.Value) <= 1e-15*math.Abs(want.Value)
		got.Value = want.Value
		if !near || got != want {
			t.Errorf("read(%q) = %+v, slowly %+v", field, got, want)
		}
	}
}
