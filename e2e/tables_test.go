package e2e

import "testing"

// TestTables: on the review screen a table is sorted, filtered and scrolled
// without a reload, the focus stays where it was, and a row is commented on.
func TestTables(t *testing.T) {
	p := StartDemo(t)
	tab := StartBrowser(t).SignsIn(p, "checker1", How{})
	tab.Go("/queue?queue=all")
	tab.Press(sampleWaiting)
	tab.Press("output/describe/table1.csv")
	tab.Sees("62 rows × 8 columns")
	tab.Eval("(window.stays = true)", new(bool))

	follows := `document.querySelector('.window[data-of] span').textContent`
	tab.isTrue("the rows in sight are named", `/^Rows 1–\d+ of 62$/.test(`+follows+`)`)
	tab.Eval(`(document.querySelector('.content').scrollTop = 600, true)`, new(bool))
	tab.isTrue("the words follow what is scrolled to", `/^Rows [12]\d–\d+ of 62$/.test(`+follows+`)`)

	header := `document.querySelectorAll('.grid thead a.by')[5]`
	tab.Eval(`(`+header+`.focus(), true)`, new(bool))
	tab.PressThe(".grid thead th:nth-child(7) a.by")
	tab.Sees("Sorted by “label”, A to Z.")
	tab.isTrue("the focus is at the column", `document.activeElement === `+header)
	tab.Click("Filter")
	tab.Eval(`(document.querySelector('.table-filter [name=what]').value = 'region', document.querySelector('.table-filter').requestSubmit(), true)`, new(bool))
	tab.Sees("of 62 rows, where", "any column contains “region”")
	tab.Back()
	tab.isTrue("one comes back to all rows, sorted", `document.querySelector('.chip') === null && document.querySelector('th[aria-sort=ascending]') !== null`)

	tab.PressThe(".grid tbody tr:nth-child(3) .ln a")
	tab.isTrue("the row is marked in the file’s order", `document.querySelector('tr.marked') !== null && document.querySelector('th[aria-sort]') === null`)
	tab.Sees("About row")
	tab.isTrue("nothing was loaded anew", "window.stays === true")
	tab.LooksRight()
}
