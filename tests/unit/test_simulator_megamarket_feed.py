"""The simulated MegaMarket reads a merchant's feed: what it refuses, leaves out, warns of, and what it does with it."""

import base64
import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..simulator_process import ControlError
from .test_simulator_megamarket_base import MegamarketCase

SHOP = (
    "<name>Образец</name><company>ООО Образец</company><url>https://shop.example</url>"
    '<currencies><currency id="RUB" rate="1"/></currencies>'
    '<categories><category id="1">Техника</category><category id="2" parentId="1">Пылесосы</category></categories>'
    '<shipment-options><option days="1" order-before="15"/></shipment-options>'
)
OFFER = (
    '<offer id="SKU-3951" available="true"><url>https://shop.example/p/1</url><name>Пылесос</name>'
    "<price>11990</price><oldprice>13990</oldprice><categoryId>2</categoryId>"
    "<picture>https://shop.example/i/1.jpg</picture><picture>https://shop.example/i/2.jpg</picture>"
    '<vat>VAT_20</vat><shipment-options><option days="2" order-before="12"/></shipment-options>'
    "<vendor>Kitfort</vendor><vendorCode>535</vendorCode><model>КТ-535</model>"
    "<description><![CDATA[Текст & знак]]></description><barcode>4607000000007</barcode>"
    '<outlets><outlet id="153373" instock="7"/></outlets><param name="Цвет">белый</param></offer>'
)
PLAIN = '<offer id="A-2" available="false"><name>Щётка</name><price>100</price><categoryId>1</categoryId></offer>'
DATE = "2026-10-20T08:30:00+03:00"


def feed(*offers, shop=SHOP, date=DATE, head='<?xml version="1.0" encoding="UTF-8"?>'):
    inner = "".join(offers or (OFFER, PLAIN))
    return f'{head}\n<yml_catalog date="{date}"><shop>{shop}<offers>{inner}</offers></shop></yml_catalog>'


