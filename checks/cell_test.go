package checks

import "testing"

func TestReadCell(t *testing.T) {
	number := func(v float64, places int8) Cell { return Cell{Kind: Number, Value: v, Places: places} }
	mask := func(most float64) Cell { return Cell{Kind: Mask, Value: most} }
	for field, want := range map[string]Cell{
		"":                         {Kind: Missing},
		" NA ":                     {Kind: Missing},
		"nan":                      {Kind: Missing},
		".":                        {Kind: Missing},
		"0":                        number(0, 0),
		" 12 ":                     number(12, 0),
		"-3":                       number(-3, 0),
		"−3":                       number(-3, 0),
		"117489.0":                 number(117489, 1),
		".00015986034":             number(.00015986034, 11),
		"3.000000000000007":        number(3.000000000000007, 0),
		"1e+05":                    number(1e5, -1),
		"1,234,567":                number(1234567, 0),
		"1 234 567":                number(1234567, 0),
		"1\u00a0234\u00a0567":      number(1234567, 0),
		"1\u202f234":               number(1234, 0),
		"1'234":                    number(1234, 0),
		"1,234.5":                  number(1234.5, 1),
		"0.45***":                  number(.45, 2),
		"17%":                      {Kind: Number, Value: 17, Percent: true},
		"17.2 %":                   {Kind: Number, Value: 17.2, Places: 1, Percent: true},
		"007":                      {Kind: Number, Value: 7, Zeros: true},
		"12345678901234567890":     number(12345678901234567890, 0),
		"1,23":                     {},
		"12,34,567":                {},
		"1,2345":                   {},
		"1.2.3":                    {},
		"12-34":                    {},
		"18-39":                    {},
		"e5":                       {},
		"<":                        {},
		"%":                        {},
		"(":                        {},
		"1 ()":                     {Kind: Number, Value: 1, Shape: Beside, Kind2: Missing},
		"/":                        {},
		"-":                        mask(-1),
		"--":                       mask(-1),
		"*":                        mask(-1),
		"[REDACTED]":               mask(-1),
		"redacted":                 mask(-1),
		"[ Redacted ]":             mask(-1),
		"our own":                  mask(-1),
		"<8":                       mask(7),
		"< 8":                      mask(7),
		"<=7":                      mask(7),
		"≤7":                       mask(7),
		"≤ 7":                      mask(7),
		"<10":                      mask(9),
		"[<10]":                    mask(9),
		"<0.001":                   {Kind: Bound, Value: .001, Places: 3},
		">10":                      {Kind: Bound, Value: 10},
		"≥5":                       {Kind: Bound, Value: 5},
		"<5%":                      {Kind: Bound, Value: 5, Percent: true},
		"<2,000":                   {Kind: Bound, Value: 2000},
		"286,559 (17%)":            {Kind: Number, Value: 286559, Shape: Beside, Second: 17, Kind2: Number},
		"1125 ( 1)":                {Kind: Number, Value: 1125, Shape: Beside, Second: 1, Kind2: Number},
		"54.3 (12.1)":              {Kind: Number, Value: 54.3, Places: 1, Shape: Beside, Second: 12.1, Places2: 1, Kind2: Number},
		"<8 (--)":                  {Kind: Mask, Value: 7, Shape: Beside, Second: -1, Kind2: Mask},
		"[REDACTED] ([REDACTED])":  {Kind: Mask, Value: -1, Shape: Beside, Second: -1, Kind2: Mask},
		"[REDACTED] 1.3e+02":       mask(-1),
		"[REDACTED] (4.2%)":        {Kind: Mask, Value: -1, Shape: Beside, Second: 4.2, Places2: 1, Kind2: Number},
		". ( .)":                   mask(-1),
		"1.10 (0.99,1.23)":         {Kind: Number, Value: 1.1, Places: 2, Shape: Interval},
		"17 (16-17)":               {Kind: Number, Value: 17, Shape: Interval},
		"0.98 (-0.5 to 1.2)":       {Kind: Number, Value: .98, Places: 2, Shape: Interval},
		"1.00 (ref)":               {Kind: Number, Value: 1, Places: 2, Shape: Interval},
		"10,836 / 64,466":          {Kind: Number, Value: 10836, Shape: Ratio, Second: 64466, Kind2: Number},
		"3/5":                      {Kind: Number, Value: 3, Shape: Ratio, Second: 5, Kind2: Number},
		"2020-01-05":               {Kind: Date},
		"2020-01-05 10:00:00":      {Kind: Date},
		"05/01/2020":               {Kind: Date},
		"01jan2020":                {Kind: Date},
		"5 Jan 2020":               {Kind: Date},
		"01/2020":                  {Kind: Date},
		"2006/07":                  {Kind: Date},
		"2019/2020":                {Kind: Date},
		"120/80":                   {},
		"(-1, 0]":                  {},
		"White":                    {},
		"Total N":                  {},
		"==1":                      {},
		"Fem: 5152, Mal: 4848":     {},
		"a value (with 3 of them)": {},
	} {
		g := grammar{own: map[string]bool{"our own": true}}
		if got := g.read([]byte(field)); got != want {
			t.Errorf("read(%q) = %+v, want %+v", field, got, want)
		}
	}
}

func TestReadCellWithDecimalCommas(t *testing.T) {
	g := grammar{comma: true}
	for field, want := range map[string]float64{"1,5": 1.5, "1.234,5": 1234.5, "1.234": 1234, "0,25": .25, "12": 12, "1 234,5": 1234.5} {
		if got := g.read([]byte(field)); got.Kind != Number || got.Value != want {
			t.Errorf("read(%q) = %+v, want %v", field, got, want)
		}
	}
}

func TestFormula(t *testing.T) {
	for field, want := range map[string]bool{
		"=SUM(A1:A9)": true, "=A1+B2": true, "=cmd|' /C calc'!A0": true, "@SUM(1)": true, "+HYPERLINK(\"x\")": true, "=1+1": true, "-cmd|x": true,
		"==1": false, "=": false, "- Any": false, "-5": false, "+44 7700": false, "@home": false, "=>": false, "= Yes": false, "-": false, ">=.": false, "-log10": false,
	} {
		if got := isFormula([]byte(field)); got != want {
			t.Errorf("isFormula(%q) = %v, want %v", field, got, want)
		}
	}
}

func TestTelling(t *testing.T) {
	for number, want := range map[string]bool{"9434765919": true, "9434765918": false, "4010232137": true, "1111111111": false, "0000000000": false} {
		if got := nhsNumber([]byte(number)); got != want {
			t.Errorf("nhsNumber(%s) = %v, want %v", number, got, want)
		}
	}
	for field, want := range map[string]bool{
		"SW1A 1AA": true, "M1 1AE": true, "EC1A1BB": true, "B33 8TH": true, "CR2 6XH": true,
		"SW1A": false, "AB12 CD": false, "E02004882": false, "ABC 123": false, "A1 2": false, "12345": false, "CH14FR": true,
	} {
		if got := len(field) >= 5 && len(field) <= 8 && isPostcode([]byte(field)); got != want {
			t.Errorf("isPostcode(%q) = %v, want %v", field, got, want)
		}
	}
	for field, want := range map[string]bool{"a.b@nhs.example.org": true, "a@b": false, "@home": false, "x @ y.z": false, "a@b@c.de": false} {
		if got := isMail([]byte(field)); got != want {
			t.Errorf("isMail(%q) = %v, want %v", field, got, want)
		}
	}
}
