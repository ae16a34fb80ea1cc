"""Ozon's answers about the units of a posting: marks, customs numbers, weights."""

from ..base import dto, parse
from . import units

#: Lists of words about one unit in the answer of ``…/exemplar/status``.
_PROBLEM_KEYS = ("gtd_error_codes", "rnpt_error_codes", "weight_error_codes")


def parse_sheet(data):
    """``/v6/fbs/posting/product/exemplar/create-or-get`` → ``dto.ExemplarSheet`` without a state."""
    return _parse_sheet(data, "")


def parse_checked_sheet(data):
    """``/v5/fbs/posting/product/exemplar/status`` → the same with its state; an unknown word counts as checking."""
    word = parse.text(data.get("status"), "status")
    return _parse_sheet(data, units.EXEMPLAR_STATES.get(word, "checking"))


def parse_validation(data):
    """``/v5/…/validate`` → {(sku, position): sentences}; units are told apart by their position."""
    problems = {}
    for product in parse.objects(data.get("products"), "products"):
        sku = parse.identifier(product.get("product_id"), "products.product_id")
        of_all = _texts(product, "error")
        exemplars = parse.objects(product.get("exemplars"), "products.exemplars")
        for position, exemplar in enumerate(exemplars):
            found = [*of_all, *_texts(exemplar, "errors")]
            for mark in parse.objects(exemplar.get("marks"), "marks"):
                found += _texts(mark, "errors")
            if found or exemplar.get("valid") is False:
                problems[sku, position] = found or ["not valid"]
        if of_all and not exemplars:
            problems[sku, 0] = of_all
    return problems


def parse_countries(data):
    """``/v2/posting/fbs/product/country/list``"""
    return [
        dto.Country(
            code=parse.identifier(entry.get("country_iso_code"), "result.country_iso_code"),
            name=parse.text(entry.get("name"), "result.name"),
        )
        for entry in parse.objects(data.get("result"), "result")
    ]


def _parse_sheet(data, state):
    return dto.ExemplarSheet(
        number=parse.identifier(data.get("posting_number"), "posting_number"),
        lines=tuple(_parse_line(product) for product in parse.objects(data.get("products"), "products")),
        state=state,
        cargo_places=parse.integer_or(0, data.get("multi_box_qty"), "multi_box_qty"),
    )


def _parse_line(product):
    exemplars = parse.objects(product.get("exemplars"), "products.exemplars")
    return dto.ExemplarLine(
        sku=parse.identifier(product.get("product_id"), "products.product_id"),
        quantity=parse.integer_or(len(exemplars), product.get("quantity"), "products.quantity"),
        exemplars=tuple(_parse_exemplar(exemplar) for exemplar in exemplars),
        needs=tuple(word for key, word in units.EXEMPLAR_NEEDS.items() if product.get(key) is True),
        mark_possible=bool(product.get("is_mandatory_mark_possible")),
        # 0 is sent for "not told"
        weight_min=parse.decimal_or_none(product.get("weight_min"), "products.weight_min") or None,
        weight_max=parse.decimal_or_none(product.get("weight_max"), "products.weight_max") or None,
    )


def _parse_exemplar(exemplar):
    problems = [text for key in _PROBLEM_KEYS for text in _texts(exemplar, key)]
    return dto.Exemplar(
        external_id=parse.identifier(exemplar.get("exemplar_id"), "exemplars.exemplar_id"),
        marks=tuple(_parse_mark(mark) for mark in parse.objects(exemplar.get("marks"), "exemplars.marks")),
        gtd=parse.text(exemplar.get("gtd"), "exemplars.gtd"),
        gtd_absent=bool(exemplar.get("is_gtd_absent")),
        rnpt=parse.text(exemplar.get("rnpt"), "exemplars.rnpt"),
        rnpt_absent=bool(exemplar.get("is_rnpt_absent")),
        weight=parse.decimal_or_none(exemplar.get("weight"), "exemplars.weight") or None,
        problems=tuple(problems),
    )


def _parse_mark(mark):
    # Not stripped: a code may end with a separator.
    code = mark.get("mark")
    word = parse.text(mark.get("check_status"), "marks.check_status")
    return dto.Mark(
        kind=parse.text(mark.get("mark_type"), "marks.mark_type"),
        code=code if isinstance(code, str) else parse.text(code, "marks.mark"),
        state=units.MARK_STATES.get(word, ""),
        problems=tuple(_texts(mark, "error_codes")),
    )


def _texts(container, key):
    """A string or a list of strings; empty ones left out."""
    told = container.get(key)
    told = [told] if isinstance(told, str) else parse.sequence(told, key)
    return [text for text in (parse.text(item, key) for item in told) if text]
