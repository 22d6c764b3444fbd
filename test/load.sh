#!/bin/bash
# Runs one scenario of bin/hermod-load against a server of its own, in a temporary directory: test/load.sh SCENARIO [flags].
set -euo pipefail

bin=$(cd "$(dirname "$0")/../bin" && pwd)
port=${HERMOD_LOAD_PORT:-18480}
dir=$(mktemp -d)
printf '[limits]\nrate = 0\n' >"$dir/hermod.toml"

"$bin/hermod" serve --config "$dir/hermod.toml" --data "$dir/data" --test-numbers \
	--listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$((port + 1))" ${HERMOD_LOAD_DB:+--db "$HERMOD_LOAD_DB"} >"$dir/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$dir"' EXIT

for _ in $(seq 300); do
	kill -0 $server 2>/dev/null || { cat "$dir/log" >&2; exit 1; }
	grep -q 'is ready' "$dir/log" && break
	sleep 0.1
done

"$bin/hermod-load" "$@" --address "127.0.0.1:$port" --key "$dir/data/rsa_public.pem" --pid $server --admin "127.0.0.1:$((port + 1))"
