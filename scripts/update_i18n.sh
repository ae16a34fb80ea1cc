#!/usr/bin/env bash
# make i18n: i18n/*.pot as the code has it now, and its terms merged into each i18n/*.po. Says what is left to translate.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set_up

# A name that test.sh knows: its next run finds what a killed one left.
DB="test_${CHECKOUT_KEY}_$$"
trap 'db_drop "$DB" || true' EXIT
trap 'exit 130' INT TERM

step "Translations: the terms of the code"
db_from_template "$DB"
install_module "$DB" "$LOGS/i18n-install-$CHECKOUT_KEY.log"
pot="$LOGS/$MODULE-$CHECKOUT_KEY.pot"
odoo_logged "$LOGS/i18n-$CHECKOUT_KEY.log" i18n export -d "$DB" -l pot -o "$pot" "$MODULE"
"$VENV/bin/python" "$CHECKOUT/scripts/update_i18n.py" "$pot" "$CHECKOUT/i18n"
