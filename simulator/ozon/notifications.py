"""The seller's side of push notifications: addresses, types, switching on and off, the check of an address."""

from urllib.parse import urlsplit

from simulator.clock import format_time, parse_time
from simulator.ozon import messages, push
from simulator.ozon.errors import invalid, not_found
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Many, Text

TYPES = {
    "TYPE_NEW_MESSAGE": "Новое сообщение в чате",
    "TYPE_UPDATE_MESSAGE": "Изменение сообщения в чате",
    "TYPE_MESSAGE_READ": "Сообщение прочитано",
    "TYPE_CHAT_CLOSED": "Чат закрыт",
    "TYPE_NEW_POSTING": "Новое отправление",
    "TYPE_POSTING_CANCELLED": "Отмена отправления",
    "TYPE_STATE_CHANGED": "Изменение статуса отправления",
    "TYPE_DELIVERY_DATE_CHANGED": "Изменение даты доставки отправления",
    "TYPE_CUTOFF_DATE_CHANGED": "Изменение даты отгрузки отправления",
    "TYPE_CREATE_ITEM": "Создание товара",
    "TYPE_UPDATE_ITEM": "Обновление товара",
    "TYPE_CREATE_OR_UPDATE_ITEM": "Создание и обновление товара",
    "TYPE_STOCKS_CHANGED": "Изменение остатков на складах продавца",
    "TYPE_FBO_POSTING_NEW": "Новое отправление FBO",
    "TYPE_FBO_POSTING_CANCELLED": "Отмена отправления FBO",
    "TYPE_FBO_POSTING_STATE_CHANGED": "Изменение статуса отправления FBO",
    "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED": "Изменение даты доставки отправления FBO",
    "TYPE_FBO_STOCKS_CHANGED": "Изменение остатков на складах Ozon",
    "TYPE_ORDER_NEW": "Новый заказ",
    "TYPE_ORDER_CANCELLED": "Отмена заказа",
    "TYPE_ORDER_STATE_CHANGED": "Изменение статуса заказа",
}
CHOSEN = Many(Text(choices=tuple(TYPES)))


@method("/v1/notification/check", "notification", {"url": Text(required=True)}, "CheckNotificationRequest")
def check(call):
    check_url(call.body["url"])
    with call.world.unlocked():
        answer = push.send(call.body["url"], messages.ping(call.state))
    problem = examine(answer)
    errors = [{"type": problem[0], "description": problem[1]}] if problem else []
    return {"is_active": not errors, "errors": errors}


def check_url(url):
    """The real service wants https; on the own machine plain http is what there is."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("Request validation error: invalid NotificationRequest.Url: value must be absolute")


def examine(answer):
    """What is wrong with the answer to a ping, in the words of the documentation."""
    status, body = answer["status"], answer["body"]
    if status == 0:
        return ("REQUEST_TIMEOUT" if "timed out" in answer["error"] else "REQUEST_ERROR"), answer["error"]
    if status >= 500:
        return "SERVER_FAULT", f"status {status}"
    if status != 200:
        return "STATUS_CODE_NOT_OK", f"status {status}"
    if body in ("", None):
        return "EMPTY_BODY", "the answer is empty"
    if not isinstance(body, dict):
        return "INVALID_JSON", "the answer is not a JSON object"
    if not body.get("version") or not body.get("name"):
        return "WRONG_RESULT_FIELD", "version and name are expected"
    try:
        parse_time(body.get("time"))
    except ValueError:
        return "WRONG_RESULT_TIME_FIELD", "time is expected"
    return None


SET = {"url": Text(required=True), "types": Many(Text(choices=tuple(TYPES)), required=True)}


@method("/v1/notification/set", "notification", SET, "SetNotificationRequest", writes=True)
def set_notification(call):
    check_url(call.body["url"])
    call.state.pusher.register(call.body["url"], call.body["types"])
    return {}


LIST = {"limit": Integer(), "offset": Integer(), "availability_statuses": Many(Text()), "sort_dir": Text()}


@method("/v1/notification/list", "notification", LIST)
def list_notifications(call):
    rows = [endpoint_view(endpoint) for endpoint in call.state.pusher.endpoints.values()]
    start, limit = call.body["offset"], call.body["limit"] or len(rows)
    return {"urls": rows[start : start + limit]}


def endpoint_view(endpoint):
    return {
        "id": endpoint.number,
        "url": endpoint.url,
        "enable": endpoint.enabled,
        "created_at": format_time(endpoint.created_at),
        "types": [{"type": kind, "description": TYPES[kind]} for kind in TYPES if kind in endpoint.types],
        "disable_reason": endpoint.disable_reason,
    }


UPDATE = {"id": Integer(required=True, low=1), "url": Text(), "types": CHOSEN}


@method("/v1/notification/update", "notification", UPDATE, "UpdateNotificationRequest", writes=True)
def update(call):
    endpoint = find(call)
    if call.body["url"]:
        check_url(call.body["url"])
        endpoint.url = call.body["url"]
    if call.body["types"]:
        endpoint.types = set(call.body["types"])
    return {}


ENABLE = {"id": Integer(required=True, low=1), "enabled": Flag(required=True)}


@method("/v1/notification/enable", "notification", ENABLE, "EnableNotificationRequest", writes=True)
def enable(call):
    """Switching on again forgives the bad answers that led to the suspension."""
    endpoint = find(call)
    endpoint.enabled = call.body["enabled"]
    endpoint.disable_reason = "" if endpoint.enabled else "SELLER"
    endpoint.good = endpoint.bad = 0
    return {}


DELETE = {"id": Integer(required=True, low=1)}


@method("/v1/notification/delete", "notification", DELETE, "DeleteNotificationRequest", writes=True)
def delete(call):
    del call.state.pusher.endpoints[find(call).number]
    return {}


def find(call):
    endpoint = call.state.pusher.endpoints.get(call.body["id"])
    if endpoint is None:
        raise not_found("notification not found")
    return endpoint


@method("/v1/notification/push-type/list", "notification")
def push_types(call):
    owners = {kind: endpoint for endpoint in call.state.pusher.endpoints.values() for kind in endpoint.types}
    rows = [
        {
            "type": kind,
            "description": description,
            "seller_endpoint": {"id": owners[kind].number, "url": owners[kind].url} if kind in owners else None,
        }
        for kind, description in TYPES.items()
    ]
    return {"types": rows}
