#!/usr/bin/env bash
# Install, upgrade, uninstall on a copy of the template: no warning in the log, and nothing left behind.
# Called by test.sh after its set-up; alone: make setup && bash scripts/check_lifecycle.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
find_pg_bin || fail "the set-up is missing" "make setup"
write_odoo_conf
TEMPLATE_DB="$(template_name)"
step "Life cycle: install, upgrade, uninstall"

# The pid in the name lets the next run of test.sh find what a killed one left.
DB="test_${CHECKOUT_KEY}_$$"
trap 'db_drop "$DB" || true' EXIT
trap 'exit 130' INT TERM
db_from_template "$DB"

schema() {
    pg -d "$DB" -c "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1"
    # What Odoo knows of the addon. A menu's or view's own rows are covered by their external names.
    pg -d "$DB" -c "SELECT 'external name ' || name FROM ir_model_data WHERE module = '$MODULE' ORDER BY 1"
    pg -d "$DB" -c "SELECT 'scheduled action ' || cron_name FROM ir_cron ORDER BY 1"
}
watched() { # label, options…
    local label="$1"; shift
    say "$label"
    ODOO_TIMEOUT=600 odoo "$@" 2>&1 | "$VENV/bin/python" "$CHECKOUT/scripts/watch_log.py" --quiet --label "$label" \
        --log "$LOGS/lifecycle-$label-$CHECKOUT_KEY.log" || fail "$label failed or is not clean (log: $LOGS/lifecycle-$label-$CHECKOUT_KEY.log)" "see the lines above"
}
state() { pg -d "$DB" -c "SELECT state FROM ir_module_module WHERE name = '$MODULE'"; }

schema >"$LOGS/schema-before-$CHECKOUT_KEY"
watched install -d "$DB" -i "$MODULE" --stop-after-init --no-http
[ "$(state)" = installed ] || fail "Odoo did not install $MODULE" "see $LOGS/lifecycle-install-$CHECKOUT_KEY.log"
watched upgrade -d "$DB" -u "$MODULE" --stop-after-init --no-http
watched uninstall module uninstall -d "$DB" "$MODULE"
[ "$(state)" = uninstalled ] || fail "Odoo did not uninstall $MODULE" "see $LOGS/lifecycle-uninstall-$CHECKOUT_KEY.log"
schema >"$LOGS/schema-after-$CHECKOUT_KEY"
left="$(diff "$LOGS/schema-before-$CHECKOUT_KEY" "$LOGS/schema-after-$CHECKOUT_KEY" || true)"
[ -z "$left" ] || fail "the uninstalled addon left something behind (> left, < missing):
$left" "remove it in the uninstall_hook, or let the ORM know of it"
say "clean, and nothing left behind"
