#!/usr/bin/env bash
# make chaos: a bad day for 1000 postings; nothing may be lost, doubled, stuck or wrongly booked. About five minutes.
#   CHAOS_POSTINGS=1000       size
#   CHAOS_SEED=42             other postings, other moments (the seed is printed)
#   CHAOS_TEMPLATE=database   copy this one, which has the addon, instead of installing it
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up
# Named like a test's, so that the next run of test.sh finds what a killed one left.
CHAOS_DB="test_${CHECKOUT_KEY}_$$"
drop_chaos_db() {
    if [ -n "${KEEP_DB:-}" ]; then say "kept: database $CHAOS_DB (make shell DB=$CHAOS_DB)"; else db_drop "$CHAOS_DB" || true; fi
}
trap drop_chaos_db EXIT
trap 'exit 130' INT TERM

step "Chaos: database $CHAOS_DB"
if [ -n "${CHAOS_TEMPLATE:-}" ]; then
    TEMPLATE_DB="$CHAOS_TEMPLATE"
    db_from_template "$CHAOS_DB"
else
    db_from_template "$CHAOS_DB"
    install_module "$CHAOS_DB" "$LOGS/chaos-install.log"
fi

step "Chaos: the bad day"
export CHAOS_DB
trap - ERR
if ! PYTHONPATH="$(odoo_pythonpath)" PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1 \
    "$(odoo_python)" "$CHECKOUT/benchmarks/chaos.py" 2> >(tee "$LOGS/chaos.log" >&2); then
    fail "something was lost, doubled, stuck or wrongly booked, or a process ended by itself (log: $LOGS/chaos.log)" \
        "read the counts above; the same CHAOS_SEED gives the same moments"
fi
