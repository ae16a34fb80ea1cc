#!/usr/bin/env bash
# make run: Odoo in the foreground with scheduled actions, on the demo's database (or DB=name). Ctrl-C ends it.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up
DB="${DB:-$DEMO_DB}"
step "Odoo"
db_exists "$DB" || fail "there is no database $DB" "make demo makes the demo's; make run DB=name serves another"
if port_busy "$HTTP_PORT"; then
    if is_running "$DEMO_PID"; then fail "the demo is being served on port $HTTP_PORT already" "make stop, then make run"; fi
    fail "port $HTTP_PORT of 127.0.0.1 is used by another program" "stop that program, or: make run SALE_MARKETPLACE_PORT=$(free_port)"
fi
say "http://127.0.0.1:$HTTP_PORT/odoo on database $DB; Ctrl-C ends it"
trap - ERR
odoo -d "$DB" --db-filter="^$DB\$" --http-interface=127.0.0.1 --http-port="$HTTP_PORT" --max-cron-threads=1
