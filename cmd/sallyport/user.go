package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"sallyport/auth"
	"sallyport/review"
)

// userCommand groups what an operator does about people.
type userCommand struct {
	Add    userAdd    `cmd:"" help:"Make an account. Example: sallyport user add alice --name 'Alice'"`
	List   userList   `cmd:"" help:"List the accounts with their roles. Example: sallyport user list --json"`
	Grant  userGrant  `cmd:"" help:"Give somebody a role. Example: sallyport user grant alice researcher project:demo-study"`
	End    userEnd    `cmd:"" help:"Take a role away. Example: sallyport user end alice researcher project:demo-study"`
	Unlink userUnlink `cmd:"" help:"Free an account of its identity at the sign-in provider: its sessions end, and the next identity with the username gets it. Example: sallyport user unlink alice"`
}

type userAdd struct {
	database
	Username string `arg:"" help:"What the person signs in as."`
	Name     string `help:"The person's name."`
}

// Run makes the account and prints its id.
func (u *userAdd) Run(c *console) error {
	return u.use(c, func(a *app) error {
		p, err := a.store.AddPerson(c.ctx, byOperator(), u.Username, u.Name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.out, p.ID)
		return err
	})
}

type userGrant struct {
	database
	Username string `arg:"" help:"Who."`
	Role     string `arg:"" help:"researcher, observer, output_checker, auditor or administrator."`
	Scope    string `arg:"" help:"all, project:NAME, backend:NAME or organisation:NAME."`
}

// Run grants the role.
func (u *userGrant) Run(c *console) error {
	return u.use(c, func(a *app) error {
		p, err := a.account(c, u.Username)
		if err != nil {
			return err
		}
		g, err := a.store.GrantRole(c.ctx, byOperator(), p.ID, review.Role(u.Role), review.Scope(u.Scope))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.out, g.Grant)
		return err
	})
}

type userEnd struct {
	database
	Username string `arg:"" help:"Who."`
	Role     string `arg:"" help:"The role."`
	Scope    string `arg:"" help:"Its scope."`
}

// Run ends the role with that scope, whoever gave it.
func (u *userEnd) Run(c *console) error {
	return u.use(c, func(a *app) error {
		p, err := a.account(c, u.Username)
		if err != nil {
			return err
		}
		role, scope := review.Role(u.Role), review.Scope(u.Scope)
		holds := func(g review.Grant) bool { return g.Role == role && g.Scope == scope }
		if !slices.ContainsFunc(review.Standing(p.Grants), holds) {
			return fmt.Errorf("%s does not have the role %s with the scope %s", u.Username, u.Role, u.Scope)
		}
		return a.store.EndRole(c.ctx, byOperator(), p.ID, role, scope)
	})
}

type userUnlink struct {
	database
	Username string `arg:"" help:"Whose account."`
}

// Run frees the account.
func (u *userUnlink) Run(c *console) error {
	return u.use(c, func(a *app) error {
		p, err := a.account(c, u.Username)
		if err != nil {
			return err
		}
		err = a.store.UnlinkIdentity(c.ctx, operatorActor(), p.ID)
		if errors.Is(err, review.ErrNotFound) {
			return fmt.Errorf("nobody has signed in to the account %s, so there is nothing to free", u.Username)
		}
		return err
	})
}

type userList struct {
	database
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run prints every account.
func (u *userList) Run(c *console) error {
	return u.use(c, func(a *app) error {
		for cursor, more := "", true; more; more = cursor != "" {
			people, next, err := a.store.Accounts(c.ctx, auth.PeopleFilter{Cursor: cursor, Limit: 500})
			if err != nil {
				return err
			}
			for _, p := range people {
				if err := printAccount(c.out, p, u.JSON); err != nil {
					return err
				}
			}
			cursor = next
		}
		return nil
	})
}

type printedRole struct {
	Role  review.Role  `json:"role"`
	Scope review.Scope `json:"scope"`
}

func printAccount(w io.Writer, p auth.Account, asJSON bool) error {
	roles := []printedRole{}
	text := ""
	for _, g := range review.Standing(p.Grants) {
		roles = append(roles, printedRole{g.Role, g.Scope})
		text += fmt.Sprintf("  %s (%s)", g.Role, g.Scope)
	}
	if !asJSON {
		_, err := fmt.Fprintf(w, "%s%s\n", p.Username, text)
		return err
	}
	return json.NewEncoder(w).Encode(map[string]any{
		"id": p.ID, "username": p.Username, "name": p.Name, "roles": roles,
	})
}

// tokenCommand groups what an operator does about tokens.
type tokenCommand struct {
	Person  tokenPerson  `cmd:"" help:"Make a token for a person; it is printed once. Example: sallyport token person alice --scope read --scope author"`
	Backend tokenBackend `cmd:"" help:"Make the service token of a backend; it is printed once. Example: sallyport token backend tpp"`
	End     tokenEnd     `cmd:"" help:"End a token by its id. Example: sallyport token end 01J…"`
}

type tokenPerson struct {
	database
	Username string        `arg:"" help:"Whose token."`
	Scope    []string      `help:"read, content, author, check, audit or admin; all that fit the person if left out."`
	Expires  time.Duration `default:"2160h" help:"How long it lives."`
	Name     string        `default:"made on the server" help:"What it is for."`
}

// Run makes the token and prints it.
func (t *tokenPerson) Run(c *console) error {
	return t.use(c, func(a *app) error {
		p, err := a.account(c, t.Username)
		if err != nil {
			return err
		}
		var scopes []review.TokenScope
		for _, s := range t.Scope {
			scopes = append(scopes, review.TokenScope(s))
		}
		token, err := a.makeToken(c.ctx, operatorActor(), p, t.Name, scopes, now().Add(t.Expires))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.out, token)
		return err
	})
}

type tokenBackend struct {
	database
	Backend string        `arg:"" help:"The backend whose job requests it reports."`
	Expires time.Duration `default:"8760h" help:"How long it lives."`
	Name    string        `default:"made on the server" help:"What it is for."`
}

// Run makes the token and prints it.
func (t *tokenBackend) Run(c *console) error {
	return t.use(c, func(a *app) error {
		token, err := a.makeServiceToken(c.ctx, operatorActor(), t.Backend, t.Name, now().Add(t.Expires))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.out, token)
		return err
	})
}

type tokenEnd struct {
	database
	ID string `arg:"" help:"The token's id: the second part of the token."`
}

// Run ends the token.
func (t *tokenEnd) Run(c *console) error {
	return t.use(c, func(a *app) error { return a.store.EndToken(c.ctx, byOperator(), t.ID) })
}

// workspaceCommand groups what an operator does about workspaces.
type workspaceCommand struct {
	Place workspacePlace `cmd:"" help:"Say where a workspace stands. Example: sallyport workspace place demo-study-main --project demo-study --backend tpp"`
}

type workspacePlace struct {
	database
	Workspace    string `arg:"" help:"The workspace."`
	Project      string `help:"The project that owns it."`
	Organisation string `help:"The organisation that runs the project."`
	Backend      string `help:"The backend where its jobs run."`
	Ended        bool   `help:"The project is not ongoing."`
	Archived     bool   `help:"The workspace is archived."`
}

// Run places the workspace.
func (w *workspacePlace) Run(c *console) error {
	return w.use(c, func(a *app) error {
		return a.store.PlaceWorkspace(c.ctx, operatorActor(), w.Workspace, review.Place{
			Workspace: w.Workspace, Project: w.Project, Organisation: w.Organisation, Backend: w.Backend,
			Ongoing: !w.Ended, Archived: w.Archived,
		})
	})
}
