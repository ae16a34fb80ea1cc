#!/usr/bin/env bash
# make bench: benchmarks/run.py inside 'odoo shell', on a copy of the template with the addon installed.
# Seconds mean something on an idle machine only; what is judged (ratios, numbers of queries) does on a busy one, too.
#   BENCH_OPEN=20000      open orders among which the last rows are measured (default 2000; the whole budget: 20000)
#   BENCH_SIZE=200        orders per row
#   BENCH_DAY=10000       postings that wait in the cabinet on the first day (default 1000)
#   BENCH_OFFERS=100000   offers whose stock is computed, and that a feed tells of
#   BENCH_MONTH=3000      orders of the month that is settled
#   BENCH_ONLY=settlement one part alone: orders, unchanged, growth, day, stock, prices, feed, settlement, callbacks
#   BENCH_RST=/a/file     the tables go there, too
#   KEEP_DB=1             keep the database
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ -e "$CHECKOUT/benchmarks/run.py" ] || fail "there is no benchmarks/run.py" "nothing can be measured yet"
set_up
BENCH_DB="bench_${CHECKOUT_KEY}"

step "Database $BENCH_DB"
scratch_db "$BENCH_DB" "$LOGS/bench-install.log"
pg -d "$BENCH_DB" -c "ANALYZE"

step "Benchmarks"
say "load of this machine: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || uptime)"
status=0
odoo shell -d "$BENCH_DB" --no-http --log-level=warn <"$CHECKOUT/benchmarks/run.py" 2> >(tee "$LOGS/bench.log" >&2) || status=$?
[ "$status" = 0 ] || fail "the benchmarks ended with status $status (log: $LOGS/bench.log)" "read the lines above"
