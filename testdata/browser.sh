#!/usr/bin/env bash
# Runs the browser tests against the real program on an empty database. Used by `make test-browser`; further arguments go to playwright.
# RELEVO_SHOTS names a folder for screenshots. A second program runs with --watch on copies of the flows, for watch.spec.ts.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'kill "${server:-}" "${watching:-}" 2>/dev/null || true; wait "${server:-}" "${watching:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

./bin/relevo serve --listen 127.0.0.1:0 --database "sqlite:$work/relevo.db" --log-level warn --script-deadline 5s >"$work/out" 2>"$work/err" &
server=$!
mkdir -p "$work/bench/flows" "$work/bench/scripts"
cp flows/*.yaml "$work/bench/flows"
cp scripts/*.js "$work/bench/scripts"
program=$PWD/bin/relevo
(cd "$work/bench" && exec "$program" serve --watch --flows flows --listen 127.0.0.1:0 --script-deadline 5s) >"$work/bench/out" 2>"$work/bench/err" &
watching=$!
for _ in $(seq 100); do
	RELEVO_WATCH_URL=$(sed -n 's|^ *workbench *\(http[^ ]*\)/dev/$|\1|p' "$work/bench/out")
	RELEVO_SETUP_LINK=$(sed -n 's/^ *\(http[^ ]*#token=.*\)$/\1/p' "$work/out")
	[ -n "$RELEVO_SETUP_LINK" ] && [ -n "$RELEVO_WATCH_URL" ] && break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.1
done
if [ -z "$RELEVO_SETUP_LINK" ] || [ -z "$RELEVO_WATCH_URL" ]; then
	cat "$work/out" "$work/err" "$work/bench/out" "$work/bench/err" >&2
	exit 3
fi
RELEVO_WATCH_SETUP=$(sed -n 's/^ *\(http[^ ]*#token=.*\)$/\1/p' "$work/bench/out")
export RELEVO_WATCH_URL RELEVO_WATCH_SETUP RELEVO_WATCH_FLOWS="$work/bench/flows"
export RELEVO_SETUP_LINK RELEVO_URL=${RELEVO_SETUP_LINK%%/setup*}
[ -z "${RELEVO_SHOTS:-}" ] || RELEVO_SHOTS=$(realpath "$RELEVO_SHOTS")
export RELEVO_SHOTS
cd server/console
npx playwright test "$@" || { tail -50 "$work/err" "$work/bench/err" >&2; exit 1; }
