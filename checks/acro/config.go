package acro

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"sallyport/checks"
)

// configName is the configuration beside the results, of which ACRO writes no
// checksum.
const configName = "config.json"

// Config is what ACRO was told to look for. What it does not say is nil.
type Config struct {
	Threshold   *float64 `json:"safe_threshold"` // counts below it are flagged
	Freedom     *float64 `json:"safe_dof_threshold"`
	NKN         *float64 `json:"safe_nk_n"`
	NKK         *float64 `json:"safe_nk_k"`
	PRatio      *float64 `json:"safe_pratio_p"`
	Survival    *float64 `json:"survival_safe_threshold"`
	ZerosAreLow *bool    `json:"zeros_are_disclosive"`
	Missing     *bool    `json:"check_missing_values"`
	RoundBase   *float64 `json:"safe_round_base"`
	Federated   any      `json:"federated"`
	Blocked     any      `json:"blocked_extensions"`
	Suppress    any      `json:"suppress"`
	Mitigation  any      `json:"mitigation"`

	whole bool // it says nothing else
}

// readConfig reads the configuration, if there is one.
func (f *Folder) readConfig() error {
	const most = 1 << 20
	switch err := regular(f.files, configName); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	data, err := readAll(f.files, configName, most)
	if err != nil {
		return err
	}
	var c Config
	if err := json.Unmarshal(data, &c); err != nil {
		return err
	}
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	c.whole = strict.Decode(&Config{}) == nil
	f.Config = &c
	return nil
}

// Differences says in words where ACRO's thresholds are other than those of a
// profile. They change nothing: each tool's findings rest on its own.
func (c *Config) Differences(p checks.Profile) []string {
	if c == nil {
		return nil
	}
	var out []string
	says := func(differ bool, format string, args ...any) {
		if differ {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	if v := c.Threshold; v != nil {
		says(int(*v) != p.Threshold+1, "ACRO flags counts below %v, the policy counts up to %d", *v, p.Threshold)
	}
	if v := c.ZerosAreLow; v != nil {
		says(*v && !p.ZeroIsLow, "ACRO flags zeros, the policy does not")
		says(!*v && p.ZeroIsLow, "the policy counts zeros as low, ACRO does not")
	}
	if v := c.Freedom; v != nil {
		says(int(*v) != p.DegreesOfFreedom, "ACRO asks for %v degrees of freedom, the policy for %d", *v, p.DegreesOfFreedom)
	}
	if n, k := c.NKN, c.NKK; n != nil && k != nil {
		known := slices.ContainsFunc(p.Dominance, func(d checks.Dominance) bool { return float64(d.N) == *n && near(d.Share, *k) })
		says(!known, "ACRO's dominance rule is (%v, %v), which is none of the policy's", *n, *k)
	}
	if v := c.PRatio; v != nil {
		says(!near(*v*100, p.PPercent), "ACRO's p is %v %%, the policy's %v %%", *v*100, p.PPercent)
	}
	if v := c.Survival; v != nil {
		says(int(*v) != p.Threshold+1, "ACRO flags fewer than %v in curves of survival, the policy up to %d", *v, p.Threshold)
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
