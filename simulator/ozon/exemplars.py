"""Exemplar data: marks and declarations of every unit. Saving is asynchronous, the check comes after a delay."""

import re

from simulator.ozon.errors import invalid, wrong_state
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Many, Message, Number, Text

# GTIN, serial number, then the crypto tail behind real group separators; an escaped "\\u001d" is a wrong code.
MARK = re.compile(r"^01\d{14}.{5,30}\x1d91.{4}\x1d92.+$")
NUMBER = {"posting_number": Text(required=True)}
MARKS = Many(Message("Mark", {"mark": Text(), "mark_type": Text()}))
UNIT = {"gtd": Text(), "marks": MARKS, "rnpt": Text(), "weight": Number()}
WHOLE_UNIT = {
    **UNIT,
    "exemplar_id": Integer(required=True),
    "is_gtd_absent": Flag(),
    "is_rnpt_absent": Flag(),
}


def products_with(unit):
    fields = {"product_id": Integer(required=True, low=1), "exemplars": Many(Message("Exemplar", unit), required=True)}
    return Many(Message("Product", fields), required=True)


# What may be missing → the flag that says so.
ABSENT = {"gtd": "is_gtd_absent", "rnpt": "is_rnpt_absent"}


@method("/v6/fbs/posting/product/exemplar/create-or-get", "posting", NUMBER, "ExemplarCreateOrGetV6Request", True)
def create_or_get(call):
    posting = call.state.posting(call.body["posting_number"])
    ensure(call.state, posting)
    products = [product_view(line, posting.exemplars[line.sku]) for line in posting.lines]
    return {"posting_number": posting.number, "multi_box_qty": posting.multi_box_qty, "products": products}


def ensure(state, posting):
    """Every unit gets its exemplar once; the numbers stay the same ever after."""
    posting.exemplars = posting.exemplars or {}
    for line in posting.lines:
        units = posting.exemplars.setdefault(line.sku, [])
        while len(units) < line.quantity:
            units.append(new_unit(next(state.exemplar_ids)))


def new_unit(exemplar_id):
    return {
        "exemplar_id": exemplar_id, "gtd": "", "is_gtd_absent": False, "is_rnpt_absent": False, "rnpt": "",
        "marks": [], "weight": 0, "checked": False,
    }  # fmt: skip


def product_view(line, units):
    return {
        "product_id": line.sku,
        "quantity": line.quantity,
        "is_mandatory_mark_needed": line.mandatory_mark,
        "is_mandatory_mark_possible": line.mandatory_mark,
        "is_gtd_needed": "gtd" in line.requirements,
        "is_rnpt_needed": "rnpt" in line.requirements,
        "is_jw_uin_needed": "jw_uin" in line.requirements,
        "has_imei": "imei" in line.requirements,
        "is_weight_needed": "weight" in line.requirements,
        "weight_min": 0,
        "weight_max": 0,
        "exemplars": [unit_view(unit) for unit in units[: line.quantity]],
    }


def unit_view(unit):
    marks = [{"mark": mark["mark"], "mark_type": mark["mark_type"]} for mark in unit["marks"]]
    return {key: value for key, value in unit.items() if key != "checked"} | {"marks": marks}


VALIDATE = {**NUMBER, "products": products_with(UNIT)}


@method("/v5/fbs/posting/product/exemplar/validate", "posting", VALIDATE, "ExemplarValidateV5Request")
def validate(call):
    """Only the form of the codes, at once."""
    posting = call.state.posting(call.body["posting_number"])
    known = {line.sku for line in posting.lines}
    return {"products": [validated_product(product, known) for product in call.body["products"]]}


def validated_product(product, known):
    units = [validated_unit(unit) for unit in product["exemplars"]]
    error = "" if product["product_id"] in known else "UNKNOWN_PRODUCT_DEFINED"
    valid = not error and all(unit["valid"] for unit in units)
    return {"product_id": product["product_id"], "valid": valid, "error": error, "exemplars": units}


def validated_unit(unit):
    marks = [{**mark, "valid": not mark_errors(mark), "errors": mark_errors(mark)} for mark in unit["marks"]]
    return {**unit, "marks": marks, "valid": all(mark["valid"] for mark in marks), "errors": []}


def mark_errors(mark):
    if mark["mark_type"] != "mandatory_mark" or MARK.match(mark["mark"]):
        return []
    return ["MANDATORY_MARK_INVALID_FORMAT"]


SET = {**NUMBER, "multi_box_qty": Integer(), "products": products_with(WHOLE_UNIT)}


@method("/v6/fbs/posting/product/exemplar/set", "posting", SET, "ExemplarSetV6Request", writes=True)
def set_exemplars(call):
    """Always the full set: what is not sent is forgotten. 200 means that the check has begun."""
    state, posting = call.state, call.state.posting(call.body["posting_number"])
    if posting.status not in ("awaiting_packaging", "awaiting_deliver"):
        raise wrong_state("Posting must have 'awaiting_packaging' status", status=400)
    ensure(state, posting)
    sent = sent_units(posting, call.body["products"])
    for units in posting.exemplars.values():
        for unit in units:
            unit.update(new_unit(unit["exemplar_id"]))
            fill(unit, sent.get(unit["exemplar_id"]))
    if call.body["multi_box_qty"]:
        posting.multi_box_qty, posting.is_multibox = call.body["multi_box_qty"], False
    state.touch(posting)
    state.later(state.settings.exemplar_delay, lambda: check_marks(state, posting))
    return {}


