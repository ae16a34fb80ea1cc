"""A product feed as data, the rules of the channel that reads it, and the YML file that is made of both.

YML is Yandex' dialect of XML; several marketplaces read it, each with rules of its own: those are a ``FeedProfile``.
What a rule changes or leaves out is told as a ``FeedProblem``, always.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from lxml import etree

#: ``FeedOffer.vat`` of who pays none, as opposed to a rate of zero.
NO_VAT = "none"
#: What XML 1.0 cannot hold.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:@]+(?:[/?#][\x21-\x7e]*)?")
OUTLET = re.compile(r"0*[1-9][0-9]*")
WHOLE = Decimal(1)
KOPECKS = Decimal("0.01")


@dataclass(frozen=True)
class FeedShop:
    """Who sells. ``days``: working days until goods are handed over, None where nothing is said."""

    name: str
    company: str
    url: str
    made_at: datetime
    currency: str = "RUB"
    days: int | None = None
    order_before: int = 24


@dataclass(frozen=True)
class FeedCategory:
    id: int
    name: str
    parent_id: int | None = None


@dataclass(slots=True)
class FeedOffer:
    """One article. ``stock`` is None where the feed says nothing about it, ``vat`` a fraction such as 0.22.

    Not frozen: a hundred thousand of them are made and repaired for one file, and time counts.
    """

    id: str
    name: str
    price: Decimal
    category_id: int | None
    available: bool = True
    old_price: Decimal = Decimal(0)
    url: str = ""
    pictures: tuple[str, ...] = ()
    vat: Decimal | str | None = None
    vendor: str = ""
    vendor_code: str = ""
    model: str = ""
    description: str = ""
    barcode: str = ""
    outlet: str = ""
    stock: int | None = None
    weight: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    length: Decimal | None = None
    params: tuple[tuple[str, str], ...] = ()


class FeedProblem(NamedTuple):
    """``code`` with the numbers that a sentence about it needs; whether the offer is left out because of it."""

    code: str
    left_out: bool
    params: Mapping = {}


def is_gtin(code):
    """Whether the last digit of an EAN or UPC is the right one."""
    return (sum(map(int, code[-2::-2])) * 3 + sum(map(int, code[-1::-2]))) % 10 == 0


@dataclass(frozen=True)
class FeedProfile:
    """The rules of a channel.

    ``layout`` is what an offer may consist of, in the order of the file. Without ``old_price_factor`` any former price
    is taken; without ``shipping`` nothing is said about days.
    """

    code: str
    layout: tuple[str, ...]
    id_pattern: str
    whole_prices: bool = False
    old_price_factor: Decimal | None = None
    max_name: int = 250
    vat_words: Mapping[Decimal | str, str] = field(default_factory=dict)
    barcode_lengths: tuple[int, ...] = (8, 12, 13, 14)
    store_barcodes: tuple[str, ...] = ()
    measures: Mapping[str, str] = field(default_factory=dict)
    shipping: str = ""
    max_bytes: int = 500 * 1024 * 1024

    # === CHECKING === #
    def check(self, offer):
        """(the offer, repaired, as the channel takes it, or None; [FeedProblem])"""
        problems = [FeedProblem(code, True, params) for code, params in self._find_reasons(offer)]
        if not problems:
            self._repair_texts(offer, problems)
            self._repair_prices(offer, problems)
            self._repair_codes(offer, problems)
            self._repair_addresses(offer, problems)
        left_out = any(problem.left_out for problem in problems)
        return (None if left_out else offer), problems

    def _find_reasons(self, offer):
        """What no repair helps against."""
        if not re.fullmatch(self.id_pattern, offer.id):
            yield "bad_id", {"article": FORBIDDEN.sub("", offer.id), "length": len(offer.id)}
        if not FORBIDDEN.sub("", offer.name).strip():
            yield "no_name", {}
        if offer.price <= 0 or (self.whole_prices and offer.price < 1):
            yield "no_price", {"price": offer.price}
        if not offer.category_id or offer.category_id < 0:
            yield "no_category", {}
        if offer.stock is not None and not OUTLET.fullmatch(offer.outlet):
            yield "no_outlet", {"outlet": offer.outlet}

    def _repair_texts(self, offer, problems):
        for name in ("name", "vendor", "vendor_code", "model", "description"):
            text = getattr(offer, name)
            if not text:
                continue
            clean = text
            # What can be printed holds nothing forbidden; that is known sooner.
            if not text.isprintable():
                clean = FORBIDDEN.sub("", text)
                if clean != text:
                    problems.append(FeedProblem("control", False, {"field": name}))
            setattr(offer, name, clean.strip() if name == "description" else " ".join(clean.split()))
        if len(offer.name) > self.max_name:
            problems.append(FeedProblem("long_name", False, {"length": len(offer.name), "limit": self.max_name}))
            offer.name = offer.name[: self.max_name].rstrip()
        if not all(name.isprintable() and value.isprintable() for name, value in offer.params):
            params = tuple((FORBIDDEN.sub("", name), FORBIDDEN.sub("", value)) for name, value in offer.params)
            if params != offer.params:
                problems.append(FeedProblem("control", False, {"field": "param"}))
                offer.params = params

    def _repair_prices(self, offer, problems):
        step = WHOLE if self.whole_prices else KOPECKS
        price = offer.price.quantize(step, ROUND_DOWN)
        if price != offer.price:
            problems.append(FeedProblem("price_cut", False, {"price": offer.price, "told": price}))
        offer.price = price
        if not offer.old_price:
            return
        old = offer.old_price.quantize(step, ROUND_DOWN)
        least = price * (self.old_price_factor or WHOLE)
        if old < least or old <= price:
            problems.append(FeedProblem("old_price", False, {"old": offer.old_price, "price": price, "least": least}))
            old = Decimal(0)
        offer.old_price = old

    def _repair_codes(self, offer, problems):
        if offer.barcode and (code := self._find_barcode_problem(offer.barcode)):
            problems.append(FeedProblem(code, False, {"barcode": FORBIDDEN.sub("", offer.barcode)}))
            offer.barcode = ""
        if offer.vat is not None and offer.vat not in self.vat_words:
            problems.append(FeedProblem("vat", False, {"rate": offer.vat}))
            offer.vat = None
        if offer.stock is not None and offer.stock <= 0:
            if offer.stock < 0:
                problems.append(FeedProblem("negative_stock", False, {"stock": offer.stock}))
            offer.stock, offer.available = 0, False

    def _find_barcode_problem(self, code):
        if not (code.isascii() and code.isdigit()) or len(code) not in self.barcode_lengths:
            return "barcode_form"
        if len(code) == 13 and code.startswith(self.store_barcodes):
            return "barcode_store"
        return "" if is_gtin(code) else "barcode_digit"

    def _repair_addresses(self, offer, problems):
        if offer.url and not URL.fullmatch(offer.url):
            problems.append(FeedProblem("url", False, {"url": FORBIDDEN.sub("", offer.url)}))
            offer.url = ""
        if not offer.pictures:
            problems.append(FeedProblem("no_picture", False))
            return
        pictures = tuple(url for url in offer.pictures if URL.fullmatch(url))
        if pictures != offer.pictures:
            wrong = next(url for url in offer.pictures if url not in pictures)
            problems.append(FeedProblem("picture_url", False, {"url": FORBIDDEN.sub("", wrong)}))
            offer.pictures = pictures


# === WRITING === #
def write_feed(stream, shop, categories, offers, profile):
    """Write the file piece by piece; what an offer took is forgotten before the next one comes.

    :param stream: binary, with ``write``
    :param categories: all that offers name, parents included
    :param offers: iterable of what ``profile.check`` has let pass
    """
    with etree.xmlfile(stream, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("yml_catalog", date=shop.made_at.isoformat(timespec="seconds")), file.element("shop"):
            for name, text in (("name", shop.name), ("company", shop.company), ("url", shop.url)):
                file.write(_make(name, text))
            with file.element("currencies"):
                file.write(_make("currency", "", id=shop.currency, rate="1"))
            with file.element("categories"):
                for category in categories:
                    file.write(_make_category(category))
            if profile.shipping and shop.days is not None:
                with file.element(profile.shipping):
                    file.write(_make("option", "", days=str(shop.days), **{"order-before": str(shop.order_before)}))
            with file.element("offers"):
                for offer in offers:
                    file.write(_make_offer(offer, profile))
                    file.write("\n")


def _make(name, text, **attributes):
    element = etree.Element(name, attributes)
    element.text = FORBIDDEN.sub("", text) or None
    return element


def _make_category(category):
    parent = {"parentId": str(category.parent_id)} if category.parent_id else {}
    return _make("category", category.name, id=str(category.id), **parent)


def _make_offer(offer, profile):
    element = etree.Element("offer", id=offer.id, available="true" if offer.available else "false")
    for name in profile.layout:
        WRITERS[name](element, offer, profile)
    return element


def _add(parent, name, text):
    if text:
        etree.SubElement(parent, name).text = text


def _format(number):
    """Without an exponent, and without zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _add_pictures(parent, offer, _profile):
    for url in offer.pictures:
        _add(parent, "picture", url)


