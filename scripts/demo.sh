#!/usr/bin/env bash
# make demo: a demo company in a new database, the simulated marketplaces, and Odoo in the background. Ends by itself.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up

step "Former demo"
if is_running "$DEMO_PID" || is_running "$SIMULATOR_PID"; then say "stopping it"; fi
stop_background "$DEMO_PID"
stop_background "$SIMULATOR_PID"
must_be_free() { # port, its setting
    ! port_busy "$1" || fail "port $1 of 127.0.0.1 is used by another program" "stop that program, or choose another port: make demo $2=$(free_port)"
}
must_be_free "$HTTP_PORT" SALE_MARKETPLACE_PORT
must_be_free "$SIMULATOR_PORT" SALE_MARKETPLACE_SIMULATOR_PORT
say "ports $HTTP_PORT and $SIMULATOR_PORT of 127.0.0.1 are free"

step "Database $DEMO_DB"
db_from_template "$DEMO_DB"
say "installing $MODULE"
install_module "$DEMO_DB" "$LOGS/demo-install.log"
say "filling the company"
export SIMULATOR_PORT HTTP_PORT
odoo_script "$DEMO_DB" "$CHECKOUT/demo/company.py" "$LOGS/demo-company.log"

if [ -e "$CHECKOUT/simulator/__main__.py" ]; then
    step "Simulated marketplaces"
    start_background "$SIMULATOR_PID" "$LOGS/simulator.log" \
        env PYTHONPATH="$CHECKOUT" PYTHONDONTWRITEBYTECODE=1 "$VENV/bin/python" -m simulator --port "$SIMULATOR_PORT"
    for try in $(seq 60); do
        port_busy "$SIMULATOR_PORT" && break
        is_running "$SIMULATOR_PID" && [ "$try" != 60 ] ||
            { tail -n 20 "$LOGS/simulator.log" >&2; fail "the simulator did not start (log: $LOGS/simulator.log)" "read the lines above"; }
        sleep 0.5
    done
    say "http://127.0.0.1:$SIMULATOR_PORT"
fi
if [ -e "$CHECKOUT/demo/flow.py" ]; then
    step "A day at the marketplaces"
    odoo_script "$DEMO_DB" "$CHECKOUT/demo/flow.py" "$LOGS/demo-flow.log"
    say "done"
fi
if [ -e "$CHECKOUT/demo/money.py" ]; then
    step "Last month's money"
    odoo_script "$DEMO_DB" "$CHECKOUT/demo/money.py" "$LOGS/demo-money.log"
fi

step "Odoo"
start_background "$DEMO_PID" "$LOGS/demo.log" \
    env PYTHONPATH="$(odoo_pythonpath)" PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1 ODOO_RC="$ODOO_CONF" "$(odoo_python)" \
    -m odoo -d "$DEMO_DB" --db-filter="^$DEMO_DB\$" --http-interface=127.0.0.1 --http-port="$HTTP_PORT" --max-cron-threads=1
url="http://127.0.0.1:$HTTP_PORT"
for try in $(seq 120); do
    answers "$url/web/login" && break
    is_running "$DEMO_PID" && [ "$try" != 120 ] ||
        { tail -n 20 "$LOGS/demo.log" >&2; fail "Odoo does not answer at $url (log: $LOGS/demo.log)" "read the lines above"; }
    sleep 0.5
done
say "$url/odoo"
if [ -e "$CHECKOUT/demo/megamarket.py" ]; then
    step "A day at MegaMarket, which calls this Odoo"
    odoo_script "$DEMO_DB" "$CHECKOUT/demo/megamarket.py" "$LOGS/demo-megamarket.log"
fi

step "The demo is there"
say "$url/odoo"
say "login / password: admin / admin (all rights), clerk / clerk (sales), packer / packer (warehouse), accountant / accountant"
say "log: $LOGS/demo.log"
say "stop it with: make stop"
