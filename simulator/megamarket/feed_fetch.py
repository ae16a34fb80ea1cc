"""Fetching a merchant's feed and putting it into the cabinet: on demand, and every two hours of the simulator's clock.

That period is one integrator's word, and an option. Stocks of the feed replace those of the API, as the last word.
"""

import gzip
import logging
import re
import threading
import urllib.error
import urllib.request
import zlib
from http.client import HTTPException
from urllib.parse import urlsplit

from simulator.megamarket.feed_reader import FeedReport, read_feed
from simulator.megamarket.intake import find_or_make
from simulator.megamarket.models import write_time

log = logging.getLogger("simulator")
TIMEOUT = 60
FORBIDDEN = re.compile(r"\.\.|[/\\:*?<>|$%&;]")
DRIVES = ("disk.yandex.", "yadi.sk", "drive.google.", "docs.google.", "dropbox.com", "cloud.mail.ru")
# Addresses of the machine itself must not go through a proxy of the environment.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
RATES = {
    **{"NO_VAT": "NOT", "6": "NOT", "VAT_0": "0", "5": "0", "VAT_10": "10", "2": "10", "VAT_10_110": "10", "4": "10"},
    **{"VAT_20": "20", "1": "20", "VAT_20_120": "20", "3": "20", "VAT_22": "22", "VAT_22_122": "22"},
    **{"VAT_5": "5", "VAT_05": "5", "VAT_7": "7", "VAT_07": "7"},
}


def check_address(url):
    """What the cabinet says to an address before it is ever fetched."""
    if not isinstance(url, str):
        raise TypeError("the feed's address must be text")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"the feed must be at an http or https address, not {url!r}")
    if any(drive in parts.netloc for drive in DRIVES):
        raise ValueError("cloud drives are not taken as a feed's address")
    name = parts.path.rpartition("/")[2] + (f"?{parts.query}" if parts.query else "")
    if found := FORBIDDEN.search(name):
        raise ValueError(f"the name of the feed's file has {found.group()!r} in it")


def load(state, merchant, url=""):
    """Fetch, read and apply; called without the world's lock. Returns the report for the control API."""
    url = url or merchant.feed_url
    check_address(url)
    validators = merchant.feed_validators if merchant.feed_validators.get("url") == url else {}
    status, headers, report, error = fetch(url, validators)
    with state.lock:
        if report and report.accepted:
            merchant.feed_validators = {"url": url, "etag": headers.get("ETag"), "date": headers.get("Last-Modified")}
            apply(state, merchant, report)
        merchant.feed_report = describe(state, url, status, headers, report, error)
        return merchant.feed_report


def fetch(url, validators):
    """(status, headers, report or None, error)"""
    try:
        with OPENER.open(request(url, validators), timeout=TIMEOUT) as answer:
            return answer.status, answer.headers, read(answer), ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, None, "" if error.code == 304 else f"HTTP {error.code}"
    except (OSError, EOFError, ValueError, HTTPException, zlib.error) as error:
        return 0, {}, None, f"{type(error).__name__}: {error}"


def request(url, validators):
    headers = {"Accept-Encoding": "gzip", "User-Agent": "MegaMarket-Feed/1.0", "Accept": "application/xml, text/xml"}
    if validators.get("etag"):
        headers["If-None-Match"] = validators["etag"]
    if validators.get("date"):
        headers["If-Modified-Since"] = validators["date"]
    return urllib.request.Request(url, headers=headers)


def read(answer):
    """Unpacked while it is read; an answer that breaks off in the middle is an error of the file."""
    packed = answer.headers.get("Content-Encoding", "") == "gzip"
    return read_feed(gzip.GzipFile(fileobj=answer) if packed else answer)


def apply(state, merchant, report: FeedReport):
    """Offers that are gone from the file, or were left out of it, are not for sale (inferred)."""
    for offer_id, values in report.offers.items():
        offer = find_or_make(state, merchant, offer_id)
        offer.name, offer.barcode = values["name"], values["barcode"] or ""
        offer.feed_price, offer.old_price = values["price"], values["old_price"]
        offer.available, offer.in_feed = values["available"], True
        offer.category = report.categories.get(values["category_id"], offer.category)
        if values["vat"]:
            offer.tax_rate = RATES[values["vat"]]
        if values["stock"] is not None:
            offer.stock = values["stock"]
    for offer_id, offer in merchant.offers.items():
        if offer.in_feed and offer_id not in report.offers:
            offer.available = False


def describe(state, url, status, headers, report, error):
    return {
        "at": write_time(state.clock.now()),
        "url": url,
        "http_status": status,
        "etag": headers.get("ETag"),
        "gzip": headers.get("Content-Encoding", "") == "gzip",
        "not_modified": status == 304,
        "applied": bool(report and report.accepted),
        "size": report.size if report else 0,
        "offers": len(report.offers) if report else 0,
        "categories": len(report.categories) if report else 0,
        "errors": [error] if error else (report.errors if report else []),
        "offer_errors": report.offer_errors if report else {},
        "warnings": report.warnings if report else [],
    }


# -- the marketplace's own rhythm --------------------------------------------------------------------------------------


def schedule(state, merchant):
    """Again and again from now on; a new address begins anew."""
    merchant.feed_turn += 1
    if merchant.feed_url and state.settings.feed_period > 0:
        turn = merchant.feed_turn
        state.later(state.settings.feed_period, lambda: take_turn(state, merchant, turn))


def take_turn(state, merchant, turn):
    """Beside the caller, who holds the world: a slow shop must not stop it."""
    if turn == merchant.feed_turn and merchant.feed_url:
        threading.Thread(target=load_quietly, args=(state, merchant), daemon=True).start()
        schedule(state, merchant)


def load_quietly(state, merchant):
    try:
        load(state, merchant)
    except ValueError:
        log.exception("the feed of merchant %s", merchant.merchant_id)
