# Shared by every script here: where things live, and how a step speaks and fails.
# shellcheck shell=bash
set -Eeuo pipefail
shopt -s inherit_errexit

CHECKOUT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
MODULE=sale_marketplace
# Everything that is slow to make lives outside the checkout, so that a second clone starts quickly.
CACHE="${SALE_MARKETPLACE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/$MODULE}"
VENV="$CACHE/venv"
ODOO_ROOT="$CACHE/odoo-19"
PG_DIR="$CACHE/postgres"
PG_SOCKET="$CACHE/run"
# A socket's path has at most 107 characters: a deep cache folder gets a short one elsewhere.
[ ${#PG_SOCKET} -lt 85 ] || PG_SOCKET="/tmp/$MODULE-$(id -u)-$(printf '%s' "$CACHE" | cksum | cut -d' ' -f1)"
PG_PORT="${SALE_MARKETPLACE_PGPORT:-54329}"
DATA_DIR="$CACHE/data"
LOGS="$CACHE/logs"
# One addons folder per checkout: the link carries the technical name whatever the checkout is called.
CHECKOUT_KEY="$(printf '%s' "$CHECKOUT" | cksum | cut -d' ' -f1)"
ADDONS="$CACHE/addons/$CHECKOUT_KEY"
HTTP_PORT="${SALE_MARKETPLACE_PORT:-8069}"
SIMULATOR_PORT="${SALE_MARKETPLACE_SIMULATOR_PORT:-8169}"
DEMO_DB="${SALE_MARKETPLACE_DEMO_DB:-sale_marketplace_demo}"
if [ -n "${ODOO_HOME:-}" ]; then
    ODOO_HOME="$(cd "$ODOO_HOME" 2>/dev/null && pwd)" ||
        { echo "Failed: ODOO_HOME is no folder. What to do: point it at an Odoo 19 source checkout." >&2; exit 1; }
fi

# --- How a step speaks and fails ---
BOLD="" RED="" PLAIN=""
if [ -t 1 ] && [ -t 2 ]; then BOLD=$'\033[1m' RED=$'\033[31m' PLAIN=$'\033[0m'; fi
STEP="start"
TOLD=97 # the status of a subshell that has already said what is wrong
step() { STEP="$1"; printf '%s== %s%s\n' "$BOLD" "$1" "$PLAIN"; }
say() { printf '   %s\n' "$*"; }
fail() { # what happened, what to do
    printf '\n%sFailed: %s%s\n   %s\n' "$RED" "$STEP" "$PLAIN" "$1" >&2
    [ -z "${2:-}" ] || printf '   What to do: %s\n' "$2" >&2
    if [ "$BASH_SUBSHELL" -gt 0 ]; then exit "$TOLD"; fi
    exit 1
}
on_error() { # status, line, file: a command failed that nobody looked after
    # A subshell only hands its status on; its parent speaks, once.
    if [ "$BASH_SUBSHELL" -gt 0 ]; then exit "$1"; fi
    if [ "$1" = "$TOLD" ]; then exit 1; fi
    fail "a command ended with status $1 (line $2 of ${3##*/})" "read the lines above; logs are in $LOGS"
}
trap 'on_error $? "$LINENO" "${BASH_SOURCE[0]:-shell}"' ERR

mkdir -p "$CACHE" "$LOGS" "$DATA_DIR" "$ADDONS" 2>/dev/null ||
    fail "the cache folder $CACHE cannot be written" "choose another with SALE_MARKETPLACE_CACHE=/some/folder"

is_root() { [ "$(id -u)" = 0 ]; }

# --- PostgreSQL ---
# PostgreSQL refuses to run as root: its own user is used then, the present user otherwise.
as_postgres() {
    if is_root; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

PG_BIN=""
find_pg_bin() { # the version of the cluster if there is one, otherwise the newest
    local dir wanted=""
    # Root's cluster folder belongs to another user, and a plain user's to the user: both may read this file.
    [ ! -r "$PG_DIR/PG_VERSION" ] || wanted="$(cat "$PG_DIR/PG_VERSION")"
    while read -r dir; do
        [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/psql" ] || continue
        if [ -n "$wanted" ] && [ "$("$dir/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" != "$wanted" ]; then continue; fi
        PG_BIN="$dir"
        return 0
    done < <(
        printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin | sort -Vr
        dirname "$(command -v initdb || echo /nowhere/initdb)"
    )
    return 1
}

pg() { "$PG_BIN/psql" -X -h "$PG_SOCKET" -p "$PG_PORT" -U odoo -v ON_ERROR_STOP=1 -qAt "$@"; }
db_exists() { [ "$(pg -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }
db_drop() { # database: with its file store
    pg -d postgres -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" 2>/dev/null
    rm -rf "$DATA_DIR/filestore/${1:?}"
}
db_from_template() { # database: a copy of the template, in place of what was there
    db_drop "$1"
    local try
    for try in 1 2 3 4 5; do
        # PostgreSQL refuses to copy a database that somebody is connected to, another copy at work included.
        if pg -d postgres -c "CREATE DATABASE \"$1\" TEMPLATE \"$TEMPLATE_DB\"" 2>"$LOGS/createdb.log"; then break; fi
        [ "$try" != 5 ] || fail "$TEMPLATE_DB could not be copied (log: $LOGS/createdb.log)" "close what is connected to it and run this again"
        sleep 3
    done
    # The web client's bundles and images live in the file store. Its files are never changed in place: links will do.
    [ ! -d "$DATA_DIR/filestore/$TEMPLATE_DB" ] ||
        cp -al "$DATA_DIR/filestore/$TEMPLATE_DB" "$DATA_DIR/filestore/$1" 2>/dev/null ||
        cp -a "$DATA_DIR/filestore/$TEMPLATE_DB/." "$DATA_DIR/filestore/$1/"
    # A copy must not be taken for the original by Odoo's services.
    pg -d "$1" -c "UPDATE ir_config_parameter SET value = gen_random_uuid() WHERE key IN ('database.uuid', 'database.secret')"
}

# --- Odoo ---
# ODOO_HOME may be a source checkout (odoo-bin, addons/, odoo/) or a folder that holds the package odoo/ (site-packages).
odoo_pythonpath() { printf '%s' "${ODOO_HOME:-$ODOO_ROOT/usr/lib/python3/dist-packages}"; }
odoo_python() { printf '%s' "${ODOO_PYTHON:-$VENV/bin/python}"; }
odoo_addons_path() {
    local base; base="$(odoo_pythonpath)"
    # A folder "addons" without an addon in it (some package's own) is not Odoo's.
    if [ -e "$base/addons/web/__manifest__.py" ] || [ -e "$base/addons/sale_stock/__manifest__.py" ]; then printf '%s,' "$base/addons"; fi
    printf '%s' "$ADDONS"
}

odoo() { # odoo [subcommand] options…: Odoo with our configuration; ODOO_TIMEOUT ends a run that hangs
    local prefix=()
    [ -z "${ODOO_TIMEOUT:-}" ] || prefix=(timeout --foreground -k 30 "$ODOO_TIMEOUT")
    PYTHONPATH="$(odoo_pythonpath)${PYTHONPATH:+:$PYTHONPATH}" PYTHONWARNINGS="${PYTHONWARNINGS:-ignore}" PYTHONDONTWRITEBYTECODE=1 \
        ${prefix[@]+"${prefix[@]}"} "$(odoo_python)" -m odoo "$@"
}

odoo_logged() { # log, options…: Odoo without a word on the screen unless it fails
    local log="$1" status=0; shift
    odoo "$@" >"$log" 2>&1 || status=$?
    if [ "$status" != 0 ]; then
        tail -n 25 "$log" >&2
        fail "Odoo ended with status $status (log: $log)" "read the end of the log above"
    fi
}

install_module() { # database, log
    odoo_logged "$2" -d "$1" -i "$MODULE" --stop-after-init --no-http
    # A name that Odoo cannot install is only a warning to it.
    [ "$(pg -d "$1" -c "SELECT state FROM ir_module_module WHERE name = '$MODULE'")" = installed ] ||
        { grep -E ' (WARNING|ERROR|CRITICAL) ' "$2" | tail -n 10 >&2 || true; fail "Odoo did not install $MODULE (log: $2)" "read the lines above"; }
}

odoo_script() { # database, script, log: a script inside 'odoo shell'
    local status=0
    odoo shell -d "$1" --no-http --log-level=warn <"$2" 2>"$3" || status=$?
    if [ "$status" != 0 ]; then
        tail -n 25 "$3" >&2
        fail "${2#"$CHECKOUT"/} ended with status $status (log: $3)" "read the end of the log above"
    fi
}

write_odoo_conf() {
    ODOO_CONF="$CACHE/odoo-$CHECKOUT_KEY.conf"
    cat >"$ODOO_CONF.$$" <<CONF
[options]
addons_path = $(odoo_addons_path)
data_dir = $DATA_DIR
db_host = $PG_SOCKET
db_port = $PG_PORT
db_user = odoo
db_maxconn = 32
http_interface = 127.0.0.1
http_port = $HTTP_PORT
server_wide_modules = base,web
list_db = False
max_cron_threads = 0
limit_time_real = 1200
limit_time_cpu = 1200
without_demo = True
CONF
    # Replaced at once: another run of this checkout may be reading it.
    mv -f "$ODOO_CONF.$$" "$ODOO_CONF"
    export ODOO_CONF ODOO_RC="$ODOO_CONF"
}

template_name() { # another set of apps or another Odoo is another template
    printf 'template_%s' "$( { cat "$CHECKOUT/scripts/template_modules" "$(odoo_pythonpath)/odoo/release.py"; printf '%s' "${ODOO_HOME:-}"; } | cksum | cut -d' ' -f1)"
}

set_up() { # what each target begins with: seconds once everything is there
    bash "$CHECKOUT/scripts/setup.sh" || exit 1
    find_pg_bin
    write_odoo_conf
    TEMPLATE_DB="$(template_name)"
}

SCRATCH_DB=""
scratch_db() { # name, log, [database to copy, which has the addon]: a database with the addon, dropped at the end
    SCRATCH_DB="$1"
    trap drop_scratch_db EXIT
    trap 'exit 130' INT TERM
    if [ -n "${3:-}" ]; then
        TEMPLATE_DB="$3"
        db_from_template "$SCRATCH_DB"
    else
        db_from_template "$SCRATCH_DB"
        install_module "$SCRATCH_DB" "$2"
    fi
}
outside_odoo() { # script in benchmarks/, what its failure means, its seed's name: plain Python that starts Odoo processes
    local log="$LOGS/${1%.py}.log"
    trap - ERR
    PYTHONPATH="$(odoo_pythonpath)" PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1 \
        "$(odoo_python)" "$CHECKOUT/benchmarks/$1" 2> >(tee "$log" >&2) ||
        fail "$2, or a process ended by itself (log: $log)" "read the counts above; the same $3 gives the same moments"
}
drop_scratch_db() {
    if [ -n "${KEEP_DB:-}" ]; then say "kept: database $SCRATCH_DB (make shell DB=$SCRATCH_DB)"; else db_drop "$SCRATCH_DB" || true; fi
}

# --- Servers in the background ---
port_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_ports() { # how many: held all at once, so that none comes twice
    "$VENV/bin/python" - "$1" <<'PY'
import socket
import sys

held = [socket.create_server(("127.0.0.1", 0)) for _number in range(int(sys.argv[1]))]
print(*(each.getsockname()[1] for each in held), sep="\n")
PY
}
free_port() { free_ports 1; }
answers() { # url: does it answer 200?
    "$VENV/bin/python" - "$1" 2>/dev/null <<'PY'
import sys
import urllib.request

# No proxy of the environment stands between this machine and itself.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.exit(opener.open(sys.argv[1], timeout=5).status != 200)
PY
}
is_running() { # pidfile: is the process that it names alive, and still ours?
    local pid
    pid="$(cat "$1" 2>/dev/null)" || return 1
    [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 1
    # A number may have been given to another process since.
    [ ! -r "/proc/$pid/cmdline" ] || tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qE -- '-m (odoo|simulator)( |$)'
}
start_background() { # pidfile, log, command…
    local pidfile="$1" log="$2"; shift 2
    # Its own session: it outlives make and the terminal.
    nohup setsid "$@" </dev/null >"$log" 2>&1 &
    echo $! >"$pidfile"
    disown
}
stop_background() { # pidfile
    local pid try
    if is_running "$1"; then
        pid="$(cat "$1")"
        kill "$pid" 2>/dev/null || true
        for try in $(seq 40); do
            kill -0 "$pid" 2>/dev/null || break
            [ "$try" != 40 ] || kill -9 "$pid" 2>/dev/null || true
            sleep 0.25
        done
    fi
    rm -f "$1"
}
DEMO_PID="$CACHE/demo.pid"
SIMULATOR_PID="$CACHE/simulator.pid"
