#!/usr/bin/env bash
# make chaos: a bad day for 1000 postings; nothing may be lost, doubled, stuck or wrongly booked. About five minutes.
#   CHAOS_POSTINGS=1000       size
#   CHAOS_SEED=42             other postings, other moments (the seed is printed)
#   CHAOS_TEMPLATE=database   copy this one, which has the addon, instead of installing it
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up
# Named like a test's, so that the next run of test.sh finds what a killed one left.
export CHAOS_DB="test_${CHECKOUT_KEY}_$$"
step "Chaos: database $CHAOS_DB"
scratch_db "$CHAOS_DB" "$LOGS/chaos-install.log" "${CHAOS_TEMPLATE:-}"

step "Chaos: the bad day"
outside_odoo chaos.py "something was lost, doubled, stuck or wrongly booked" CHAOS_SEED
