// Package upgrade holds on to what released versions left behind: databases that they wrote are opened by this
// version and must read as they did, and the schema after all migrations is compared with a file.
//
// A fixture is made by the release it belongs to: `go test ./test/upgrade -run TestMake -make NAME` in a checkout of it.
package upgrade
