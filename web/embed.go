// Package web holds the web client: its built page and its languages, as files in the program.
//
// The page is built by Node (make page). Without it everything else compiles and works; Page then tells that it is
// not there.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed lang
var lang embed.FS

// Page returns the files of the built page, each of the larger ones also compressed (.br, .gz), or nil when the
// program was built without.
func Page() fs.FS {
	page, err := fs.Sub(dist, "dist/page")
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(page, "index.html"); err != nil {
		return nil
	}
	return page
}

// Languages returns the words of the page: a folder for each language, in it a JSON file for each part of the page.
func Languages() fs.FS {
	languages, err := fs.Sub(lang, "lang")
	if err != nil {
		return nil
	}
	return languages
}
