"""Texts with ``parse_mode`` HTML: what is left when the tags are read, or Telegram's refusal.

Wording and rules follow core.telegram.org/bots/api#html-style; which attributes a tag may have is not checked.
"""

import re

from simulator.telegram.errors import bad_request

TAGS = {
    "a", "b", "blockquote", "code", "del", "em", "i", "ins", "pre", "s", "span", "strike", "strong", "tg-emoji",
    "tg-spoiler", "u",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
MARKUP = re.compile(
    r"""<(/?)([^\s<>/]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)(>?)"""
    r"""|&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));""",
    re.IGNORECASE,
)


def read_html(text):
    """The characters a reader sees. Names of entities that Telegram does not know stay as they are."""
    plain, open_tags, end = [], [], 0
    for found in MARKUP.finditer(text):
        plain.append(text[end : found.start()])
        end = found.end()
        offset = len(text[: found.start()].encode())
        if found[0].startswith("&"):
            plain.append(NAMED.get((found[7] or "").lower()) or read_number(found))
        elif not found[4]:
            raise cannot_parse(f"Unclosed {'end' if found[1] else 'start'} tag at byte offset {offset}")
        elif found[1]:
            close(open_tags, found[2].lower(), offset)
        else:
            open_tags.append(opened(found[2].lower(), offset))
    if open_tags:
        raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"')
    return "".join([*plain, text[end:]])


def read_number(found):
    """``&#1078;`` or ``&#x436;``; a number that is no character stays as it was written."""
    code = int(found[5]) if found[5] else int(found[6], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]


def opened(tag, offset):
    if tag not in TAGS:
        raise cannot_parse(f'Unsupported start tag "{tag}" at byte offset {offset}')
    return tag


def close(open_tags, tag, offset):
    if not open_tags:
        raise cannot_parse(f"Unexpected end tag at byte offset {offset}")
    expected = open_tags.pop()
    if tag != expected:
        raise cannot_parse(f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{tag}>"')


def cannot_parse(text):
    return bad_request(f"can't parse entities: {text}")
