// Package gotd drives a real Hermod process with unmodified gotd/td. It is a module of its own so that the
// library and all it needs stay out of the server's dependencies.
package gotd
