#!/usr/bin/env bash
# Runs the browser tests against the real program on an empty database. Used by `make test-browser`; further arguments go to playwright.
# RELEVO_SHOTS names a folder for screenshots.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

./bin/relevo serve --listen 127.0.0.1:0 --database "sqlite:$work/relevo.db" --log-level warn --script-deadline 5s >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 100); do
	RELEVO_SETUP_LINK=$(sed -n 's/^ *\(http[^ ]*#token=.*\)$/\1/p' "$work/out")
	[ -n "$RELEVO_SETUP_LINK" ] && break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.1
done
if [ -z "$RELEVO_SETUP_LINK" ]; then
	cat "$work/out" "$work/err" >&2
	exit 3
fi
export RELEVO_SETUP_LINK RELEVO_URL=${RELEVO_SETUP_LINK%%/setup*}
[ -z "${RELEVO_SHOTS:-}" ] || RELEVO_SHOTS=$(realpath "$RELEVO_SHOTS")
export RELEVO_SHOTS
cd server/console
npx playwright test "$@" || { tail -50 "$work/err" >&2; exit 1; }
