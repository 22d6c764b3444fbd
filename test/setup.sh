#!/usr/bin/env bash
# Brings what the tests need beside Go: a PostgreSQL and a clamd to start, a browser, the JavaScript client libraries,
# and the built web client.
# It installs what it may (Debian, as root); otherwise it says in one line what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

have_postgres() { command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }

missing() { echo "make test needs $1: please install it" >&2; exit 1; }

command -v go >/dev/null || missing "Go 1.26 or newer"
command -v node >/dev/null && command -v npm >/dev/null || missing "Node.js 20 or newer with npm"

if ! have_postgres; then
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || missing "PostgreSQL 14 or newer (on Debian: apt-get install postgresql)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi

# Without clamd the tests of the scan for malware skip, and say so.
if ! command -v clamd >/dev/null && [ ! -x /usr/sbin/clamd ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends clamav-daemon >/dev/null || echo "no clamd: the scan for malware is not tested" >&2
fi

# The browser for the tests of the web client.
have_browser() { [ -n "${HERMOD_CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }

if ! have_browser; then
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || missing "Chromium (on Debian: apt-get install chromium)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium fonts-noto-core fonts-noto-color-emoji >/dev/null
fi

# Without colour emoji the tests run, and their pictures show boxes. Systems keep fonts where they like.
have_emoji() { command -v fc-list >/dev/null && fc-list ':charset=1f600' | grep -q . || compgen -G '/usr/share/fonts/truetype/noto/NotoColorEmoji*' >/dev/null; }

if ! have_emoji; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends fonts-noto-core fonts-noto-color-emoji >/dev/null
  else
    echo "no font with emoji found: pictures that the tests make may lack them" >&2
  fi
fi

for folder in test/js web test/web; do
  [ ! -e "$folder/package-lock.json" ] || bash web/install.sh "$folder"
done
make --no-print-directory page
