package checks

import (
	"slices"
	"strings"
	"unicode"
)

// Role is what the numbers or words of a column are.
type Role string

// The roles of columns.
const (
	RoleCount      Role = "count"
	RolePercentage Role = "percentage"
	RoleRate       Role = "rate"
	RoleExposure   Role = "person-time"
	RoleStatistic  Role = "statistic"
	RoleExtreme    Role = "extreme"
	RoleDate       Role = "date"
	RoleLabel      Role = "label"
	RoleCode       Role = "code"
	RoleIdentifier Role = "identifier"
	RoleIndex      Role = "row number"
	RoleFreeText   Role = "free text"
	RoleNumber     Role = "number" // of what is not known
	RoleEmpty      Role = "empty"
)

// words splits a name into its words, in small letters: numEvents_0 is num,
// events, 0; a percent sign is a word.
func words(name string) []string {
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case r == '%':
			flush()
			out = append(out, "%")
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case i > 0 && breaks(runes, i):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return out
}

// breaks reports whether a word of a name ends before its i-th letter.
func breaks(runes []rune, i int) bool {
	before, r := runes[i-1], runes[i]
	switch {
	case unicode.IsDigit(r) != unicode.IsDigit(before):
		return true
	case unicode.IsUpper(r) && unicode.IsLower(before):
		return true
	}
	return unicode.IsUpper(r) && unicode.IsUpper(before) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

// vocabulary is a set of words.
type vocabulary map[string]bool

func listOf(text string) vocabulary {
	v := vocabulary{}
	for _, w := range strings.Fields(text) {
		v[w] = true
	}
	return v
}

// any is the first of the words that is in the vocabulary.
func (v vocabulary) any(words []string) string {
	for _, w := range words {
		if v[w] {
			return w
		}
	}
	return ""
}

// The words by which headers and labels say what stands below or beside them.
var (
	percentWords  = listOf(`% percent percents percentage pct perc prop props proportion proportions propn share fraction`)
	rateWords     = listOf(`rate rates incidence prevalence irr rateratio`)
	perWhat       = listOf(`person persons patient patients capita head population thousand million practice visit hundred`)
	intervalWords = listOf(`ci cis confidence credible interval intervals cri`)
	statWords     = listOf(`mean means avg average median medians sd se sem std stdev stddev error err estimate estimates est coef coefs coefficient
		coefficients beta hr hrs rr ratio ratios ci cis lower upper ll ul lci uci lc uc cl cu lcl ucl conf pval pvalue pvalues statistic
		chi chi2 chisq aic bic loglik deviance rsq rsquared squared variance cv iqr skew skewness kurtosis concordance surv survival haz
		hazard odds logit effect smd weight weights weighted score scores log sigma rmse auc roc dispersion value2 quantile quantiles
		cumhaz df dof npar cumulative_incidence likelihood probability prob residual residuals difference differences diff delta change changes corr correlation rho tau r2 slope intercept`)
	exactStats   = listOf(`p z t or q1 q2 q3 p25 p50 p75 p5 p95 p10 p90 var mu exp x2`)
	extremeWords = listOf(`min max minimum maximum mins maxs smallest largest lowest highest earliest latest range`)
	exposeWords  = listOf(`pyears pyr pyrs ptime persontime personyears persondays yearsatrisk daysatrisk fup followup py pys exposure`)
	exposeUnits  = listOf(`time years year days day yrs months weeks`)
	exposeOf     = listOf(`person patient p risk total hospital icu ed followup up atrisk bed`)
	dateWords    = listOf(`date dates datetime timestamp day days hours week weeks month months year years time dob quarter period start end tstart tstop leadtime`)
	codeWords    = listOf(`percentile percentiles centile centiles sort seq sequence age ages agegroup ageband agegrp ageg code codes category categories level levels nlevels wave model quintile decile deciles quartile imd
		imdq male female sex gender group groups cat step stage dose band bin order rank index position flag indicator version phase round lag
		horizon class cluster stratum strata seed iteration sim chain draw fold knot timesincevax interval rep replicate shield expcat
		ethnicity ethnic eth ethnicities icd snomed ctv bnf dmd opcs smoking charlson frailty rural urban msoa lsoa stp icb ccg
		carehome cev bame type status risk_group housebound tier`)
	codings    = listOf(`icd snomed ctv bnf dmd opcs code codes`)
	identWords = listOf(`id ids identifier nhs chi mrn patid pseudoid uuid guid nino passport patientid personid participantid subjectid memberid studyid
		patientids pseudonym nhsno nhsnumber nhsnum chino chinumber mrnno hospitalnumber`)
	keyWords   = listOf(`key hash hashed token ref reference pseudo pseudonymised pseudonymized`)
	whose      = listOf(`patient person participant subject member individual respondent`)
	countWords = listOf(`n ns count counts freq freqs frequency frequencies num number numbers numerator denominator denom total totals sum event events nevent
		nevents case cases control controls patient patients pts population pop people person persons obs nobs observation observations record records
		death deaths died dead fail failure failures admission admissions admitted hospitalised hospitalized hospitalisation hospitalisations participant participants
		subject subjects individual individuals women men children adults males females boys girls births households practices cumuln cum
		tests vaccinated unvaccinated eligible treated exposed unexposed censor censored censorings atrisk registered vaccinations doses
		prescriptions dispensings items visits appts appointments interactions consultations referrals diagnoses infections positives negatives
		matches tally frequencycount totalpatients headcount`)
	summaryWords = listOf(`mean median sd std iqr quartile quartiles percentile percentiles`)
	measureWords = listOf(`cost costs price spend mg ml kg cm mmhg bmi height weight sbp dbp egfr hba1c temperature pressure length distance hours minutes seconds bytes
		phq gad eq vas qol fev crp haemoglobin creatinine los`)
	numberedWords = listOf(`week month year day dose wave visit decile quintile row order rank line group model step phase period band trial imputation cycle round stage`)
	plainCounts   = listOf(`n ns count counts freq freqs frequency frequencies num number numbers total totals sum nevent nevents nobs tally events`)
	saysNumber    = listOf(`n number num count no`)
	flagWords     = listOf(`is has flag low suppressed redacted suppress redact any ever`)
	notPeople     = listOf(`unique distinct levels nlevels columns variables vars cols parameters params days hours minutes costs cost spend price bytes size iterations knots
		df dof decimals digits groups seconds weeks months years rows files tables cores workers actions models chunks batches warnings errors
		folds clusters threads steps outcomes cohorts covariates strata terms packages imputations measures lags simulations sims draws`)
)

// called is the role that the words of a header give, and why; "" if they give
// none.
func called(w []string) (role Role, why string) {
	say := func(r Role, word string) (Role, string) { return r, "the header says “" + word + "”" }
	if len(w) == 0 {
		return "", ""
	}
	if is := identWords.any(w); is != "" {
		if is == "chi" && !slices.Contains(w, "number") && !slices.Contains(w, "no") && slices.ContainsFunc(w, func(s string) bool {
			return s == "2" || s == "sq" || s == "square" || s == "squared" || s == "stat" || s == "statistic" || s == "test" || s == "p"
		}) {
			return say(RoleStatistic, is)
		}
		return say(RoleIdentifier, is)
	}
	if is := keyWords.any(w); is != "" && whose.any(w) != "" {
		return say(RoleIdentifier, is)
	}
	if is := intervalWords.any(w); is != "" {
		return say(RoleStatistic, is)
	}
	if is := percentWords.any(w); is != "" {
		return say(RolePercentage, is)
	}
	if is := exposed(w); is != "" {
		return say(RoleExposure, is)
	}
	if is := rateWords.any(w); is != "" {
		return say(RoleRate, is)
	}
	if i := slices.Index(w, "per"); i >= 0 && i+1 < len(w) && (perWhat[w[i+1]] || isDigit(w[i+1][0])) {
		return say(RoleRate, "per")
	}
	return calledMore(w)
}

// calledMore is called for the words that are looked at last.
func calledMore(w []string) (role Role, why string) {
	say := func(r Role, word string) (Role, string) { return r, "the header says “" + word + "”" }
	if is := extremeWords.any(w); is != "" {
		return say(RoleExtreme, is)
	}
	if is := statWords.any(w); is != "" {
		return say(RoleStatistic, is)
	}
	if whole := strings.Join(w, ""); exactStats[whole] {
		return say(RoleStatistic, whole)
	}
	if is := percentileIn(w); is != "" {
		return say(RoleStatistic, is)
	}
	joined := strings.Join(w, " ")
	if strings.Contains(joined, "p value") || strings.Contains(joined, "p val") {
		return say(RoleStatistic, "p value")
	}
	if strings.Contains(joined, "low count") || strings.HasPrefix(joined, "is ") || strings.HasPrefix(joined, "has ") {
		return say(RoleCode, joined)
	}
	if is := countWords.any(w); is != "" {
		if len(w) == 2 && (numberedWords[w[0]] || numberedWords[w[1]]) && (w[0] == "number" || w[1] == "number" || w[0] == "num" || w[1] == "num") {
			return say(RoleCode, joined)
		}
		if not := notPeople.any(w); not != "" {
			return say(RoleNumber, not)
		}
		return say(RoleCount, is)
	}
	if strings.Contains(joined, "at risk") {
		return say(RoleCount, "at risk")
	}
	if is := dateWords.any(w); is != "" {
		return say(RoleDate, is)
	}
	if is := codeWords.any(w); is != "" {
		return say(RoleCode, is)
	}
	if is := measureWords.any(w); is != "" {
		return say(RoleNumber, is)
	}
	if slices.Contains(w, "risk") || slices.Contains(w, "risks") {
		return say(RoleStatistic, "risk")
	}
	return "", ""
}

// isPercentile reports whether a name is that of a percentile: p75, 25%, q3.
func isPercentile(w []string) bool {
	return len(w) == 2 && (w[0] == "p" || w[0] == "q" || w[0] == "pctl") && isDigit(w[1][0])
}

// percentileIn is the percentile in a name: p75, 25%, q3 alone, or of two digits
// beside what it is one of, as in q10_events.
func percentileIn(w []string) string {
	if isPercentile(w) {
		return strings.Join(w, "")
	}
	for i := range max(len(w)-1, 0) {
		if two := w[i : i+2]; isPercentile(two) && len(two[1]) == 2 {
			return strings.Join(two, "")
		}
	}
	return ""
}

// exposed is the word that says that a column holds person-time.
func exposed(w []string) string {
	if is := exposeWords.any(w); is != "" && rateWords.any(w) == "" {
		return is
	}
	unit := exposeUnits.any(w)
	if unit == "" || rateWords.any(w) != "" || slices.Contains(w, "per") {
		return ""
	}
	if of := exposeOf.any(w); of != "" && of != unit {
		return of + " " + unit
	}
	return ""
}
