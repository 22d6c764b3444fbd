#!/usr/bin/env bash
# Runs a scenario of the load generator against a server of its own: test/load.sh SCENARIO [FLAGS].
# DB names a database (postgres://…) instead of the embedded one; PORT the port; PREPARE holds the flags of
# "hermod-load prepare", which fills the database before the server starts; BIN the folder of the binaries.
set -euo pipefail
cd "$(dirname "$0")/.."

scenario=${1:?name a scenario: see bin/hermod-load --help}
shift
bin=${BIN:-bin}
port=${PORT:-18080}
admin=127.0.0.1:$((port + 1))
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
most=20000 # open files
hard=$(ulimit -Hn)
if [ "$hard" != unlimited ] && [ "$hard" -lt "$most" ]; then most=$hard; fi
ulimit -n "$most"

if [ -n "${PREPARE:-}" ]; then
  # shellcheck disable=SC2086 # they are several
  "$bin/hermod-load" prepare --data "$dir/data" ${DB:+--db "$DB"} $PREPARE
fi

HERMOD_LIMITS_RATE=0 "$bin/hermod" serve --listen "127.0.0.1:$port" --admin-listen "$admin" --data "$dir/data" \
  ${DB:+--db "$DB"} --test-numbers --log-level warn >"$dir/out" 2>"$dir/log" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$dir"' EXIT

until grep -qs 'is ready' "$dir/out"; do
  kill -0 $server || { cat "$dir/log" >&2; exit 1; }
  sleep 0.05
done
status=0
"$bin/hermod-load" "$scenario" --address "127.0.0.1:$port" --key "$dir/data/rsa_public.pem" --pid $server --admin "$admin" "$@" || status=$?
echo "  slow statements: $(grep -c 'slow statement' "$dir/log" || true)"
grep 'slow statement' "$dir/log" | sort | uniq -c | sort -rn | head -5 || true
grep -v 'slow statement' "$dir/log" | head -20 || true
exit $status
