"""Bring the addon's i18n folder up to date with a freshly exported template.

Usage: update_i18n.py <freshly exported .pot> <the addon's i18n folder>

The template is replaced. Each catalogue (.po) takes over its references, comments and order, keeps the translations
of the terms that are unchanged, gets the new ones empty and loses what is no longer used.
"""

import sys
from pathlib import Path

import polib

MODULE = "sale_marketplace"
SHOWN = 40
# Each export would change these, and with them the file, whether or not a term has changed.
VOLATILE = ("POT-Creation-Date", "PO-Revision-Date")


def key(entry):
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def update_template(exported, path):
    template = polib.pofile(str(exported))
    former = polib.pofile(str(path)).metadata if path.exists() else {}
    for name in VOLATILE:
        template.metadata[name] = former.get(name, template.metadata.get(name, ""))
    template.save(str(path), newline="\n")
    return template


def update_catalogue(template, path):
    """Return the terms that are not translated, and how many were added and dropped."""
    former = polib.pofile(str(path))
    known = {key(entry): entry for entry in former if not entry.obsolete}
    merged = polib.POFile()
    merged.header = former.header
    merged.metadata = former.metadata
    for term in template:
        translated = known.get(key(term))
        if translated:
            term_flags = [flag for flag in term.flags if flag != "fuzzy"]
            merged.append(
                polib.POEntry(
                    msgctxt=term.msgctxt,
                    msgid=term.msgid,
                    msgid_plural=term.msgid_plural,
                    # A translation that somebody marked as doubtful is to be made again.
                    msgstr="" if translated.fuzzy else translated.msgstr,
                    msgstr_plural={} if translated.fuzzy else translated.msgstr_plural,
                    occurrences=term.occurrences,
                    comment=term.comment,
                    tcomment=translated.tcomment,
                    flags=term_flags,
                )
            )
        else:
            merged.append(term)
    merged.save(str(path), newline="\n")
    terms = {key(term) for term in template}
    untranslated = [entry.msgid for entry in merged if not entry.translated()]
    return untranslated, len(terms - set(known)), len(set(known) - terms)


def main(exported, folder):
    folder.mkdir(exist_ok=True)
    template = update_template(exported, folder / f"{MODULE}.pot")
    print(f"   i18n/{MODULE}.pot: {len(template)} terms")
    for path in sorted(folder.glob("*.po")):
        untranslated, added, dropped = update_catalogue(template, path)
        print(f"   i18n/{path.name}: {added} added, {dropped} dropped, {len(untranslated)} not translated")
        for msgid in untranslated[:SHOWN]:
            print(f"      {msgid[:110]!r}")
        if len(untranslated) > SHOWN:
            print("      …")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
