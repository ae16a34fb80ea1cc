#!/usr/bin/env bash
# Everything that the other targets need, made once and then found again. Each step checks before it works.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Two set-ups in one cache would undo each other's work: the second one waits. (-o: no server started here keeps the lock.)
if [ -z "${SALE_MARKETPLACE_LOCKED:-}" ] && command -v flock >/dev/null; then
    STEP="Set-up"
    flock -n "$CACHE/.lock" true || say "another set-up is at work in $CACHE: waiting for it"
    status=0
    SALE_MARKETPLACE_LOCKED=1 flock -o -w 1800 "$CACHE/.lock" bash "${BASH_SOURCE[0]}" "$@" || status=$?
    exit "$status"
fi
unset SALE_MARKETPLACE_LOCKED

APT_PACKAGES="python3 python3-venv postgresql wkhtmltopdf chromium poppler-utils fonts-dejavu-core libmagic1 xz-utils"
# The newest Odoo 19 of Debian's unstable line leaves its JavaScript and fonts to these packages, through relative links.
SID_COMPANIONS="libjs-jquery libjs-underscore libjs-jquery-form fonts-roboto-unhinted fonts-montserrat fonts-inconsolata fonts-ocr-b fonts-glyphicons-halflings"

system_packages() {
    step "System packages"
    local missing=()
    find_pg_bin || missing+=(postgresql)
    command -v wkhtmltopdf >/dev/null || missing+=(wkhtmltopdf)
    command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
    command -v pdftoppm >/dev/null || missing+=(poppler-utils)
    command -v xz >/dev/null || missing+=(xz-utils)
    command -v python3 >/dev/null || missing+=(python3)
    python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing+=(fonts-dejavu-core)
    # (grep -c reads all of it: with -q the writer dies of a closed pipe, and pipefail calls that a failure.)
    { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -c 'libmagic\.so\.1' >/dev/null; } || missing+=(libmagic1)
    if [ ${#missing[@]} = 0 ]; then say "all there"; return; fi
    say "installing: ${missing[*]}"
    command -v apt-get >/dev/null || fail "these are missing: ${missing[*]}" "install them with your system's package manager and run this again"
    local sudo=""
    if ! is_root; then
        sudo="sudo -n"
        $sudo true 2>/dev/null || fail "these packages are missing: ${missing[*]}" "as an administrator run: apt-get update && apt-get install ${missing[*]}"
    fi
    # Debian would start a cluster of its own; ours is private, so its automatic one is not wanted.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        $sudo mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$LOGS/apt.log" 2>&1 ||
        fail "apt-get could not install ${missing[*]} (log: $LOGS/apt.log)" "as an administrator run: apt-get update && apt-get install $APT_PACKAGES"
}

python_environment() {
    step "Python environment"
    if [ -n "${ODOO_PYTHON:-}" ]; then
        # The tools of the other targets (ruff, polib…) still live in our environment.
        "$ODOO_PYTHON" -c 'import sys' 2>/dev/null || fail "ODOO_PYTHON=$ODOO_PYTHON does not run" "name a Python in which Odoo 19's requirements are installed"
        say "Odoo itself runs in ODOO_PYTHON=$ODOO_PYTHON"
    fi
    local wanted stamp="$VENV/.requirements"
    wanted="$(cksum <"$CHECKOUT/scripts/requirements.txt")"
    if "$VENV/bin/python" -c '' 2>/dev/null && [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then say "up to date"; return; fi
    # A sound environment is brought up to date in place: somebody may be working in it.
    if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then make_venv; fi
    "$VENV/bin/python" -m pip install -q --disable-pip-version-check -r "$CHECKOUT/scripts/requirements.txt" >"$LOGS/pip.log" 2>&1 ||
        fail "pip could not install scripts/requirements.txt (log: $LOGS/pip.log)" "check the connection to the package index (pip config list) and run this again"
    printf '%s' "$wanted" >"$stamp"
    say "$("$VENV/bin/python" --version), $(grep -c '^[^#]' "$CHECKOUT/scripts/requirements.txt") pinned packages"
}

make_venv() {
    local python="" candidate
    for candidate in python3.12 python3.11 python3.13 python3.10 python3; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null; then
            python="$candidate"; break
        fi
    done
    [ -n "$python" ] || fail "no Python from 3.10 to 3.13 with the venv module" "apt-get install python3 python3-venv"
    "$python" -m venv --clear "$VENV" >"$LOGS/venv.log" 2>&1 ||
        fail "the virtual environment $VENV could not be made (log: $LOGS/venv.log)" "read the log; apt-get install python3-venv may help"
}

odoo_source() {
    step "Odoo 19"
    if [ -n "${ODOO_HOME:-}" ]; then
        [ -d "$ODOO_HOME/odoo" ] || fail "ODOO_HOME=$ODOO_HOME holds no folder odoo/" "point it at an Odoo 19 source checkout (the folder with odoo-bin)"
        grep -q 'version_info = (19' "$ODOO_HOME/odoo/release.py" 2>/dev/null || fail "$ODOO_HOME is not Odoo 19" "check out branch 19.0"
        say "using ODOO_HOME=$ODOO_HOME"
        return
    fi
    if [ -e "$ODOO_ROOT/.complete" ]; then say "unpacked already"; return; fi
    local apt="$CACHE/apt" debs="$CACHE/debs" uri keyring
    uri="$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | grep -v -- -security | head -n1 || true)"
    [ -n "$uri" ] || uri="$(sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list 2>/dev/null | grep -v -- -security | head -n1 || true)"
    [ -n "$uri" ] || fail "no Debian mirror is named in the apt sources of this machine" "clone Odoo 19 yourself and run: ODOO_HOME=/path/to/odoo make …"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e "$keyring" ] || fail "the keys of Debian's archive ($keyring) are missing" "apt-get install debian-archive-keyring, or clone Odoo 19 yourself and run: ODOO_HOME=/path/to/odoo make …"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$debs"
    echo "deb [signed-by=$keyring] $uri sid main" >"$apt/sid.list"
    local options=(-o "Dir::Etc::sourcelist=$apt/sid.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
        -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none)
    # The packed files stay in the cache: Debian's unstable line may one day carry another major version.
    local package complete=yes
    for package in odoo-19 $SID_COMPANIONS fonts-font-awesome; do
        compgen -G "$debs/${package}_*.deb" >/dev/null || complete=no
    done
    if [ "$complete" = no ]; then
        say "downloading (about 130 MB)"
        { apt-get "${options[@]}" update -q && (cd "$debs" && apt-get "${options[@]}" download -q odoo-19 $SID_COMPANIONS); } >"$LOGS/odoo-download.log" 2>&1 ||
            fail "Debian's unstable line did not give the package odoo-19 (log: $LOGS/odoo-download.log)" "clone Odoo 19 yourself and run: ODOO_HOME=/path/to/odoo make …"
        # The newer lines ship Font Awesome under other file names: this one comes from the machine's own release.
        (cd "$debs" && { apt-get download -q fonts-font-awesome || { apt-get update -q && apt-get download -q fonts-font-awesome; }; }) >>"$LOGS/odoo-download.log" 2>&1 ||
            fail "fonts-font-awesome could not be downloaded (log: $LOGS/odoo-download.log)" "run apt-get update as administrator and try again"
    fi
    rm -rf "$ODOO_ROOT.new"
    mkdir -p "$ODOO_ROOT.new"
    local deb
    for deb in "$debs"/*.deb; do
        # A download that was cut short must not stay in the way of the next try.
        dpkg-deb -x "$deb" "$ODOO_ROOT.new" || { rm -f "$deb"; fail "${deb##*/} could not be unpacked and was removed" "run this again: it is downloaded anew; is the disk full (df -h)?"; }
    done
    # Missing from the package; every browser tour fails on the console error of its absence.
    local selfie="$ODOO_ROOT.new/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation"
    mkdir -p "$selfie"
    [ -e "$selfie/selfie_segmentation.js" ] || echo "/* Not shipped by the Debian package; only video calls use it. */" >"$selfie/selfie_segmentation.js"
    rm -rf "$ODOO_ROOT"
    mv "$ODOO_ROOT.new" "$ODOO_ROOT"
    touch "$ODOO_ROOT/.complete"
    say "unpacked from $(cd "$debs" && echo odoo-19_*.deb)"
}

addons_link() {
    # The technical name is the folder's name for Odoo, whatever the checkout is called.
    [ "$(readlink "$ADDONS/$MODULE" || true)" = "$CHECKOUT" ] || ln -sfn "$CHECKOUT" "$ADDONS/$MODULE"
    write_odoo_conf
}

postgres_cluster() {
    step "PostgreSQL"
    find_pg_bin || fail "no PostgreSQL server programs found" "apt-get install postgresql"
    if is_root && ! id postgres >/dev/null 2>&1; then
        fail "PostgreSQL does not run as root and there is no user 'postgres'" "apt-get install postgresql, or run make as a plain user"
    fi
    mkdir -p "$PG_SOCKET" "$PG_DIR"
    if is_root; then
        chown postgres "$PG_DIR" "$PG_SOCKET"
        # The server's own user must be able to walk to its folder: the right to pass, not to list, and only where it lacks.
        local dir
        while ! as_postgres test -x "$PG_DIR" || ! as_postgres test -x "$PG_SOCKET"; do
            dir="$CACHE"
            while ! as_postgres test -x "$(dirname "$dir")"; do dir="$(dirname "$dir")"; done
            [ "$dir" != / ] && ! as_postgres test -x "$dir" || fail "the user postgres cannot reach $PG_DIR" "choose another folder with SALE_MARKETPLACE_CACHE=/some/folder"
            say "chmod o+x $dir (for the user postgres)"
            chmod o+x "$dir"
        done
    fi
    # Whoever reaches the socket is the database's administrator: nobody else may.
    chmod 700 "$PG_SOCKET"
    if [ ! -e "$PG_DIR/PG_VERSION" ]; then
        as_postgres "$PG_BIN/initdb" -D "$PG_DIR" -U odoo -E UTF8 --locale=C.UTF-8 -A trust >"$LOGS/initdb.log" 2>&1 ||
            fail "initdb failed (log: $LOGS/initdb.log)" "read the log, remove $PG_DIR and run this again"
        # A cluster for tests and the demo: speed before durability. Never do this to a company's data.
        {
            echo "listen_addresses = ''"
            echo "fsync = off"; echo "synchronous_commit = off"; echo "full_page_writes = off"
            echo "shared_buffers = 512MB"; echo "work_mem = 32MB"; echo "maintenance_work_mem = 256MB"
            echo "max_connections = 150"; echo "autovacuum_naptime = 20s"; echo "jit = off"
        } | as_postgres tee -a "$PG_DIR/postgresql.conf" >/dev/null
    fi
    # A cache that was moved, or another port: the configuration follows.
    local settings="unix_socket_directories = '\"$PG_SOCKET\"'
port = $PG_PORT"
    if [ "$(cat "$PG_DIR/place.conf" 2>/dev/null || true)" != "$settings" ] && ! as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR" status >/dev/null 2>&1; then
        printf '%s\n' "$settings" | as_postgres tee "$PG_DIR/place.conf" >/dev/null
        grep -q "^include_if_exists = 'place.conf'" "$PG_DIR/postgresql.conf" || echo "include_if_exists = 'place.conf'" | as_postgres tee -a "$PG_DIR/postgresql.conf" >/dev/null
    fi
    if ! as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR" status >/dev/null 2>&1; then
        as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR" -w -t 60 -l "$PG_DIR/server.log" start >"$LOGS/pg_ctl.log" 2>&1 ||
            fail "the private PostgreSQL did not start (log: $PG_DIR/server.log)" "read the log; make distclean removes the cache with the cluster, the next run makes both anew"
    fi
    say "$(pg -d postgres -c 'show server_version'), socket $PG_SOCKET, port $PG_PORT"
}

template_database() {
    # A database with everything the addon depends on: a test run copies it instead of installing Odoo anew.
    step "Template database"
    TEMPLATE_DB="$(template_name)"
    echo "$TEMPLATE_DB" >"$CACHE/template_name"
    if db_exists "$TEMPLATE_DB"; then say "$TEMPLATE_DB is there"; return; fi
    say "installing Odoo's own apps once (about a minute)"
    db_drop "${TEMPLATE_DB}_new"
    odoo -d "${TEMPLATE_DB}_new" -i "$(paste -sd, "$CHECKOUT/scripts/template_modules")" --stop-after-init --no-http >"$LOGS/template.log" 2>&1 ||
        fail "Odoo could not install its own apps (log: $LOGS/template.log)" "read the end of the log; if Odoo itself is broken remove $ODOO_ROOT and run this again"
    # Fresh statistics go along into each copy.
    pg -d "${TEMPLATE_DB}_new" -c "VACUUM ANALYZE" >/dev/null
    # The name comes last: it says that all is there, the file store included.
    rm -rf "$DATA_DIR/filestore/$TEMPLATE_DB"
    [ ! -d "$DATA_DIR/filestore/${TEMPLATE_DB}_new" ] || mv "$DATA_DIR/filestore/${TEMPLATE_DB}_new" "$DATA_DIR/filestore/$TEMPLATE_DB"
    pg -d postgres -c "ALTER DATABASE ${TEMPLATE_DB}_new RENAME TO $TEMPLATE_DB"
}

main() {
    system_packages
    python_environment
    odoo_source
    addons_link
    postgres_cluster
    template_database
}
main
