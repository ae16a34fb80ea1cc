"""The way of one request through the Bot API: ``/bot<TOKEN>/<method>``, JSON in and out."""

import json

from simulator import transport
from simulator.answers import json_answer
from simulator.telegram.entities import read_html
from simulator.telegram.errors import TelegramError, bad_request, refuse

# Characters of one message after its entities are read.
MAX_TEXT = 4096


def serve(world, request, path):
    """``path`` is what ``split`` gave: faults and the journal never see a token."""
    token, method = split(request.path)

    def handle():
        return answer(world, request, token, method)

    def note(status):
        # The bot's number is public, the rest of its token is not.
        world.journal.add(world.timestamp(), f"/telegram{path}", token.partition(":")[0], journal_body(request), status)

    return transport.serve(world, "telegram", path, handle, refuse, note)


def split(path):
    """(token, method) of ``/telegram/bot42:secret/sendMessage``; both empty where there is no bot in the path."""
    head, _, method = path.removeprefix("/telegram/").partition("/")
    return (head.removeprefix("bot"), method) if head.startswith("bot") else ("", "")


def public_path(path):
    """The path by which faults and the journal know a request: ``/sendMessage``."""
    return f"/{split(path)[1]}"


def answer(world, request, token, method):
    try:
        if not token or not method:
            raise TelegramError(404)
        if token not in world.telegram.tokens:
            raise TelegramError(401)
        handler = METHODS.get(method.lower())
        if handler is None:
            raise TelegramError(404, "Not Found: method not found")
        return json_answer({"ok": True, "result": handler(world, token, read_body(request))})
    except TelegramError as error:
        return json_answer(error.body(), error.code)


def read_body(request):
    """Of the ways to send parameters only JSON is taken; ``getMe`` needs none and may be opened in a browser."""
    raw = request.get_data()
    if request.args or (raw and request.mimetype != "application/json"):
        raise TelegramError(501, "Not Implemented: only JSON bodies are simulated here")
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise bad_request("can't parse JSON object")
    return body


def journal_body(request):
    raw = request.get_data()
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")


def get_me(_world, token, _body):
    return {
        "id": bot_number(token),
        "is_bot": True,
        "first_name": "Simulator",
        "username": "simulator_bot",
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def send_message(world, token, body):
    """Entities are read but not listed in the result."""
    chat = find_chat(world, body)
    plain = read_text(body)
    row = {
        "chat_id": chat,
        "text": body["text"],
        "plain": plain,
        "link_preview": has_link_preview(body),
        "at": world.timestamp(),
    }
    number = world.telegram.add_message(row)
    return {
        "message_id": number,
        "from": {"id": bot_number(token), "is_bot": True, "first_name": "Simulator", "username": "simulator_bot"},
        "chat": chat_view(chat),
        "date": int(world.clock.now().timestamp()),
        "text": plain,
    }


def find_chat(world, body):
    chat = body.get("chat_id")
    if chat in (None, "") or isinstance(chat, (bool, dict, list)):
        raise bad_request("chat_id is empty")
    if str(chat) not in world.telegram.chats:
        raise bad_request("chat not found")
    return str(chat)


def chat_view(chat):
    """Inferred: every negative chat is a supergroup, every named one a channel."""
    if chat.startswith("@"):
        return {"id": -1000000000001, "username": chat[1:], "title": chat[1:], "type": "channel"}
    number = int(chat)
    if number > 0:
        return {"id": number, "first_name": "Somebody", "type": "private"}
    return {"id": number, "title": "Marketplaces", "type": "supergroup"}


def read_text(body):
    """What a reader will see."""
    text, mode = body.get("text"), body.get("parse_mode") or ""
    if text is None or text == "":
        raise bad_request("message text is empty")
    if not isinstance(text, str):
        raise bad_request('field "text" must be of type String')
    if not isinstance(mode, str) or mode.lower() not in ("", "html"):
        # The real one knows two kinds of Markdown as well.
        raise bad_request("unsupported parse_mode")
    plain = (read_html(text) if mode else text).strip()
    if not plain:
        raise bad_request("text must be non-empty")
    if len(plain) > MAX_TEXT:
        raise bad_request("message is too long")
    return plain


def has_link_preview(body):
    """``link_preview_options`` is the word of today, ``disable_web_page_preview`` that of before."""
    options, old = body.get("link_preview_options") or {}, body.get("disable_web_page_preview") or False
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    for value in (options.get("is_disabled", False), old):
        if not isinstance(value, bool):
            raise bad_request("can't parse link preview options")
    return not (options.get("is_disabled", False) or old)


def bot_number(token):
    return int(token.partition(":")[0])


METHODS = {"getme": get_me, "sendmessage": send_message}
