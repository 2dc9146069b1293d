// Package web is the JSON API: routes and handlers. A handler reads what was
// sent, gives one command or query to a room below, and shows what came of it.
// No rule stands here, and no database: what is needed of the other rooms is
// declared in stores.go and passed in.
//
// The document of the API is api/openapi.yaml; requests are held against it
// before a handler sees them. docs/api.md says how the API is driven.
package web
