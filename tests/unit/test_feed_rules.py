import io
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

from lxml import etree

from odoo.tests import BaseCase

from ...marketplaces.base.feed import NO_VAT, FeedCategory, FeedOffer, FeedProfile, FeedShop, is_gtin, write_feed
from ...marketplaces.feeds import FEED_PROFILES, get_feed_profile

SCHEMA = Path(__file__).resolve().parents[1] / "fixtures" / "megamarket_feed.xsd"
MEGAMARKET = get_feed_profile("megamarket")
SHOP = FeedShop(
    name="Образец & сын",
    company="ООО «Образец»",
    url="https://shop.example",
    made_at=datetime(2026, 11, 28, 9, 30, tzinfo=timezone.utc),
    days=1,
    order_before=15,
)
CATEGORIES = [FeedCategory(1, "Электроника"), FeedCategory(2, "Пылесосы", 1)]
#: Another channel is other rules, not another writer.
KOPECKS = FeedProfile(
    code="other",
    layout=("name", "price", "oldprice", "categoryId", "count", "barcode")[:4],
    id_pattern=r".{1,255}",
    vat_words={},
)


def make_offer(**values):
    return FeedOffer(
        **{
            "id": "SKU-3951",
            "name": "Пылесос",
            "price": Decimal(11990),
            "category_id": 2,
            "pictures": ("https://shop.example/i/1.jpg",),
            **values,
        }
    )


