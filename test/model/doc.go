// Package model plays people with several devices against a server: random operations in private chats, groups,
// supergroups and channels, devices that go away and come back. Each device keeps a model of its account from nothing but
// updates and differences, as https://core.telegram.org/api/updates tells clients to. At the end every model must be
// what a fresh login reads.
//
// A run is repeated with HERMOD_TEST_SEED and made longer with HERMOD_TEST_OPERATIONS.
package model
