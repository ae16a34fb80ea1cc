#!/usr/bin/env bash
# make pictures: the README's pictures from the demo that is running.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
step "Pictures"
answers "http://127.0.0.1:$HTTP_PORT/web/login" || fail "no demo at http://127.0.0.1:$HTTP_PORT" "make demo"
HTTP_PORT="$HTTP_PORT" "$VENV/bin/python" "$CHECKOUT/scripts/pictures.py" "$@"