def _add_outlets(parent, offer, _profile):
    if offer.stock is not None:
        outlets = etree.SubElement(parent, "outlets")
        etree.SubElement(outlets, "outlet", id=offer.outlet, instock=str(offer.stock))


def _add_params(parent, offer, profile):
    measured = [
        (word, _format(getattr(offer, name))) for name, word in profile.measures.items() if getattr(offer, name)
    ]
    told = {name for name, _value in offer.params}
    for name, value in [*offer.params, *((name, value) for name, value in measured if name not in told)]:
        if name and value:
            etree.SubElement(parent, "param", name=name).text = value


#: element → how an offer gets it
WRITERS = {
    "url": lambda parent, offer, _profile: _add(parent, "url", offer.url),
    "name": lambda parent, offer, _profile: _add(parent, "name", offer.name),
    "price": lambda parent, offer, _profile: _add(parent, "price", _format(offer.price)),
    "oldprice": lambda parent, offer, _profile: _add(parent, "oldprice", offer.old_price and _format(offer.old_price)),
    "categoryId": lambda parent, offer, _profile: _add(parent, "categoryId", str(offer.category_id)),
    "picture": _add_pictures,
    "vat": lambda parent, offer, profile: _add(parent, "vat", profile.vat_words.get(offer.vat)),
    "vendor": lambda parent, offer, _profile: _add(parent, "vendor", offer.vendor),
    "vendorCode": lambda parent, offer, _profile: _add(parent, "vendorCode", offer.vendor_code),
    "model": lambda parent, offer, _profile: _add(parent, "model", offer.model),
    "description": lambda parent, offer, _profile: _add(parent, "description", offer.description),
    "barcode": lambda parent, offer, _profile: _add(parent, "barcode", offer.barcode),
    "outlets": _add_outlets,
    "param": _add_params,
}
