"""What a caller of any marketplace's control API sends: rows with known fields only, and options."""

from dataclasses import asdict


def wanted(body, name):
    """The rows below a name; TypeError where they are none."""
    rows = body.get(name)
    if not isinstance(rows, list):
        raise TypeError(f"{name} must be a list")
    return rows


def check_fields(spec, known, what):
    """TypeError for what is no object, ValueError for fields that nobody reads: a typing mistake is not passed over."""
    if not isinstance(spec, dict):
        raise TypeError(f"a {what} must be an object")
    if unknown := set(spec) - known:
        raise ValueError(f"unknown fields of a {what}: {', '.join(sorted(unknown))}")


def change_options(settings, body, check=None):
    """All options as they are then; nothing is changed when one of them is wrong.

    :param check: (name, value): raises ValueError for what this marketplace does not know
    """
    known = asdict(settings)
    if unknown := set(body) - set(known):
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    for name, value in body.items():
        check_kind(name, value, known[name])
        if check:
            check(name, value)
    for name, value in body.items():
        setattr(settings, name, value)
    return asdict(settings)


def check_kind(name, value, before):
    if type(value) is not type(before) and not (is_number(value) and is_number(before)):
        raise ValueError(f"{name} must be a {type(before).__name__}")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
