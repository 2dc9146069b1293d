package e2e

import (
	"os"
	"testing"
)

const (
	described = "/workspaces/" + SampleWorkspace + "/output/describe"
	modelled  = "/workspaces/" + SampleWorkspace + "/output/model"
)

// TestChoosing: what is chosen in a workspace stays chosen over folders, a look
// at a file, the way back and a reload, until it is added or nothing is chosen.
func TestChoosing(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	tab := b.SignsIn(p, "researcher1", How{})
	tab.Go(described)
	tab.ChooseFile("output/describe/baseline.txt")
	tab.Sees("1 chosen in 1 folder")
	tab.Press("rates_by_age.csv")
	tab.At(described + "/rates_by_age.csv")
	tab.Back()
	tab.At(described)
	tab.Sees("1 chosen in 1 folder")

	tab.Go(modelled)
	tab.Sees("1 chosen in 1 folder")
	tab.ChooseFile("output/model/plr_summary.txt")
	tab.Sees("2 chosen in 2 folders", "Add 2 files")
	tab.click("list what is chosen", "document.querySelector('.chosen-files > summary')", 1)
	tab.SeesIn("#chosen", "output/describe/baseline.txt", "output/model/plr_summary.txt")
	tab.NothingWrong()

	tab.Go(described + "?sort=-size")
	tab.Choose("Choose all")
	tab.Sees("5 chosen in 2 folders")
	tab.Click("Choose none")
	tab.isTrue("nothing is chosen", "document.querySelector('#chosen').hasAttribute('data-none')")
	tab.Go(modelled)
	if n := tab.Count("input[name=path]:checked"); n != 0 {
		t.Errorf("%d files are chosen after “Choose none”", n)
	}

	tab.ChooseFile("output/model/plr_summary.txt")
	tab.Select("Put them on", "a new request")
	tab.Fill("Group", "Models")
	tab.PressThe("#add-chosen")
	tab.Sees("not written yet")
	tab.Go(modelled)
	tab.SeesNot("1 chosen in 1 folder")
}

// TestChoosingWithoutScripts: without scripts, what is chosen travels in the
// form.
func TestChoosingWithoutScripts(t *testing.T) {
	p := StartDemo(t)
	b := StartBrowser(t)
	tab := b.SignsIn(p, "researcher1", How{NoScripts: true})
	tab.Go(described)
	tab.ChooseFile("output/describe/baseline.txt")
	tab.Select("Keep what is chosen and go on in", "output/model")
	tab.Press("Go there")
	tab.ChooseFile("output/model/plr_summary.txt")
	tab.Select("Put them on", "a new request")
	tab.Fill("Group", "Both")
	tab.PressThe("#add-chosen")
	tab.Sees("output/describe/baseline.txt", "output/model/plr_summary.txt")
}

// TestWorkspaceChanges: an open page says that its workspace changed, without
// anybody asking, keeps what was typed and chosen, and moves to the nearest
// thing that is there when its own is gone.
func TestWorkspaceChanges(t *testing.T) {
	const workspace = "changing-study"
	p := StartDemo(t)
	b := StartBrowser(t)
	p.Run("workspace", "place", workspace, "--project", "demo-study", "--organisation", "Demo University", "--backend", "tpp")
	p.Report(workspace, "a study that changes")
	p.Rewrite(workspace, map[string][]byte{
		"output/a.csv": []byte("n\n10\n"), "output/sub/b.csv": []byte("n\n20\n"), "output/sub/c.csv": []byte("n\n30\n"),
	})
	folder := b.SignsIn(p, "researcher1", How{})
	folder.Go("/workspaces/" + workspace + "/output")
	folder.Sees("a.csv")
	folder.ChooseFile("output/a.csv")
	folder.Fill("Group", "typed before")
	below := b.SignsIn(p, "researcher1", How{})
	below.Go("/workspaces/" + workspace + "/output/sub")
	file := b.SignsIn(p, "researcher1", How{})
	file.Go("/workspaces/" + workspace + "/output/sub/b.csv")

	// A job runs again: nobody tells the program.
	p.Becomes(workspace, map[string][]byte{"output/a.csv": []byte("n\n10\n"), "output/new.csv": []byte("n\n15\n")})
	folder.Sees("changed")
	if got := folder.Value("Group"); got != "typed before" {
		t.Errorf("what was typed is now %q", got)
	}
	folder.NothingWrong()
	folder.Press("Show it as it is now")
	folder.Sees("new.csv", "1 chosen in 1 folder")
	for _, tab := range []*Tab{below, file} {
		tab.At("/workspaces/" + workspace + "/output")
		tab.Sees("new.csv")
		tab.NothingWrong()
	}

	if err := os.WriteFile(p.manifest(workspace), []byte(`{"outputs": {"output/a.csv": }`), 0o600); err != nil {
		t.Fatal(err)
	}
	folder.Go("/workspaces/" + workspace + "/output")
	folder.Sees("cannot be read", "a.csv", "new.csv")
	folder.NothingWrong()
}
