package main

import (
	e2e "sallyport-e2e"
)

const (
	draft = "Rates of long COVID by sex"
	rates = "output/describe/rates_by_sex.csv"
)

// policyChanged looks at what a document would change, and saves nothing.
func policyChanged(tab *e2e.Tab) {
	tab.Go("/admin/policies/project/demo-study")
	tab.FillThe("#document", "reviews_needed: 3\nsize_limit: 1 MiB\nchecks:\n  threshold: 10\n  rounding: midpoint-6\n")
	tab.Press("Look at the change")
}

// findingOpened asks for a file with low counts, and opens the first finding at
// its cell.
func findingOpened(tab *e2e.Tab) {
	tab.Go(outputs + "output/describe")
	tab.Choose("Choose " + rates)
	tab.Select("Put them on", "a new request")
	tab.Fill("Title, if it is a new request", draft)
	tab.Fill("Group", "Rates")
	tab.PressThe("#add-chosen")
	at := tab.Path()
	tab.Fill("Context", "Rates of long COVID by sex, for the second figure.")
	tab.Choose("Rounded to the nearest 5")
	tab.Press("Save")
	tab.Sees("for the second figure", "of the disclosure checks")
	tab.Go(at)
	tab.Press(rates)
	tab.PressThe("td.found.high .flag")
}

// answeredWithout sends an answer that has no words.
func answeredWithout(tab *e2e.Tab) {
	through("/requests", draft, "Answer the findings")(tab)
	chooseAll(tab)
	tab.Press("Answer the chosen findings")
	tab.Sees("The answer has no words")
}

// chooseAll chooses all findings of each rule.
func chooseAll(tab *e2e.Tab) {
	var chosen int
	tab.Eval("[...document.querySelectorAll('[data-all]')].map(e => e.checked || e.click()).length", &chosen)
}

// answered says why the findings can stay, and submits the request.
func answered(tab *e2e.Tab) {
	through("/requests", draft, "Answer the findings")(tab)
	chooseAll(tab)
	tab.Fill("Why they can stay", "These counts are of published national figures, and were rounded there.")
	tab.Press("Answer the chosen findings")
	through("/requests", draft)(tab)
	tab.Press("Submit for review")
	tab.Sees("With the output checkers")
}

// reviewFindings opens a marked cell on the review screen.
func reviewFindings(tab *e2e.Tab) {
	through("/queue?queue=all", draft, rates)(tab)
	tab.PressThe("td.found.high .flag")
}