def sent_units(posting, products):
    sent = {}
    for product in products:
        own = {unit["exemplar_id"] for unit in posting.exemplars.get(product["product_id"], ())}
        for unit in product["exemplars"]:
            if unit["exemplar_id"] not in own:
                raise invalid(f"{unit['exemplar_id']} does not belong to product {product['product_id']}")
            sent[unit["exemplar_id"]] = unit
    return sent


def fill(unit, sent):
    if sent:
        unit.update({key: value for key, value in sent.items() if key != "marks"})
        unit["marks"] = [{**mark, "check_status": "processing", "error_codes": []} for mark in sent["marks"]]


def check_marks(state, posting):
    for units in (posting.exemplars or {}).values():
        for unit in units:
            unit["checked"] = True
            for mark in unit["marks"]:
                mark["error_codes"] = mark_errors(mark)
                mark["check_status"] = "failed" if mark["error_codes"] else "passed"
    state.touch(posting)


@method("/v5/fbs/posting/product/exemplar/status", "posting", NUMBER, "ExemplarStatusV5Request")
def status(call):
    posting = call.state.posting(call.body["posting_number"])
    ensure(call.state, posting)
    products = [
        {"product_id": line.sku, "exemplars": [status_view(unit) for unit in posting.exemplars[line.sku]]}
        for line in posting.lines
    ]
    return {"posting_number": posting.number, "status": overall(posting), "products": products}


def status_view(unit):
    done = "passed" if unit["checked"] else "processing"
    checks = {f"{name}_check_status": done for name in ("gtd", "rnpt", "weight")}
    codes = {f"{name}_error_codes": [] for name in ("gtd", "rnpt", "weight")}
    return {key: value for key, value in unit.items() if key != "checked"} | checks | codes


def overall(posting):
    if posting.status == "awaiting_deliver":
        return "update_available"
    if posting.status != "awaiting_packaging":
        return "update_not_available"
    marks = [mark for units in posting.exemplars.values() for unit in units for mark in unit["marks"]]
    if any(mark["check_status"] == "processing" for mark in marks):
        return "validation_in_process"
    return "ship_available" if filled(posting) else "ship_not_available"


@method("/v1/fbs/posting/product/exemplar/update", "posting", NUMBER, "ExemplarUpdateRequest", writes=True)
def update(call):
    posting = call.state.posting(call.body["posting_number"])
    if posting.status != "awaiting_deliver":
        raise wrong_state("HAS_INCORRECT_STATUS")
    return {}


# -- for the other methods ---------------------------------------------------------------------------------------------


def filled(posting, wanted=None):
    """Whether every unit to be shipped that needs a mark has one that passed."""
    return all(
        passed_units(posting, line.sku) >= (wanted[line.sku] if wanted is not None else line.quantity)
        for line in posting.lines
        if line.mandatory_mark
    ) and all(told(posting, line) for line in posting.lines)


def told(posting, line):
    """Customs numbers and weights: the number, or the word that there is none. A country is told by its own method."""
    units = (posting.exemplars or {}).get(line.sku, [])[: line.quantity]
    for word in line.requirements:
        if word == "country":
            return False
        if word in ABSENT and not (
            len(units) == line.quantity and all(unit[word] or unit[ABSENT[word]] for unit in units)
        ):
            return False
        if word == "weight" and not (len(units) == line.quantity and all(unit["weight"] for unit in units)):
            return False
    return True


def passed_units(posting, sku):
    units = (posting.exemplars or {}).get(sku, ())
    return sum(any(mark["check_status"] == "passed" for mark in unit["marks"]) for unit in units)


def check_filled(posting, wanted=None):
    if not filled(posting, wanted):
        raise wrong_state("EXEMPLAR_INFO_NOT_FILLED_COMPLETELY")


def hand_over(parent, child, chosen):
    """Units that leave with a split parcel take their data along, the chosen ones first, then the marked ones."""
    if not parent.exemplars:
        return
    child.exemplars = {}
    for line in child.lines:
        units = sorted(
            parent.exemplars.get(line.sku, ()), key=lambda unit: (unit["exemplar_id"] not in chosen, not unit["marks"])
        )
        child.exemplars[line.sku] = units[: line.quantity]
        parent.exemplars[line.sku] = units[line.quantity :]


def for_get(posting):
    """The part ``product_exemplars`` of one posting."""
    if not posting.exemplars:
        return {"products": []}
    return {
        "products": [{"sku": sku, "exemplars": list(map(old_view, units))} for sku, units in posting.exemplars.items()]
    }


def old_view(unit):
    marks = [mark["mark"] for mark in unit["marks"] if mark["mark_type"] == "mandatory_mark"]
    fields = {key: unit[key] for key in ("exemplar_id", "gtd", "is_gtd_absent", "rnpt", "is_rnpt_absent", "weight")}
    return {**fields, "mandatory_mark": marks[0] if marks else "", "imei": []}
