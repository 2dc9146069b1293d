package auth

import "strings"

// named are the words in a User-Agent header that tell what it is, the telling
// ones first: most browsers also name those that came before them.
var (
	namedBrowsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	namedSystems = [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
)

// Label says which browser a User-Agent header comes from, so that people
// know their sessions apart: "Firefox on Linux". It is "" for one that is not
// known: what a stranger sends is not kept.
func Label(userAgent string) string {
	browser, system := firstIn(userAgent, namedBrowsers), firstIn(userAgent, namedSystems)
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + " on " + system
}

func firstIn(text string, words [][2]string) string {
	for _, w := range words {
		if strings.Contains(text, w[0]) {
			return w[1]
		}
	}
	return ""
}
