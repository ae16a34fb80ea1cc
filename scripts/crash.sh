#!/usr/bin/env bash
# make crash: kill -9 a worker at twenty random moments while it imports and ships 300 postings; nothing may be lost,
# doubled or stuck. Then two workers and the last pieces in two cabinets. About four minutes. Only its own processes are
# killed.
#   CRASH_POSTINGS=300 CRASH_KILLS=20   size
#   CRASH_SEED=42                       other moments (the seed is printed)
#   CRASH_TEMPLATE=database             copy this one, which has the addon, instead of installing it
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up
# Named like a test's, so that the next run of test.sh finds what a killed one left.
export CRASH_DB="test_${CHECKOUT_KEY}_$$"
step "Crash: database $CRASH_DB"
scratch_db "$CRASH_DB" "$LOGS/crash-install.log" "${CRASH_TEMPLATE:-}"

step "Crash: killing the worker"
outside_odoo crash.py "something was lost, doubled or stuck" CRASH_SEED

step "Crash: two workers, the last piece in two cabinets"
outside_odoo last_piece.py "a piece was sold twice or somebody was not told" CRASH_SEED
