#!/usr/bin/env bash
# make lint: everything that can be said of the files without running Odoo. All checks run, then the verdict.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# Neither PostgreSQL nor Odoo is needed; on a fresh machine the set-up is the same for all targets, though.
[ -x "$VENV/bin/ruff" ] && [ "$(cat "$VENV/.requirements" 2>/dev/null || true)" = "$(cksum <"$CHECKOUT/scripts/requirements.txt")" ] ||
    bash "$CHECKOUT/scripts/setup.sh" || exit 1
cd "$CHECKOUT"

# Every file of the repository, new ones included; of a folder without git, every file but hidden ones and caches.
FILES=()
while IFS= read -r -d '' file; do
    [ ! -f "$file" ] || FILES+=("$file")
done < <(
    git -c safe.directory='*' ls-files -z --cached --others --exclude-standard 2>/dev/null ||
        find . -type f -not -path '*/__pycache__/*' -not -path './.git/*' -not -path './.*_cache/*' -printf '%P\0'
)
[ ${#FILES[@]} -gt 0 ] || fail "no files found in $CHECKOUT" "is this the addon's folder?"
matching() { # extended regular expression → the files, one a line
    printf '%s\n' "${FILES[@]}" | grep -E "$1" || true
}
readarray -t PYTHON < <(matching '\.py$')
readarray -t XML < <(matching '\.(xml|svg|rng)$')
readarray -t SHELL_SCRIPTS < <(matching '(\.sh|^\.ci/run)$')

FAILED_CHECKS=()
check() { # name, command…
    local name="$1" status=0; shift
    step "$name"
    "$@" || status=$?
    if [ "$status" = 0 ]; then say "fine"; else FAILED_CHECKS+=("$name"); fi
}

pylint_odoo() {
    # Through the link: the rules on manifests need the folder to carry the technical name.
    mkdir -p "$ADDONS"
    [ "$(readlink "$ADDONS/$MODULE" || true)" = "$CHECKOUT" ] || ln -sfn "$CHECKOUT" "$ADDONS/$MODULE"
    (cd "$ADDONS/$MODULE" && "$VENV/bin/pylint" --rcfile="$CHECKOUT/.pylintrc" "${PYTHON[@]}")
}
well_formed() {
    [ ${#XML[@]} -gt 0 ] || return 0
    "$VENV/bin/python" - "${XML[@]}" <<'PY'
import sys
from lxml import etree

failed = False
for path in sys.argv[1:]:
    try:
        root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    except etree.XMLSyntaxError as error:
        print(f"   {path}: {error}")
        failed = True
        continue
    seen = {}
    for node in root.iter("record", "template", "menuitem"):
        name = node.get("id")
        # The same id twice in one file: the second silently overwrites the first.
        if name and root.tag == "odoo" and name in seen:
            print(f"   {path}:{node.sourceline}: id {name} is used in line {seen[name]} already")
            failed = True
        seen[name] = node.sourceline
sys.exit(failed)
PY
}
manifest_is_complete() { # each data file is listed, each listed file is there
    "$VENV/bin/python" - "${XML[@]}" <<'PY'
import ast
import sys
from pathlib import Path

if not Path("__manifest__.py").exists():
    sys.exit("   __manifest__.py is missing")
manifest = ast.literal_eval(Path("__manifest__.py").read_text(encoding="utf-8"))
listed = [*manifest.get("data", []), *manifest.get("demo", [])]
problems = [f"   __manifest__.py lists {name}, which does not exist" for name in listed if not Path(name).exists()]
folders = ("data/", "views/", "security/", "wizards/", "reports/")
problems += [
    f"   {name} is not listed in __manifest__.py" for name in sys.argv[1:] if name.startswith(folders) and name not in listed
]
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
PY
}
scripts_parse() {
    local script failed=0
    for script in "${SHELL_SCRIPTS[@]}"; do bash -n "$script" || failed=1; done
    if command -v shellcheck >/dev/null; then
        shellcheck -S warning -s bash "${SHELL_SCRIPTS[@]}" || failed=1
    else
        say "(shellcheck is not installed here: syntax only)"
    fi
    return "$failed"
}
no_private_names() {
    # What belongs to one machine or one network does not belong into the repository. (Bracketed: this file is read, too.)
    local names='deb[.]debian[.]org|security[.]debian[.]org|pypi[.]org|pythonhoste[d]|npmjs[.]|(^|[^.[:alnum:]_])/(wor[k]|far[m]|roo[t]|home/[a-z]+|User[s]/[a-z]+)/'
    ! printf '%s\0' "${FILES[@]}" | xargs -0 grep -nIE "$names"
}
no_conflict_marks() { ! printf '%s\0' "${FILES[@]}" | xargs -0 grep -nIE '^(<<<<<<<|>>>>>>>) '; }

check "ruff check" "$VENV/bin/ruff" check --no-cache --force-exclude -- "${PYTHON[@]}"
check "ruff format" "$VENV/bin/ruff" format --no-cache --check -- "${PYTHON[@]}"
check "pylint-odoo" pylint_odoo
check "XML" well_formed
check "Manifest" manifest_is_complete
check "Scripts" scripts_parse
check "Machine paths and hosts" no_private_names
check "Conflict marks" no_conflict_marks

step "Lint"
[ ${#FAILED_CHECKS[@]} = 0 ] || fail "$(printf '%s; ' "${FAILED_CHECKS[@]}")see above" "ruff repairs much by itself: '$VENV/bin/ruff' check --fix . && '$VENV/bin/ruff' format ."
say "${#FILES[@]} files, ${#PYTHON[@]} of Python: no complaint"
