"""Reading a merchant's product feed as MegaMarket's documentation describes it, element by element: the report holds
what was read, and nothing holds the file.

Trouble with what is mandatory leaves the offer out; trouble with what is only recommended drops the value and is
a warning (inferred). Trouble with the file, the shop or the tree of categories refuses the whole file (inferred).
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from simulator.megamarket import feed_checks as checks

LARGEST = 500 * 1024 * 1024
CHUNK = 64 * 1024
DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>")
ENCODING = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
ENCODINGS = {"utf-8", "windows-1251"}
LONGEST_NAME = 250
MARKUP = re.compile(r"<[a-zA-Z/][^>]*>")
SHOP_TEXTS = ("name", "company", "url")
SHOP_TAGS = {*SHOP_TEXTS, "currencies", "categories", "shipment-options", "offers"}
# Tags that live feeds carry, beyond those that are read below.
OTHER_TAGS = {
    *("typePrefix", "count", "condition", "delivery", "pickup", "store", "sales_notes", "country_of_origin"),
    *("manufacturer_warranty", "delivery-options", "pickup-options", "cost_price", "min-quantity", "disabled"),
}
OFFER_TAGS = OTHER_TAGS | {
    *("url", "name", "price", "oldprice", "categoryId", "picture", "vat", "shipment-options", "vendor", "vendorCode"),
    *("model", "description", "barcode", "outlets", "param", "weight", "dimensions", "currencyId", "group_id"),
}


@dataclass
class FeedReport:
    offers: dict = field(default_factory=dict)
    categories: dict = field(default_factory=dict)
    # The file is refused: nothing of it may be used.
    errors: list = field(default_factory=list)
    # offer id → why it was left out
    offer_errors: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)
    date: str = ""
    size: int = 0

    @property
    def accepted(self):
        return not self.errors


class Refused(ValueError):
    """The file cannot be read any further."""


def read_feed(stream):
    """Read a binary stream to its end, or to the first thing that makes reading on pointless."""
    report = FeedReport()
    try:
        Reader(report).read(Metered(stream, report))
    except Refused as refusal:
        report.errors.append(str(refusal))
    except etree.XMLSyntaxError as error:
        report.errors.append(f"not well-formed XML: {error}")
    if report.errors:
        report.offers.clear()
    return report


class Metered:
    """The stream, counted, with its first bytes looked at before the parser sees them."""

    def __init__(self, stream, report):
        self.stream = stream
        self.report = report
        self.ahead = self._fetch()
        check_beginning(self.ahead)

    def read(self, _size=-1):
        chunk, self.ahead = self.ahead or self._fetch(), b""
        return chunk

    def _fetch(self):
        chunk = self.stream.read(CHUNK)
        self.report.size += len(chunk)
        if self.report.size > LARGEST:
            raise Refused("the file is larger than 500 MB")
        return chunk


def check_beginning(head):
    if not head:
        raise Refused("the file is empty")
    if head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Refused("the file begins with a byte order mark")
    if not head.startswith(b"<?xml"):
        raise Refused("the first bytes are not <?xml")
    declaration = DECLARATION.match(head)
    if not declaration:
        raise Refused("the XML declaration has no end")
    encoding = ENCODING.search(declaration.group())
    # Without a word on it, XML is UTF-8.
    name = encoding.group(1).decode().lower() if encoding else "utf-8"
    if name not in ENCODINGS:
        raise Refused(f"the encoding {name} is neither UTF-8 nor windows-1251")


class Reader:
    def __init__(self, report):
        self.report = report
        self.path = []
        self.parents = {}
        self.shop_texts = {}
        self.seen = set()
        self.currencies = 0
        self.count = 0
        self.ids = set()
        self.odd_tags = set()

    def read(self, stream):
        # Entities stay unread: a file from the network must not be able to grow in memory or to fetch others.
        quiet = {"resolve_entities": False, "no_network": True, "remove_comments": True, "remove_pis": True}
        for event, element in etree.iterparse(stream, ("start", "end"), **quiet):
            if event == "start":
                self.path.append(element.tag)
                if len(self.path) == 1:
                    self.begin(element)
                continue
            self.finish(tuple(self.path), element)
            self.path.pop()
            if self.path == ["yml_catalog", "shop", "offers"]:
                forget(element)
        self.check_shop()
        self.check_categories()
        self.check_offer_categories()

    def begin(self, root):
        if root.tag != "yml_catalog":
            raise Refused(f"the root is {root.tag}, not yml_catalog")
        self.report.date = root.get("date", "")
        self.file_check(checks.moment, self.report.date)

    def finish(self, path, element):
        if path[:2] != ("yml_catalog", "shop"):
            return
        inner = path[2:]
        if len(inner) == 1:
            self.shop_child(inner[0], element)
        elif inner == ("currencies", "currency"):
            self.currency(element)
        elif inner == ("categories", "category"):
            self.category(element)
        elif inner == ("shipment-options", "option"):
            for problem in option_problems(element):
                self.report.errors.append(f"shop: {problem}")
        elif inner == ("offers", "offer"):
            self.offer(element)

    def file_check(self, check, *values):
        try:
            return check(*values)
        except ValueError as error:
            self.report.errors.append(str(error))
            return None

    # -- the shop ------------------------------------------------------------------------------------------------------

    def shop_child(self, tag, element):
        if tag in self.seen and tag != "shipment-options":
            self.report.errors.append(f"shop: {tag} is there twice")
        self.seen.add(tag)
        if tag in SHOP_TEXTS:
            self.shop_texts[tag] = element.text
        elif tag not in SHOP_TAGS:
            self.report.warnings.append(f"shop: unknown element {tag}")

    def currency(self, element):
        self.currencies += 1
        if element.get("id") not in checks.CURRENCIES:
            self.report.errors.append(f"currency {element.get('id')!r} is not RUB")
        elif element.get("rate", "1") not in ("1", "1.0"):
            self.report.errors.append("the rate of RUB must be 1")

    def category(self, element):
        number = self.file_check(checks.integer, element.get("id"), "category id", 1)
        if number is None:
            return
        if number in self.report.categories:
            self.report.errors.append(f"category {number} is there twice")
        self.report.categories[number] = (
            self.file_check(checks.text, element.text, f"the name of category {number}") or ""
        )
        if element.get("parentId") is not None:
            self.parents[number] = self.file_check(
                checks.integer, element.get("parentId"), f"parentId of category {number}", 1
            )

    def check_shop(self):
        for tag in SHOP_TEXTS:
            if self.file_check(checks.text, self.shop_texts.get(tag), f"shop: {tag}") and tag == "url":
                self.file_check(checks.url, self.shop_texts[tag], "shop: url")
        if not self.currencies:
            self.report.errors.append("shop: no currency")
        if not self.report.categories:
            self.report.errors.append("shop: no categories")
        if "offers" not in self.seen:
            self.report.errors.append("shop: no offers element")

    def check_categories(self):
        for number, parent in self.parents.items():
            if parent is not None and parent not in self.report.categories:
                self.report.errors.append(f"category {number} is under {parent}, which is not there")
        if looped := sorted(number for number in self.parents if self.in_a_loop(number)):
            self.report.errors.append(f"categories in a circle: {', '.join(map(str, looped))}")

    def in_a_loop(self, number):
        met, place = set(), self.parents.get(number)
        while place is not None and place not in met:
            if place == number:
                return True
            met.add(place)
            place = self.parents.get(place)
        return False

    def check_offer_categories(self):
        """At the end, because some generators write the categories after the offers."""
        for offer_id, offer in list(self.report.offers.items()):
            if offer["category_id"] not in self.report.categories:
                self.report.offer_errors[offer_id] = [f"categoryId {offer['category_id']} is not among the categories"]
                del self.report.offers[offer_id]

    # -- offers --------------------------------------------------------------------------------------------------------

    def offer(self, element):
        self.count += 1
        name = element.get("id") or f"#{self.count}"
        if name in self.ids:
            # Inferred: the file is read from top to bottom, so the last one stays.
            self.report.warnings.append(f"{name}: there twice, the last one counts")
            self.report.offers.pop(name, None)
            self.report.offer_errors.pop(name, None)
        self.ids.add(name)
        reading = OfferReading(element)
        self.report.warnings += [f"{name}: {warning}" for warning in reading.warnings]
        self.warn_of_tags(element)
        if reading.errors:
            self.report.offer_errors[name] = reading.errors
        else:
            self.report.offers[name] = reading.values

    def warn_of_tags(self, element):
        for tag in {child.tag for child in element} - OFFER_TAGS - self.odd_tags:
            self.odd_tags.add(tag)
            self.report.warnings.append(f"unknown element {tag} in an offer")


def forget(element):
    """Drop an offer that has been read, and those before it: this is what keeps the memory flat."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


