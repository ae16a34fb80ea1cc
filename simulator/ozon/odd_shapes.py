"""Shapes that real answers were seen to take: identifiers as texts, null where an empty object could stand."""

ID_FIELDS = {
    "order_id", "product_id", "sku", "warehouse_id", "id", "carriage_id", "tpl_provider_id", "delivery_method_id",
    "accrual_id",
}  # fmt: skip
NULLED = {
    "cancellation", "legal_info", "optional", "external_order", "requirements", "tariffication", "prr_option",
    "financial_data", "analytics_data", "tariffication_steps", "address_info", "first_mile", "commissions", "errors",
}  # fmt: skip


def apply_options(settings, value):
    """Bend an answer according to the switches; without them it passes through untouched."""
    if settings.null_objects:
        value = with_nulls(value)
    if settings.string_ids:
        value = with_string_ids(value)
    return value


def with_nulls(value):
    """Replace optional objects by null, but keep those that carry news (a filled cancellation)."""
    if isinstance(value, list):
        return [with_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: None if key in NULLED and not tells(key, item) else with_nulls(item) for key, item in value.items()}


def tells(key, item):
    if key == "errors":
        return bool(item)
    if key in ("cancellation", "requirements") and isinstance(item, dict):
        return any(item.values())
    return False


def with_string_ids(value, field=""):
    if isinstance(value, list):
        return [with_string_ids(item, field) for item in value]
    if isinstance(value, dict):
        return {key: with_string_ids(item, key) for key, item in value.items()}
    if field in ID_FIELDS and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
