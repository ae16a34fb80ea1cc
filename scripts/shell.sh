#!/usr/bin/env bash
# make shell: Odoo's Python shell on the demo's database (or DB=name). Standard input may be a script.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# What the shell prints may be read by a program: the set-up speaks elsewhere.
set_up >&2
DB="${DB:-$DEMO_DB}"
step "Shell" >&2
db_exists "$DB" || fail "there is no database $DB" "make demo makes the demo's; make shell DB=name opens another"
say "database $DB; nothing is kept without env.cr.commit()" >&2
trap - ERR
odoo shell -d "$DB" --no-http --log-level=warn
