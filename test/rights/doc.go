// Package rights asks a whole server, on both databases, for every right of admins and every restriction whether it lets
// through, and with which error it refuses, each operation that it is about. The tables are what the documentation says.
// Spec: https://core.telegram.org/api/rights
package rights
