#!/usr/bin/env bash
# Installs the JavaScript packages of a folder: npm ci, but only when the lock file is newer than what it last installed.
set -euo pipefail
cd "$1"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-progress --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
