"""Is the translation template current, and is each translation complete?

Usage: check_i18n.py <freshly exported .pot> <the addon's i18n folder>
"""

import sys
from pathlib import Path

import polib

SHOWN = 15


def key(entry):
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def listed(title, keys):
    if not keys:
        return []
    lines = [f"   {title}: {len(keys)}"]
    lines += [f"      {msgid[:110]!r}" for _ctx, msgid, _plural in sorted(keys)[:SHOWN]]
    if len(keys) > SHOWN:
        lines.append("      …")
    return lines


def check(exported, folder):
    module = "sale_marketplace"
    pot = folder / f"{module}.pot"
    wanted = {key(entry) for entry in polib.pofile(str(exported)) if not entry.obsolete}
    if not pot.exists():
        if not wanted:
            print("   nothing to translate yet")
            return []
        return [
            f"   i18n/{pot.name} is missing; the addon has {len(wanted)} terms",
            f"   What to do: cp '{exported}' 'i18n/{pot.name}'",
        ]
    present = {key(entry) for entry in polib.pofile(str(pot)) if not entry.obsolete}
    problems = listed(f"terms missing in i18n/{pot.name}", wanted - present)
    problems += listed(f"terms in i18n/{pot.name} that are no longer used", present - wanted)
    if problems:
        problems.append(
            f"   What to do: cp '{exported}' 'i18n/{pot.name}', then bring the .po files up to date (msgmerge)"
        )
    catalogues = sorted(folder.glob("*.po"))
    if folder / "ru.po" not in catalogues:
        problems.append("   i18n/ru.po is missing: the users of this addon read Russian")
    for path in catalogues:
        catalogue = polib.pofile(str(path))
        entries = {key(entry): entry for entry in catalogue if not entry.obsolete}
        untranslated = {name for name, entry in entries.items() if not entry.translated() and not entry.fuzzy}
        problems += listed(f"i18n/{path.name}: not translated", (wanted - set(entries)) | (untranslated & wanted))
        problems += listed(f"i18n/{path.name}: fuzzy", {name for name, entry in entries.items() if entry.fuzzy})
        problems += listed(f"i18n/{path.name}: no longer used", set(entries) - wanted)
    if not problems:
        print(f"   {len(wanted)} terms; complete: {', '.join(path.name for path in catalogues)}")
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1]), Path(sys.argv[2]))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
