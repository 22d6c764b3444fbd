// Package layers replays raw requests of old and new layers against a whole server, and reads all that comes
// back with the schema of that layer alone: no id may be one that the layer does not have.
//
// It has tests only.
package layers
