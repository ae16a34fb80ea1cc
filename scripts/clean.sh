#!/usr/bin/env bash
# make clean: stop the servers, drop this checkout's databases and the demo's, stop PostgreSQL if nobody else uses it.
# make distclean (--all): and remove the whole cache, for every checkout that uses it.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
bash "$CHECKOUT/scripts/stop.sh" || exit 1

step "PostgreSQL"
running() { as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR" status >/dev/null 2>&1; }
if [ -e "$PG_DIR/PG_VERSION" ] && find_pg_bin && running; then
    while read -r name; do
        db_drop "$name"
        say "dropped $name"
    done < <(pg -d postgres -c "SELECT datname FROM pg_database WHERE datname = '$DEMO_DB' OR datname ~ '^(test|bench)_${CHECKOUT_KEY}(_|$)'")
    others="$(pg -d postgres -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")"
    if [ "$others" = 0 ] || [ "${1:-}" = --all ]; then
        as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR" -m fast -w stop >/dev/null
        say "stopped"
    else
        say "left running: $others other connections (another checkout?)"
    fi
else
    say "was not running"
fi
rm -rf "$CHECKOUT/.ruff_cache" "$CHECKOUT/.hypothesis" "$CHECKOUT/.pytest_cache"
find "$CHECKOUT" -name __pycache__ -type d -prune -exec rm -rf {} +
if [ "${1:-}" = --all ]; then
    step "Cache"
    # Only what the set-up made: a mistaken SALE_MARKETPLACE_CACHE must not cost a folder of somebody else's.
    rm -rf "$VENV" "$ODOO_ROOT" "$ODOO_ROOT.new" "$PG_DIR" "$PG_SOCKET" "$DATA_DIR" "$LOGS" "$CACHE/addons" "$CACHE/apt" "$CACHE/debs" \
        "$CACHE/template_name" "$CACHE/.lock" "$DEMO_PID" "$SIMULATOR_PID" "$CACHE"/odoo-*.conf
    rmdir "$CACHE" 2>/dev/null || say "left: $(find "$CACHE" -mindepth 1 -maxdepth 1 | tr '\n' ' ')"
    say "removed $CACHE"
fi
