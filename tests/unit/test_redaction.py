"""Keys and buyers' data are in nothing that is stored, shown or logged."""

import io
import json
import logging
from urllib.parse import quote, quote_plus

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base.redact import MASK, RedactingFilter, Redactor

KEY = 'k3y/with+odd "signs" и буквы'
TELEGRAM = "123456789:AAF-abcdefghijklmnopqrstuvwxyz12345"


class TestRedaction(BaseCase):
    def setUp(self):
        super().setUp()
        self.redactor = Redactor([KEY, "", "15"])

    def test_key_in_every_spelling(self):
        spellings = (
            KEY,
            json.dumps(KEY),
            json.dumps(KEY, ensure_ascii=False),
            quote(KEY),
            quote(KEY, safe=""),
            quote_plus(KEY),
        )
        for spelling in spellings:
            with self.subTest(spelling=spelling):
                shown = self.redactor.text(f"before {spelling} after")
                self.assertNotIn("k3y", shown)
                self.assertTrue(shown.startswith("before ") and shown.endswith(" after"))

    def test_short_values_are_not_hunted(self):
        self.assertEqual(self.redactor.text("15 postings"), "15 postings")

    def test_headers_in_text(self):
        for line in (
            "Client-Id: 987654",
            "Api-Key: abcdef-1",
            "{'Client-Id': '987654', 'Api-Key': 'abcdef-1'}",
            '{"Api-Key": "abcdef-1"}',
            r"{\"Api-Key\": \"abcdef-1\"}",
            "Authorization: Bearer abcdef-1.x",
            "authorization=Basic YWJjZGVmLTE=",
            "Cookie: session=abcdef-1",
        ):
            with self.subTest(line=line):
                shown = self.redactor.text(line)
                self.assertIn(MASK, shown)
                self.assertNotIn("987654", shown)
                self.assertNotIn("abcdef-1", shown)
                self.assertNotIn("YWJj", shown)

    def test_sentences_about_keys_stay_readable(self):
        for sentence in (
            "Client-Id header value should be positive integer",
            "Invalid Api-Key, please check the key and try again",
            "Api-Key is missing a required role for a method",
        ):
            self.assertEqual(self.redactor.text(sentence), sentence)

    def test_query_parameters_and_telegram(self):
        url = "https://x.example/cb?token=abc&shop=1&api_key=def&X-Amz-Signature=0a1b"
        self.assertEqual(
            self.redactor.text(url),
            f"https://x.example/cb?token={MASK}&shop=1&api_key={MASK}&X-Amz-Signature={MASK}",
        )
        self.assertNotIn("AAF", self.redactor.text(f"https://api.telegram.org/bot{TELEGRAM}/sendMessage"))
        self.assertNotIn("AAF", self.redactor.text(f"to {TELEGRAM}"))

    def test_personal_data(self):
        body = {
            "postings": [
                {
                    "posting_number": "1-2-3",
                    "customer": {"name": "Иван Петров", "phone": "+79031234567", "address": {"city": "Омск", "x": 5}},
                    "addressee": {"name": "Анна", "phone": None},
                    "products": [{"name": "Чайник", "price": "10.00"}],
                    "customer_email": "a@example.com",
                    "api_key": "abcdef",
                },
            ],
        }
        shown = json.loads(self.redactor.data(body))["postings"][0]
        self.assertEqual(shown["posting_number"], "1-2-3")
        self.assertEqual(shown["products"], [{"name": "Чайник", "price": "10.00"}])
        self.assertEqual(shown["customer"], {"name": MASK, "phone": MASK, "address": {"city": MASK, "x": MASK}})
        self.assertEqual(shown["addressee"], {"name": MASK, "phone": None})
        self.assertEqual((shown["customer_email"], shown["api_key"]), (MASK, MASK))

    def test_personal_data_in_camel_case(self):
        body = {
            "data": {
                "token": "0F1E2D3C",
                "shipments": [
                    {
                        "shipmentId": "946032218",
                        "customerFullName": "Иван Петров",
                        "customerAddress": "Омск, улица Мира, 1",
                        "label": {"fullName": "Анна", "labelText": "<b>Анна</b>", "deliveryId": "933"},
                        "customer": {
                            "phone": "79031234567",
                            "firstName": "Иван",
                            "address": {"source": "Омск", "access": {"intercom": "12", "cargoElevator": False}},
                        },
                        "items": [{"offerId": "A-1", "itemName": "Чайник", "price": 10}],
                    }
                ],
            }
        }
        for shown in (self.redactor.data(body), self.redactor.body(json.dumps(body, ensure_ascii=False))):
            for personal in ("0F1E2D3C", "Иван", "Омск", "Анна", "79031234567", "12"):
                self.assertNotIn(personal, shown.replace("946032218", ""))
            for open_word in ("946032218", "Чайник", "A-1"):
                self.assertIn(open_word, shown)
        cut = self.redactor.body(json.dumps(body["data"]["shipments"][0]["customer"], ensure_ascii=False)[:-8])
        for personal in ("Иван", "Омск", "79031234567", '"12"'):
            self.assertNotIn(personal, cut)

    def test_personal_data_in_a_body_that_is_cut_off(self):
        shown = self.redactor.body(
            '{"number": "1-2-3", "customer": {"name": "Иван", "phone": "+7903", "address_tail": "д. 1'
        )
        for personal in ("Иван", "+7903", "д. 1"):
            self.assertNotIn(personal, shown)
        self.assertIn("1-2-3", shown)

    def test_cutting_does_not_leave_half_a_key(self):
        for length in range(1, 60):
            shown = self.redactor.data({"a": "x" * length + KEY + "y" * 3000}, limit=20 + length)
            self.assertNotIn("k3y", shown)

    def test_logging_filter(self):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.addFilter(RedactingFilter(self.redactor))
        logger = logging.Logger("test_redaction")
        logger.addHandler(handler)
        logger.warning("calling %s with %s", "/v1/roles", KEY)
        try:
            raise ValueError(KEY)
        except ValueError:
            logger.exception("failed: %r", {"Api-Key": "abcdef-1"})
        self.assertNotIn("k3y", stream.getvalue())
        self.assertNotIn("abcdef-1", stream.getvalue())
        self.assertIn("calling /v1/roles", stream.getvalue())
        self.assertIn("Traceback", stream.getvalue())
