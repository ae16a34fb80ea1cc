#!/usr/bin/env bash
# make crash: kill -9 a worker at twenty random moments while it imports and ships 300 postings; nothing may be lost,
# doubled or stuck. About three minutes. Only its own processes are killed.
#   CRASH_POSTINGS=300 CRASH_KILLS=20   size
#   CRASH_SEED=42                       other moments (the seed is printed)
#   CRASH_TEMPLATE=database             copy this one, which has the addon, instead of installing it
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up
# Named like a test's, so that the next run of test.sh finds what a killed one left.
CRASH_DB="test_${CHECKOUT_KEY}_$$"
drop_crash_db() {
    if [ -n "${KEEP_DB:-}" ]; then say "kept: database $CRASH_DB (make shell DB=$CRASH_DB)"; else db_drop "$CRASH_DB" || true; fi
}
trap drop_crash_db EXIT
trap 'exit 130' INT TERM

step "Crash: database $CRASH_DB"
if [ -n "${CRASH_TEMPLATE:-}" ]; then
    TEMPLATE_DB="$CRASH_TEMPLATE"
    db_from_template "$CRASH_DB"
else
    db_from_template "$CRASH_DB"
    install_module "$CRASH_DB" "$LOGS/crash-install.log"
fi

step "Crash: killing the worker"
export CRASH_DB
trap - ERR
if ! PYTHONPATH="$(odoo_pythonpath)" PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1 \
    "$(odoo_python)" "$CHECKOUT/benchmarks/crash.py" 2> >(tee "$LOGS/crash.log" >&2); then
    fail "something was lost, doubled or stuck, or a process ended by itself (log: $LOGS/crash.log)" \
        "read the counts above; the same CRASH_SEED gives the same moments"
fi
