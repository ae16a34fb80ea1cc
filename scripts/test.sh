#!/usr/bin/env bash
# make test: the addon's tests on a copy of the template database, then the checks that need a database.
#   TAGS=/sale_marketplace:TestOrder   only these tests (Odoo's --test-tags), without the checks
#   KEEP_DB=1                          keep the database
#   TEST_TIMEOUT=1100                  seconds until a run that hangs is ended
# The last line is 'N passed, N failed': Odoo's tests; a failed check counts as one more failure.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

RESULT="${TEST_RESULT:-$LOGS/test-$CHECKOUT_KEY.result}"
rm -f "$RESULT"
PASSED=0 FAILED=0 SKIPPED=0 PROBLEMS=0
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
    kill -0 "${old##*_}" 2>/dev/null || db_drop "$old"
done < <(pg -d postgres -c "SELECT datname FROM pg_database WHERE datname ~ '^test_${CHECKOUT_KEY}_[0-9]+$'")
drop_test_db() {
    if [ -n "${KEEP_DB:-}" ]; then say "kept: database $TEST_DB (make shell DB=$TEST_DB)"; else db_drop "$TEST_DB" || true; fi
}
trap drop_test_db EXIT
# Ctrl-C and a CI's stop come here too: without this a script killed by a signal leaves its database.
trap 'exit 130' INT TERM

step "Tests"
db_from_template "$TEST_DB"
log="$LOGS/test-$CHECKOUT_KEY.log" counts="$LOGS/test-$CHECKOUT_KEY.counts"
say "database $TEST_DB, log $log"
rm -f "$counts"
status=(0 0)
ODOO_TIMEOUT="${TEST_TIMEOUT:-1100}" odoo -d "$TEST_DB" -i "$MODULE" --test-tags="${TAGS:-/$MODULE}" --stop-after-init \
    --http-interface=127.0.0.1 --http-port="$(free_port)" 2>&1 |
    "$VENV/bin/python" "$CHECKOUT/scripts/watch_log.py" --log "$log" --label "Tests" --result "$counts" || status=("${PIPESTATUS[@]}")
[ ! -s "$counts" ] || read -r PASSED FAILED SKIPPED PROBLEMS <"$counts"
if [ "${status[0]}" = 124 ] || [ "${status[0]}" = 137 ]; then
    say "the run was ended after ${TEST_TIMEOUT:-1100} s (raise TEST_TIMEOUT, or see in the log which test hangs)"
    FAILED_CHECKS+=(timeout)
elif [ "$(pg -d "$TEST_DB" -c "SELECT state FROM ir_module_module WHERE name = '$MODULE'")" != installed ]; then
    say "Odoo did not install $MODULE"
    FAILED_CHECKS+=(installation)
elif [ "$FAILED" = 0 ] && [ "${status[0]}" != 0 ]; then
    say "Odoo ended with status ${status[0]}"
    FAILED_CHECKS+=(odoo)
elif [ "$PROBLEMS" != 0 ] || { [ "$FAILED" = 0 ] && [ "${status[1]}" != 0 ]; }; then
    FAILED_CHECKS+=(log)
elif [ "$((PASSED + FAILED + SKIPPED))" = 0 ] && compgen -G "$CHECKOUT/tests/test_*.py" >/dev/null; then
    say "not one test of ${TAGS:-/$MODULE} was found: see TAGS, and the imports of tests/__init__.py"
    FAILED_CHECKS+=(no-tests)
fi
say "$PASSED passed, $FAILED failed, $SKIPPED skipped"

if [ -n "${TAGS:-}" ]; then
    say "TAGS is set: the checks of translations, of crashes and of the life cycle are left to a full run"
else
    step "Translations"
    ( # The odoo function's failure is told by the check itself.
        trap - ERR
        odoo i18n export -d "$TEST_DB" -l pot -o "$LOGS/$MODULE-$CHECKOUT_KEY.pot" "$MODULE" >"$LOGS/i18n-$CHECKOUT_KEY.log" 2>&1 ||
            { tail -n 5 "$LOGS/i18n-$CHECKOUT_KEY.log"; exit 1; }
        "$VENV/bin/python" "$CHECKOUT/scripts/check_i18n.py" "$LOGS/$MODULE-$CHECKOUT_KEY.pot" "$CHECKOUT/i18n"
    ) || FAILED_CHECKS+=(translations)
    # The short form of make crash: what is killed in the middle must not lose or double anything.
    CRASH_TEMPLATE="$TEST_DB" CRASH_POSTINGS=40 CRASH_KILLS=4 KEEP_DB="" bash "$CHECKOUT/scripts/crash.sh" || FAILED_CHECKS+=(crash)
    bash "$CHECKOUT/scripts/check_lifecycle.sh" || FAILED_CHECKS+=(life-cycle)
fi
closing_line || exit 1