class FeedServer:
    """Serves one file with its ETag, packed where that is taken."""

    def __init__(self, content):
        self.content, self.etag, self.status, self.requests = content.encode(), '"1"', 200, []
        # Bytes that are sent as they are, in the place of an answer.
        self.raw = b""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret/feed.xml"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def handler(feeds):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                feeds.requests.append(dict(self.headers))
                if feeds.raw:
                    self.wfile.write(feeds.raw)
                    return
                known = self.headers.get("If-None-Match") == feeds.etag
                body = b"" if known or feeds.status != 200 else gzip.compress(feeds.content)
                self.send_response(304 if known else feeds.status)
                self.send_header("ETag", feeds.etag)
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                return

        return Handler

    def change(self, content):
        self.content, self.etag = content.encode(), f'"{len(self.requests)}-new"'

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class TestSimulatorMegamarketFeedReader(MegamarketCase):
    def read(self, content):
        raw = content if isinstance(content, bytes) else content.encode()
        return self.control("POST", "/megamarket/feed_check", {"base64": base64.b64encode(raw).decode()})

    def refused(self, content, text):
        report = self.read(content)
        self.assertIn(text, " | ".join(report["errors"]))
        self.assertEqual(report["offers"], {})

    def changed(self, before, after, offer=OFFER):
        self.assertIn(before, offer)
        return self.read(feed(offer.replace(before, after)))

    def test_a_good_file(self):
        report = self.read(feed())
        self.assertEqual((report["errors"], report["offer_errors"], report["warnings"]), ([], {}, []))
        self.assertEqual(report["categories"], {"1": "Техника", "2": "Пылесосы"})
        offer = report["offers"]["SKU-3951"]
        self.assertEqual((offer["price"], offer["old_price"], offer["stock"]), (11990, 13990, 7))
        self.assertEqual((offer["category_id"], offer["vat"], offer["barcode"]), (2, "VAT_20", "4607000000007"))
        self.assertEqual((offer["params"], offer["description"]), ({"Цвет": "белый"}, "Текст & знак"))
        self.assertEqual(len(offer["pictures"]), 2)
        plain = report["offers"]["A-2"]
        self.assertEqual((plain["available"], plain["stock"], plain["old_price"]), (False, None, None))

    def test_encodings(self):
        head = '<?xml version="1.0" encoding="windows-1251"?>'
        self.assertEqual(self.read(feed(head=head).encode("cp1251"))["offers"]["A-2"]["name"], "Щётка")
        self.refused(feed().encode("cp1251"), "not well-formed")
        self.refused(feed(head='<?xml version="1.0" encoding="koi8-r"?>').encode("koi8-r"), "koi8-r")

    def test_first_bytes(self):
        self.refused(b"\xef\xbb\xbf" + feed().encode(), "byte order mark")
        self.refused("\n" + feed(), "first bytes")
        self.refused(b"", "empty")
        doctype = '<?xml version="1.0"?><!DOCTYPE yml_catalog SYSTEM "shops.dtd">'
        self.assertEqual(self.read(feed(head=doctype))["errors"], [])

    def test_a_broken_file(self):
        self.refused(feed()[:-20], "not well-formed")
        self.refused(feed(OFFER.replace("Пылесос", "A & B")), "not well-formed")
        self.refused(feed(OFFER.replace("Пылесос", "A\x07B")), "not well-formed")
        self.refused(feed().replace("yml_catalog", "catalog"), "root")
        entity = '<?xml version="1.0"?><!DOCTYPE yml_catalog [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        self.assertIn("A-2", self.read(feed(PLAIN.replace("Щётка", "&x;"), head=entity))["offer_errors"])

    def test_dates(self):
        for good in ("2026-10-20T08:30:00Z", "2026-10-20 08:30"):
            self.assertEqual(self.read(feed(date=good))["errors"], [])
        for bad in ("", "2026-10-20", "20.10.2026 08:30", "2026-13-20T08:30:00+03:00"):
            self.refused(feed(date=bad), "yml_catalog date")

    def test_the_shop(self):
        for tag in ("name", "company", "url"):
            self.refused(feed(shop=SHOP.replace(f"<{tag}>", f"<x-{tag}>").replace(f"</{tag}>", f"</x-{tag}>")), tag)
        for before, after, text in (
            ("ООО Образец", " -- ", "company is empty"),
            ("https://shop.example", "shop.example", "absolute"),
            ('id="RUB"', 'id="USD"', "USD"),
            ('rate="1"', 'rate="90"', "rate"),
            ('<currency id="RUB" rate="1"/>', "", "no currency"),
            ('order-before="15"', 'order-before="25"', "order-before"),
            ('days="1"', "", "days"),
        ):
            self.refused(feed(shop=SHOP.replace(before, after)), text)
        self.refused(feed().replace("<offers>", "<goods>").replace("</offers>", "</goods>"), "no offers")

    def test_categories(self):
        for before, after, text in (
            ('id="2"', 'id="1"', "twice"),
            ('id="2"', 'id="0"', "category id"),
            ('parentId="1"', 'parentId="9"', "not there"),
            ('id="1"', 'id="1" parentId="2"', "circle"),
            ("Пылесосы", " ", "category 2"),
        ):
            self.refused(feed(shop=SHOP.replace(before, after)), text)
        self.refused(feed(shop=SHOP[: SHOP.index("<categories>")]), "no categories")

    def test_offers_that_are_left_out(self):
        for before, after, text in (
            ('id="SKU-3951" ', "", "without id"),
            ("SKU-3951", "SKU 1", "1 to 20"),
            ("SKU-3951", "Х-1", "1 to 20"),
            ("SKU-3951", "A" * 21, "1 to 20"),
            ('available="true"', "", "available"),
            ('available="true"', 'available="yes"', "available"),
            ("<name>Пылесос</name>", "", "name is empty"),
            ("<name>Пылесос</name>", "<name> ! </name>", "name is empty"),
            ("Пылесос", "Пыле\x85сос", "U+0085"),
            ("<price>11990</price>", "", "price"),
            ("<price>11990</price>", "<price>0</price>", "price"),
            ("<price>11990</price>", "<price>11 990</price>", "price"),
            ("<price>11990</price>", "<price>119,90</price>", "price"),
            ("<price>11990</price>", "<price>-5</price>", "price"),
            ("<price>11990</price>", "<price>1</price><price>2</price>", "twice"),
            ("<categoryId>2", "<categoryId>9", "categoryId 9"),
            ("<categoryId>2", "<categoryId>x", "categoryId"),
            ("VAT_20", "20%", "vat"),
            ('instock="7"', 'instock="-1"', "instock"),
            ('instock="7"', "", "instock"),
            ('id="153373"', 'id="main"', "outlet id"),
            ('order-before="12"', "", "order-before"),
            ("<vat>", "<currencyId>USD</currencyId><vat>", "USD"),
        ):
            report = self.changed(before, after)
            self.assertEqual((report["errors"], report["offers"]), ([], {}), after)
            self.assertIn(text, " ".join(next(iter(report["offer_errors"].values()))), after)

    def test_values_that_are_dropped(self):
        for before, after, name, value in (
            ("<price>11990", "<price>11990.99", "price", 11990),
            ("<oldprice>13990", "<oldprice>12589", "old_price", None),
            ("<oldprice>13990", "<oldprice>many", "old_price", None),
            ("4607000000007", "4607000000008", "barcode", None),
            ("4607000000007", "2000000000008", "barcode", None),
            ("4607000000007", "46070000", "barcode", None),
            ("4607000000007", "123", "barcode", None),
            ("https://shop.example/p/1", "/p/1", "url", None),
            ("https://shop.example/p/1", "https://shop.example/товар", "url", None),
            ("/i/2.jpg", "/i/2 2.jpg", "pictures", ["https://shop.example/i/1.jpg"]),
            ('instock="7"', 'instock="0"', "stock", 0),
            ('<param name="Цвет">', "<param>", "params", {}),
            ("Текст &", "<b>Текст</b> &", "barcode", "4607000000007"),
            ("<vat>", "<colour>red</colour><vat>", "vat", "VAT_20"),
        ):
            report = self.changed(before, after)
            self.assertEqual((report["errors"], report["offer_errors"]), ([], {}), after)
            self.assertEqual(report["offers"]["SKU-3951"][name], value, after)
            self.assertEqual(len(report["warnings"]), 1, report["warnings"])

    def test_limits_that_are_just_kept(self):
        # 5 % above to the rouble; eight and twelve digits; the newer VAT codes.
        self.assertEqual(self.changed("13990", "12590")["offers"]["SKU-3951"]["old_price"], 12590)
        for code in ("96385074", "036000291452"):
            self.assertEqual(self.changed("4607000000007", code)["offers"]["SKU-3951"]["barcode"], code)
        for vat in ("NO_VAT", "6", "VAT_22"):
            self.assertEqual(self.changed("VAT_20", vat)["offers"]["SKU-3951"]["vat"], vat)
        self.assertIn("A" * 20, self.changed("SKU-3951", "A" * 20)["offers"])

    def test_the_last_of_two_counts(self):
        report = self.read(feed(PLAIN, PLAIN.replace("100", "200")))
        self.assertEqual(report["offers"]["A-2"]["price"], 200)
        self.assertIn("twice", report["warnings"][0])