class TestFeedRules(BaseCase):
    def check(self, profile=MEGAMARKET, **values):
        """(offer or None, {code: left out})"""
        offer, problems = profile.check(make_offer(**values))
        return offer, {problem.code: problem.left_out for problem in problems}

    def test_only_who_reads_one_has_rules(self):
        self.assertIsNone(get_feed_profile("ozon"))
        self.assertEqual({code: profile.code for code, profile in FEED_PROFILES.items()}, {"megamarket": "megamarket"})

    def test_nothing_to_say(self):
        offer, problems = self.check(
            vat=Decimal("0.2200"), stock=3, outlet="153373", barcode="4607000000007", old_price=Decimal(13990)
        )
        self.assertEqual(problems, {})
        self.assertEqual((offer.price, offer.old_price, offer.stock, offer.available), (11990, 13990, 3, True))

    def test_ids(self):
        for good in ("A", "a-1_B", "x" * 20):
            self.assertEqual(self.check(id=good)[1], {}, good)
        for bad in ("", "x" * 21, "x" * 25, "a b", "ж1", "a.b", "a/b", "a\n", "a\x01"):
            offer, problems = self.check(id=bad)
            self.assertIsNone(offer)
            self.assertEqual(problems, {"bad_id": True}, bad)

    def test_prices(self):
        for price, told in (("100", 100), ("100.01", 100), ("100.99", 100), ("1", 1)):
            offer, problems = self.check(price=Decimal(price))
            self.assertEqual(offer.price, told)
            self.assertEqual("price_cut" in problems, Decimal(price) != told)
        for price in ("0", "-5", "0.99"):
            self.assertEqual(self.check(price=Decimal(price))[1], {"no_price": True}, price)

    def test_old_prices(self):
        for old, told in (("105", 105), ("105.90", 105), ("104.99", 0), ("100", 0), ("1", 0), ("0", 0)):
            offer, problems = self.check(price=Decimal(100), old_price=Decimal(old))
            self.assertEqual(offer.old_price, told, old)
            self.assertEqual(problems, {"old_price": False} if Decimal(old) and not told else {}, old)
        # What counts is what is told: 100, not 100.99.
        self.assertEqual(self.check(price=Decimal("100.99"), old_price=Decimal("105.5"))[0].old_price, 105)

    def test_other_channel_other_rules(self):
        offer, problems = self.check(KOPECKS, price=Decimal("100.019"), old_price=Decimal("100.50"), id="любой / id")
        self.assertEqual((offer.price, offer.old_price), (Decimal("100.01"), Decimal("100.50")))
        self.assertEqual(problems, {"price_cut": False})
        element = etree.fromstring(self._compose([offer], KOPECKS)).find(".//offer")
        self.assertEqual([child.tag for child in element], ["name", "price", "oldprice", "categoryId"])
        self.assertEqual(element.findtext("price"), "100.01")

    def test_barcodes(self):
        self.assertTrue(all(map(is_gtin, ("4607000000007", "96385074", "036000291452"))))
        for code, problem in (
            ("4607000000007", ""),
            ("96385074", ""),
            ("036000291452", ""),
            ("4607000000001", "barcode_digit"),
            ("2000000000008", "barcode_store"),
            ("1234567", "barcode_form"),
            ("04607000000007", "barcode_form"),
            ("460700000000X", "barcode_form"),
            ("４６０７０００００００００７"[:13], "barcode_form"),
            (" 4607000000007", "barcode_form"),
        ):
            offer, problems = self.check(barcode=code)
            self.assertEqual(problems, {problem: False} if problem else {}, code)
            self.assertEqual(offer.barcode, "" if problem else code)

    def test_vat(self):
        for rate, word in (
            (Decimal("0.2"), "VAT_20"),
            (Decimal("0.10"), "VAT_10"),
            (Decimal(0), "VAT_0"),
            (NO_VAT, "NO_VAT"),
        ):
            offer, problems = self.check(vat=rate)
            self.assertEqual(problems, {})
            self.assertIn(f"<vat>{word}</vat>", self._compose([offer]).decode())
        offer, problems = self.check(vat=Decimal("0.18"))
        self.assertEqual(problems, {"vat": False})
        self.assertNotIn(b"<vat>", self._compose([offer]))

    def test_stock(self):
        self.assertFalse(self.check(stock=0, outlet="1")[0].available)
        offer, problems = self.check(stock=-3, outlet="1")
        self.assertEqual((offer.stock, offer.available, problems), (0, False, {"negative_stock": False}))
        for outlet in ("", "0", "a", "-1", "١"):
            self.assertEqual(self.check(stock=1, outlet=outlet)[1], {"no_outlet": True}, outlet)
        self.assertNotIn(b"outlets", self._compose([self.check(stock=None)[0]]))

    def test_texts(self):
        offer, problems = self.check(
            name=" Пыле\x00сос \n 3000\ufffe ",
            vendor="Kit\x1ffort",
            description=" одна\nдве\x08 ",
            params=(("a\x02", "b"),),
        )
        self.assertEqual((offer.name, offer.vendor, offer.description), ("Пылесос 3000", "Kitfort", "одна\nдве"))
        self.assertEqual(offer.params, (("a", "b"),))
        self.assertEqual(problems, {"control": False})
        self.assertEqual(self.check(name="\x01 \x02")[1], {"no_name": True})
        self.assertEqual(self.check(name="")[1], {"no_name": True})
        self.assertEqual(len(self.check(name="x" * 251)[0].name), 250)
        self.assertEqual(self.check(name="x" * 250)[1], {})
        self.assertIsNotNone(etree.fromstring(self._compose([self.check(name="\ud800 половина & <b>")[0]])))

    def test_addresses(self):
        for url in ("http://a.b", "https://a.b/c?d=e%20f&g=h", "https://127.0.0.1:8069/x"):
            self.assertEqual(self.check(url=url, pictures=(url,))[1], {}, url)
        for url in (
            "//a.b/c",
            "/c",
            "ftp://a.b",
            "https://a.b/картинка.jpg",
            "https://пример.рф",
            "https://a.b/a b",
            "x",
        ):
            offer, problems = self.check(url=url, pictures=("https://a.b", url))
            self.assertEqual(problems, {"url": False, "picture_url": False}, url)
            self.assertEqual((offer.url, offer.pictures), ("", ("https://a.b",)))
        self.assertEqual(self.check(pictures=())[1], {"no_picture": False})

    def test_everything_that_is_wrong_is_said_at_once(self):
        _offer, problems = self.check(id="", name="", price=Decimal(0), category_id=None, stock=1)
        self.assertEqual(set(problems), {"bad_id", "no_name", "no_price", "no_category", "no_outlet"})

    # --- the file -------------------------------------------------------------------------------------------------
    def _compose(self, offers, profile=MEGAMARKET):
        stream = io.BytesIO()
        write_feed(stream, SHOP, CATEGORIES, offers, profile)
        return stream.getvalue()

    def test_whole_file(self):
        offer = self.check(
            price=Decimal(11990),
            old_price=Decimal(13990),
            vat=Decimal("0.22"),
            vendor="Kitfort",
            vendor_code="535",
            model="КТ-535",
            description="Тихий & <мощный> ]]>",
            barcode="4607000000007",
            outlet="153373",
            stock=7,
            url="https://shop.example/p/3951",
            weight=Decimal("3.20"),
            width=Decimal(25),
            height=Decimal("1E+2"),
            params=(("Цвет", "белый"), ("Width", "30")),
        )[0]
        content = self._compose([offer])
        self.assertTrue(content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>"))
        root = etree.fromstring(content)
        self.assertEqual((root.tag, root.get("date")), ("yml_catalog", "2026-11-28T09:30:00+00:00"))
        self.assertEqual(
            [child.tag for child in root.find("shop")],
            ["name", "company", "url", "currencies", "categories", "shipment-options", "offers"],
        )
        self.assertEqual(dict(root.find(".//option").attrib), {"days": "1", "order-before": "15"})
        self.assertEqual(
            [dict(row.attrib) for row in root.iter("category")], [{"id": "1"}, {"id": "2", "parentId": "1"}]
        )
        element = root.find(".//offer")
        self.assertEqual(dict(element.attrib), {"id": "SKU-3951", "available": "true"})
        self.assertEqual(
            [child.tag for child in element],
            [name for name in MEGAMARKET.layout if name != "param"] + ["param"] * 4,
        )
        self.assertEqual(element.findtext("description"), "Тихий & <мощный> ]]>")
        self.assertEqual(dict(element.find("outlets/outlet").attrib), {"id": "153373", "instock": "7"})
        params = {param.get("name"): param.text for param in element.iter("param")}
        self.assertEqual(params, {"Цвет": "белый", "Width": "30", "Weight": "3.2", "Height": "100"})

    def test_the_schema_knows_what_is_wrong(self):
        """Else it would prove nothing of what we write."""
        schema = etree.XMLSchema(file=str(SCHEMA))
        good = self._compose([self.check(stock=3, outlet="153373")[0]])
        schema.assertValid(etree.fromstring(good))
        for part, wrong in (
            (b'id="SKU-3951"', b'id="SKU 3951"'),
            (b"<price>11990</price>", b"<price>11990.50</price>"),
            (b"<categoryId>2<", b"<categoryId>3<"),
            (b'parentId="1"', b'parentId="7"'),
            (b'available="true"', b""),
            (b'instock="3"', b'instock="-3"'),
            (b"+00:00", b""),
        ):
            self.assertIn(part, good)
            self.assertFalse(schema.validate(etree.fromstring(good.replace(part, wrong))), part)

    def test_written_piece_by_piece(self):
        """Offers that come later have not been made when the first ones are on the disk."""

        stream, sizes = io.BytesIO(), []

        def make():
            for _number in range(2000):
                sizes.append(stream.tell())
                yield make_offer(description="x" * 1000)

        write_feed(stream, SHOP, CATEGORIES, make(), MEGAMARKET)
        self.assertGreater(sizes[-1], 1_500_000)
