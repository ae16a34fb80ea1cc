#!/usr/bin/env bash
# make stop: end the demo's servers. The database stays.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
step "Stop"
for pidfile in "$DEMO_PID" "$SIMULATOR_PID"; do
    name="$(basename "$pidfile" .pid)"
    if is_running "$pidfile"; then stop_background "$pidfile"; say "$name: stopped"; else rm -f "$pidfile"; say "$name: was not running"; fi
done