class OfferReading:
    """One offer's values, with what is wrong with them."""

    def __init__(self, element):
        self.element = element
        self.errors = []
        self.warnings = []
        self.must(checks.offer_id, element.get("id"))
        price, had_fraction = self.must(checks.money, self.only("price"), "price") or (None, False)
        if had_fraction:
            self.warnings.append(f"price {self.only('price')} is cut to {price}")
        self.values = {
            "name": self.must(checks.text, self.only("name"), "name"),
            "price": price,
            "old_price": self.old_price(price),
            "available": self.must(checks.available, element.get("available")),
            "stock": self.stock(),
            "category_id": self.must(checks.integer, self.only("categoryId"), "categoryId", 1),
            "vendor": self.plain("vendor"),
            "barcode": self.optional("barcode", checks.barcode),
            "pictures": self.pictures(),
            "params": self.params(),
            "vat": self.must(checks.vat, self.only("vat")) if element.find("vat") is not None else None,
            "url": self.optional("url", checks.url, "url"),
            "vendor_code": self.plain("vendorCode"),
            "model": self.plain("model"),
            "description": self.description(),
            "weight": self.optional("weight", checks.weight),
            "dimensions": self.optional("dimensions", checks.dimensions),
            "group_id": self.plain("group_id"),
        }
        self.check_rest()

    def only(self, tag):
        """The text of an element that must not be repeated."""
        found = self.element.findall(tag)
        if len(found) > 1 and f"{tag} is there twice" not in self.errors:
            self.errors.append(f"{tag} is there twice")
        return found[0].text if found else None

    def must(self, check, *values):
        try:
            return check(*values)
        except ValueError as error:
            self.errors.append(str(error))
            return None

    def may(self, check, *values):
        try:
            return check(*values)
        except ValueError as error:
            self.warnings.append(str(error))
            return None

    def optional(self, tag, check, *more):
        """An empty element is as good as none."""
        value = self.only(tag)
        return self.may(check, value, *more) if (value or "").strip() else None

    def plain(self, tag):
        return self.must(checks.clean, self.only(tag), tag) or None

    def old_price(self, price):
        """One that is not 5 % above the price is not shown."""
        found = self.optional("oldprice", checks.money, "oldprice")
        if not found or not price:
            return None
        if found[0] * 100 < price * 105:
            self.warnings.append(f"oldprice {found[0]} is less than 5 % above {price} and is dropped")
            return None
        return found[0]

    def stock(self):
        """None where the stock does not come with the feed."""
        outlets = self.element.findall("outlets/outlet")
        for outlet in outlets:
            self.must(checks.integer, outlet.get("id"), "outlet id", 1)
        amounts = [self.must(checks.integer, outlet.get("instock"), "instock") for outlet in outlets]
        if len(outlets) > 1:
            self.warnings.append("several outlets, but a shop has one warehouse")
        if amounts and None not in amounts:
            if self.element.get("available") == "true" and not sum(amounts):
                self.warnings.append("available, but none in stock")
            return sum(amounts)
        return None

    def pictures(self):
        found = [self.may(checks.url, picture.text, "picture") for picture in self.element.findall("picture")]
        return [picture for picture in found if picture]

    def params(self):
        values = {}
        for param in self.element.findall("param"):
            name = (param.get("name") or "").strip()
            value = self.must(checks.clean, param.text, f"param {name}")
            if not name or not value:
                self.warnings.append(f"param {name!r} without a {'value' if name else 'name'}")
                continue
            values[name] = value
        return values

    def description(self):
        description = self.plain("description")
        if description and MARKUP.search(description):
            self.warnings.append("description has HTML in it")
        return description

    def check_rest(self):
        if len(self.values["name"] or "") > LONGEST_NAME:
            self.warnings.append(f"name is longer than {LONGEST_NAME} characters")
        currency = self.only("currencyId")
        if currency is not None and currency.strip() not in checks.CURRENCIES:
            self.errors.append(f"currencyId {currency!r} is not RUB")
        for option in self.element.findall("shipment-options/option"):
            self.errors += option_problems(option)


def option_problems(option):
    """Of <option days order-before>, wherever it stands."""
    problems = []
    for name, most in (("days", None), ("order-before", 24)):
        try:
            checks.integer(option.get(name), f"shipment-options: {name}", 0, most)
        except ValueError as error:
            problems.append(str(error))
    return problems