class TestSimulatorMegamarketFeed(MegamarketCase):
    def serve(self, content=None):
        server = FeedServer(content or feed())
        self.addCleanup(server.stop)
        self.merchant(feed_url=server.url)
        return server

    def load(self):
        return self.control("POST", "/megamarket/feed", {"account": self.account})

    def offers(self):
        return {row["offer_id"]: row for row in self.control("GET", "/megamarket/offers")["offers"]}

    def test_feed_fills_the_cabinet(self):
        server = self.serve()
        report = self.load()
        self.assertEqual((report["http_status"], report["applied"], report["offers"]), (200, True, 2))
        self.assertTrue(report["gzip"])
        offer = self.offers()["SKU-3951"]
        self.assertEqual((offer["price"], offer["stock"], offer["tax_rate"]), (11990, 7, "20"))
        self.assertEqual((offer["category"], offer["sellable"]), ("Пылесосы", True))
        self.assertFalse(self.offers()["A-2"]["sellable"])
        self.done("manualPrice/save", {"prices": [{"offerId": "SKU-3951", "price": 9990, "isDeleted": False}]})
        report = self.load()
        self.assertEqual((report["http_status"], report["not_modified"], report["applied"]), (304, True, False))
        server.change(feed(OFFER.replace("11990", "12000")))
        self.assertEqual(self.load()["http_status"], 200)
        offer = self.offers()["SKU-3951"]
        self.assertEqual((offer["price"], offer["feed_price"]), (9990, 12000), "the manual price stays over it")
        self.assertFalse(self.offers()["A-2"]["available"], "gone from the file")
        self.done("manualPrice/save", {"prices": [{"offerId": "SKU-3951", "price": 1, "isDeleted": True}]})
        self.assertEqual(self.offers()["SKU-3951"]["price"], 12000)

    def test_a_refused_file_changes_nothing(self):
        server = self.serve()
        self.load()
        server.change(feed()[:-5])
        report = self.load()
        self.assertFalse(report["applied"])
        self.assertIn("not well-formed", report["errors"][0])
        self.assertEqual(self.offers()["SKU-3951"]["price"], 11990)
        server.status = 404
        self.assertEqual(self.load()["errors"], ["HTTP 404"])
        self.assertEqual(self.control("GET", f"/megamarket/feed?account={self.account}")["report"]["http_status"], 404)
        with self.assertRaises(ControlError):
            self.control("POST", "/megamarket/feed", {"account": self.account, "url": "https://disk.yandex.ru/i/1.xml"})

    def test_an_answer_that_is_none(self):
        """What a broken web server sends is trouble with the feed, and told as such."""
        server = self.serve()
        for raw, name in (
            (b"HTTP/1.0 ok\r\n\r\n", "BadStatusLine"),
            (b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10] + b"\xff" * 99, "error"),
            (b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 99)[:15], "EOFError"),
        ):
            with self.subTest(raw=raw):
                server.raw = raw
                report = self.load()
                self.assertEqual((report["http_status"], report["applied"]), (0, False))
                self.assertTrue(report["errors"][0].startswith(f"{name}: "), report["errors"])

    def test_read_again_every_two_hours(self):
        server = self.serve()
        self.pass_time(7199)
        self.assertEqual(server.requests, [])
        self.pass_time(1)
        self.simulator.wait(lambda: "SKU-3951" in self.offers())
        server.change(feed(PLAIN.replace("false", "true")))
        self.pass_time(7200)
        self.simulator.wait(lambda: self.offers().get("A-2", {}).get("available"))
        self.merchant(feed_url="")
        self.pass_time(7200)
        # Whatever was still on its way would be there before the reading that is asked for.
        self.control("POST", "/megamarket/feed", {"account": self.account, "url": server.url})
        self.assertEqual(len(server.requests), 3)
