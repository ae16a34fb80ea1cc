"""What a caller of any marketplace's control API sends: a list of rows, each with known fields only."""


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
