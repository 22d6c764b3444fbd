#!/usr/bin/env bash
# Runs a scenario of the load generator against a server of its own: test/load.sh SCENARIO [FLAGS].
# DB names a database (postgres://…) instead of the embedded one; PORT the port.
set -euo pipefail
cd "$(dirname "$0")/.."

scenario=${1:?name a scenario: handshake, signup, private, idle or reconnect}
shift
port=${PORT:-18080}
admin=127.0.0.1:$((port + 1))
dir=$(mktemp -d)
ulimit -n "$(ulimit -Hn)"

HERMOD_LIMITS_RATE=0 ./bin/hermod serve --listen "127.0.0.1:$port" --admin-listen "$admin" --data "$dir/data" \
  ${DB:+--db "$DB"} --test-numbers --log-level warn >"$dir/out" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$dir"' EXIT

until grep -q 'is ready' "$dir/out"; do
  kill -0 $server || exit 1 # it has said why
  sleep 0.05
done
./bin/hermod-load "$scenario" --address "127.0.0.1:$port" --key "$dir/data/rsa_public.pem" --pid $server --admin "$admin" "$@"
