"""Ozon's answers about cancelling and returns."""

from ..base import dto, parse, status
from ..base.errors import PayloadError
from . import units


# --- cancelling ----------------------------------------------------------------------------------------------------
def parse_cancel_reasons(data):
    """``/v2/posting/fbs/cancel-reason/list``: all reasons there are → those that a seller may give."""
    for reason in parse.objects(data.get("result"), "result"):
        if reason.get("type_id") not in (units.SELLER_REASON, "", None):
            continue
        reason_id = parse.identifier(reason.get("id"), "result.id")
        yield dto.CancelReason(
            external_id=reason_id,
            title=parse.text(reason.get("title"), "result.title"),
            message_required=reason_id in units.REASONS_WITH_MESSAGE,
            available=reason.get("is_available_for_cancellation") is not False,
            kind=units.REASON_KINDS.get(reason_id, ""),
        )


def parse_cancel_request(raw):
    """An entry of ``/v2/conditional-cancellation/list``. ``PayloadError`` for a state that we do not know."""
    state = parse.mapping(raw.get("state"), "state")
    word = parse.text(state.get("state"), "state.state")
    if word not in units.CANCEL_REQUEST_STATES:
        raise PayloadError("state.state", word)
    reason = parse.mapping(raw.get("cancellation_reason"), "cancellation_reason")
    initiator = parse.text(raw.get("cancellation_initiator"), "cancellation_initiator").lower()
    return dto.CancelRequest(
        external_id=parse.identifier(raw.get("cancellation_id"), "cancellation_id"),
        number=parse.identifier(raw.get("posting_number"), "posting_number"),
        state=units.CANCEL_REQUEST_STATES[word],
        initiator=units.INITIATORS.get(initiator, ""),
        reason=parse.text(reason.get("name"), "cancellation_reason.name"),
        message=parse.text(raw.get("cancellation_reason_message"), "cancellation_reason_message"),
        comment=parse.text(raw.get("approve_comment"), "approve_comment"),
        requested_at=parse.moment_or_none(raw.get("cancelled_at"), "cancelled_at"),
        decide_until=parse.moment_or_none(raw.get("auto_approve_date"), "auto_approve_date"),
        raw=raw,
    )


# --- returns -------------------------------------------------------------------------------------------------------
def parse_return(raw):
    """An entry of ``/v1/returns/list`` → ``dto.Return`` or ``dto.UnreadableReturn``."""
    return _read(raw, "id", "platform", _parse_return)


def parse_own_return(raw):
    """An entry of ``/v2/returns/rfbs/list`` → ``dto.Return`` or ``dto.UnreadableReturn``."""
    return _read(raw, "return_id", "own_delivery", _parse_own_return)


def _read(raw, key, source, parse_row):
    external_id = parse.identifier(raw.get(key), key)
    try:
        return parse_row(raw, external_id, source)
    except PayloadError as error:
        return dto.UnreadableReturn(external_id=external_id, source=source, problem=error.message, raw=raw)


def _parse_return(raw, external_id, source):
    product = parse.mapping(raw.get("product"), "product")
    visual = parse.mapping(raw.get("visual"), "visual")
    stage = parse.mapping(visual.get("status"), "visual.status")
    logistic = parse.mapping(raw.get("logistic"), "logistic")
    storage = parse.mapping(raw.get("storage"), "storage")
    place, target = parse.mapping(raw.get("place"), "place"), parse.mapping(raw.get("target_place"), "target_place")
    compensation = parse.mapping(raw.get("compensation_status"), "compensation_status")
    raw_stage = parse.text(stage.get("sys_name"), "visual.status.sys_name")
    return dto.Return(
        external_id=external_id,
        source=source,
        number=parse.text(raw.get("posting_number"), "posting_number"),
        order_number=parse.text(raw.get("order_number"), "order_number"),
        scheme=units.RETURN_SCHEMES.get(parse.text(raw.get("schema"), "schema").lower(), ""),
        kind=units.RETURN_KINDS.get(parse.text(raw.get("type"), "type"), "unknown"),
        stage=units.RETURN_STAGES.get(raw_stage, status.RETURN_UNKNOWN),
        raw_stage=raw_stage,
        stage_name=parse.text(stage.get("display_name"), "visual.status.display_name"),
        reason=parse.text(raw.get("return_reason_name"), "return_reason_name"),
        quantity=parse.integer(product.get("quantity"), "product.quantity"),
        changed_at=parse.moment_or_none(visual.get("change_moment"), "visual.change_moment"),
        arrived_at=parse.moment_or_none(storage.get("arrived_moment"), "storage.arrived_moment"),
        finished_at=parse.moment_or_none(logistic.get("final_moment"), "logistic.final_moment"),
        place_name=parse.text(place.get("name"), "place.name"),
        place_address=parse.text(place.get("address"), "place.address"),
        target_name=parse.text(target.get("name"), "target_place.name"),
        target_address=parse.text(target.get("address"), "target_place.address"),
        barcode=parse.text(logistic.get("barcode"), "logistic.barcode"),
        storage_cost=parse.decimal_or_none(storage.get("sum"), "storage.sum"),
        storage_days=parse.integer_or(0, storage.get("days"), "storage.days"),
        compensation=parse.text(
            parse.mapping(compensation.get("status"), "compensation_status.status").get("display_name"),
            "compensation_status.status.display_name",
        ),
        is_opened=bool(parse.mapping(raw.get("additional_info"), "additional_info").get("is_opened")),
        raw=raw,
        **_parse_product(product, parse.currency_of(product.get("price"))),
    )


def _parse_own_return(raw, external_id, source):
    """One entry is one unit: the list tells no quantity. Nor a time of change."""
    product = parse.mapping(raw.get("product"), "product")
    state = parse.mapping(raw.get("state"), "state")
    group = parse.text(state.get("group_state"), "state.group_state")
    return dto.Return(
        external_id=external_id,
        source=source,
        number=parse.text(raw.get("posting_number"), "posting_number"),
        order_number=parse.text(raw.get("order_number"), "order_number"),
        scheme=status.RFBS,
        kind="client",
        stage=units.OWN_RETURN_STAGES.get(group, status.RETURN_UNKNOWN),
        raw_stage=parse.text(state.get("state"), "state.state") or group,
        stage_name=parse.text(state.get("state_name"), "state.state_name"),
        quantity=1,
        created_at=parse.moment_or_none(raw.get("created_at"), "created_at"),
        raw=raw,
        **_parse_product(product, parse.text(product.get("currency_code"), "product.currency_code").upper()),
    )


def _parse_product(product, currency):
    return {
        "sku": parse.identifier_or_empty(product.get("sku"), "product.sku"),
        "article": parse.text(product.get("offer_id"), "product.offer_id"),
        "name": parse.text(product.get("name"), "product.name"),
        "price": parse.decimal_or_none(product.get("price"), "product.price"),
        "currency": currency,
    }
