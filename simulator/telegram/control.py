"""What the control API can do with the simulated bots: read their messages, say which tokens and chats exist."""

import re

TOKEN = re.compile(r"\d+:[\w-]+\Z")
CHAT = re.compile(r"(?:-?[1-9]\d*|@\w+)\Z")


def route(world, request, path, body):
    handler = ROUTES.get((request.method, path))
    if handler is None:
        raise LookupError(f"no such control call: {request.method} /control/telegram{path}")
    return handler(world, body)


def get_messages(world, _body):
    return {"messages": list(world.telegram.messages)}


def forget_messages(world, _body):
    world.telegram.forget()
    return {"messages": []}


def get_options(world, _body):
    return {"tokens": list(world.telegram.tokens), "chats": list(world.telegram.chats)}


def set_options(world, body):
    """A list that is given replaces the one before; nothing is changed when one of them is wrong."""
    if unknown := set(body) - {"tokens", "chats"}:
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}; known: chats, tokens")
    tokens = checked(body, "tokens", TOKEN, world.telegram.tokens)
    chats = checked(body, "chats", CHAT, world.telegram.chats)
    world.telegram.tokens, world.telegram.chats = tokens, chats
    return get_options(world, body)


def checked(body, name, pattern, before):
    if name not in body:
        return before
    if not isinstance(body[name], list):
        raise TypeError(f"{name} must be a list")
    values = [str(value) for value in body[name]]
    for value in values:
        if not pattern.match(value):
            raise ValueError(f"{name}: {value!r} is not one of Telegram's")
    return values


ROUTES = {
    ("GET", "/messages"): get_messages,
    ("DELETE", "/messages"): forget_messages,
    ("GET", "/options"): get_options,
    ("POST", "/options"): set_options,
}
