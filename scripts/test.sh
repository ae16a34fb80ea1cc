#!/usr/bin/env bash
# make test: the addon's tests on copies of the template database, then the checks that need a database.
#   TAGS=/sale_marketplace:TestOrder   only these tests (Odoo's --test-tags), in one process, without the checks
#   KEEP_DB=1                          keep the databases
#   TEST_TIMEOUT=1100                  seconds until a run that hangs is ended
# A full run is two processes side by side, each with half of the test modules and a database of its own
# (scripts/split_tests.py); the one goes on with translations and life cycle, the other with the short crash test.
# The last line is 'N passed, N failed': Odoo's tests; a failed check counts as one more failure.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

RESULT="${TEST_RESULT:-$LOGS/test-$CHECKOUT_KEY.result}"
rm -f "$RESULT"
PASSED=0 FAILED=0 SKIPPED=0
FAILED_CHECKS=()
closing_line() {
    step "Result"
    [ ${#FAILED_CHECKS[@]} = 0 ] || say "failed checks (each counts as one failure): ${FAILED_CHECKS[*]}"
    [ "$SKIPPED" = 0 ] || say "skipped (neither passed nor failed): $SKIPPED"
    [ "$((FAILED + ${#FAILED_CHECKS[@]}))" = 0 ] || say "logs: $LOGS"
    echo "$PASSED passed, $((FAILED + ${#FAILED_CHECKS[@]})) failed" | tee "$RESULT"
    [ "$((FAILED + ${#FAILED_CHECKS[@]}))" = 0 ]
}

set_up

# One name per checkout and run: two runs do not meet. What a killed run left behind goes.
TEST_DB="test_${CHECKOUT_KEY}_$$"
while read -r old; do
    pid="${old#"test_${CHECKOUT_KEY}_"}"
    kill -0 "${pid%%_*}" 2>/dev/null || db_drop "$old"
done < <(pg -d postgres -c "SELECT datname FROM pg_database WHERE datname ~ '^test_${CHECKOUT_KEY}_[0-9]+(_2)?$'")
DATABASES=("$TEST_DB") HALVES=()
end_run() {
    local half db try
    # Whatever a half has started belongs to its group. Who is asked to end may still remove a database of its own.
    for half in ${HALVES[@]+"${HALVES[@]}"}; do kill -- "-$half" 2>/dev/null || true; done
    for half in ${HALVES[@]+"${HALVES[@]}"}; do
        for try in $(seq 40); do
            kill -0 -- "-$half" 2>/dev/null || break
            [ "$try" != 40 ] || kill -9 -- "-$half" 2>/dev/null || true
            sleep 0.25
        done
    done
    for db in "${DATABASES[@]}"; do
        if [ -n "${KEEP_DB:-}" ]; then say "kept: database $db (make shell DB=$db)"; else db_drop "$db" || true; fi
    done
}
trap end_run EXIT
# Ctrl-C and a CI's stop come here too: without this a script killed by a signal leaves its databases.
trap 'exit 130' INT TERM

run_tests() { # database, port, test tags, what its files begin with, options of watch_log.py
    local db="$1" port="$2" tags="$3" files="$4" problems=0 status=(0 0); shift 4
    ODOO_TIMEOUT="${TEST_TIMEOUT:-1100}" odoo -d "$db" -i "$MODULE" --test-tags="$tags" --stop-after-init \
        --http-interface=127.0.0.1 --http-port="$port" 2>&1 |
        "$VENV/bin/python" "$CHECKOUT/scripts/watch_log.py" --log "$files.log" --result "$files.counts" --seconds "$files.seconds" "$@" ||
        status=("${PIPESTATUS[@]}")
    [ ! -s "$files.counts" ] || read -r PASSED FAILED SKIPPED problems <"$files.counts"
    if [ "${status[0]}" = 124 ] || [ "${status[0]}" = 137 ]; then
        say "the run was ended after ${TEST_TIMEOUT:-1100} s (raise TEST_TIMEOUT, or see in the log which test hangs)"
        FAILED_CHECKS+=(timeout)
    elif [ "$(pg -d "$db" -c "SELECT state FROM ir_module_module WHERE name = '$MODULE'")" != installed ]; then
        say "Odoo did not install $MODULE"
        FAILED_CHECKS+=(installation)
    elif [ "$FAILED" = 0 ] && [ "${status[0]}" != 0 ]; then
        say "Odoo ended with status ${status[0]}"
        FAILED_CHECKS+=(odoo)
    elif [ "$problems" != 0 ] || { [ "$FAILED" = 0 ] && [ "${status[1]}" != 0 ]; }; then
        FAILED_CHECKS+=(log)
    elif [ "$((PASSED + FAILED + SKIPPED))" = 0 ] && compgen -G "$CHECKOUT/tests/test_*.py" >/dev/null; then
        say "not one test of $tags was found: see TAGS, and the imports of tests/__init__.py"
        FAILED_CHECKS+=(no-tests)
    fi
    say "$PASSED passed, $FAILED failed, $SKIPPED skipped"
}

check_translations() { # database
    step "Translations"
    ( # The odoo function's failure is told by the check itself.
        trap - ERR
        odoo i18n export -d "$1" -l pot -o "$LOGS/$MODULE-$CHECKOUT_KEY.pot" "$MODULE" >"$LOGS/i18n-$CHECKOUT_KEY.log" 2>&1 ||
            { tail -n 5 "$LOGS/i18n-$CHECKOUT_KEY.log"; exit 1; }
        "$VENV/bin/python" "$CHECKOUT/scripts/check_i18n.py" "$LOGS/$MODULE-$CHECKOUT_KEY.pot" "$CHECKOUT/i18n"
    ) || FAILED_CHECKS+=(translations)
}

run_half() { # 1 or 2, database, port, test tags: a process beside the other one
    # What there is to say waits in a file until both are done; only progress goes to the screen at once.
    local files="$FILES-$1" meanwhile
    exec {meanwhile}>&1 >"$files.report" 2>&1 </dev/null
    step "Tests, half $1"
    say "database $2, log $files.log"
    run_tests "$2" "$3" "$4" "$files" --label "half $1" --beside 2>&"$meanwhile"
    printf '   half %s: tests done after %s s: %s passed, %s failed; checks follow\n' "$1" "$SECONDS" "$PASSED" "$FAILED" >&"$meanwhile"
    if [ "$1" = 1 ]; then
        check_translations "$2"
        bash "$CHECKOUT/scripts/check_lifecycle.sh" || FAILED_CHECKS+=(life-cycle)
    else
        # The short form of make crash: what is killed in the middle must not lose or double anything.
        CRASH_TEMPLATE="$2" CRASH_POSTINGS=40 CRASH_KILLS=4 KEEP_DB="" bash "$CHECKOUT/scripts/crash.sh" || FAILED_CHECKS+=(crash)
    fi
    printf '   half %s: done after %s s\n' "$1" "$SECONDS" >&"$meanwhile"
    echo "$PASSED $FAILED $SKIPPED ${FAILED_CHECKS[*]-}" >"$files.end"
}

step "Tests"
FILES="$LOGS/test-$CHECKOUT_KEY"
rm -f "$FILES"{,-1,-2}.{log,counts,seconds,report,end}
db_from_template "$TEST_DB"
if [ -n "${TAGS:-}" ]; then
    say "database $TEST_DB, log $FILES.log"
    run_tests "$TEST_DB" "$(free_port)" "$TAGS" "$FILES" --label "Tests"
    say "TAGS is set: the checks of translations, of crashes and of the life cycle are left to a full run"
else
    DATABASES+=("${TEST_DB}_2")
    db_from_template "${TEST_DB}_2"
    readarray -t tags < <("$VENV/bin/python" "$CHECKOUT/scripts/split_tests.py" "$MODULE")
    [ ${#tags[@]} = 2 ] || fail "the tests could not be divided" "see scripts/split_tests.py"
    readarray -t ports < <(free_ports 2)
    say "two halves side by side, each with a database of its own; what they have to say follows when both are done"
    SECONDS=0
    for half in 1 2; do
        # A group of its own for each: all that it has started can be ended with it.
        set -m
        run_half "$half" "${DATABASES[half - 1]}" "${ports[half - 1]}" "${tags[half - 1]}" &
        set +m
        HALVES+=("$!")
    done
    for half in 1 2; do wait "${HALVES[half - 1]}" || true; done
    HALVES=()
    for half in 1 2; do
        [ ! -s "$FILES-$half.report" ] || cat "$FILES-$half.report"
        if [ -s "$FILES-$half.end" ]; then
            read -r passed failed skipped checks <"$FILES-$half.end"
            PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
            for check in $checks; do FAILED_CHECKS+=("$check"); done
        else
            say "half $half ended by itself"
            FAILED_CHECKS+=("half-$half")
        fi
    done
    if [ "$FAILED" = 0 ] && [ ${#FAILED_CHECKS[@]} = 0 ]; then
        "$VENV/bin/python" "$CHECKOUT/scripts/split_tests.py" --check "$FILES-1.seconds" "$FILES-2.seconds" || FAILED_CHECKS+=(modules)
        # Where one half takes much longer than the other, this file replaces scripts/test_seconds.
        sort "$FILES-1.seconds" "$FILES-2.seconds" >"$FILES.seconds"
    fi
fi
closing_line || exit 1
