#!/usr/bin/env bash
# make storm: calls of MegaMarket about 1000 shipments, repeated, in disorder, some lost; nothing may be lost, doubled,
# wrong or stuck. About three minutes.
#   STORM_SHIPMENTS=1000      size
#   STORM_SEED=42             other shipments, another order (the seed is printed)
#   STORM_TEMPLATE=database   copy this one, which has the addon, instead of installing it
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up
# Named like a test's, so that the next run of test.sh finds what a killed one left.
export STORM_DB="test_${CHECKOUT_KEY}_$$"
step "Storm: database $STORM_DB"
scratch_db "$STORM_DB" "$LOGS/storm-install.log" "${STORM_TEMPLATE:-}"

step "Storm: a server that is called, two workers"
outside_odoo storm.py "something was lost, doubled, wrong or stuck" STORM_SEED
