"""Readers of single values: every shape that was seen, and junk."""

from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import parse
from odoo.addons.sale_marketplace.marketplaces.base.errors import PayloadError


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


class TestParse(BaseCase):
    def assert_refused(self, reader, *values):
        for value in values:
            with self.subTest(value=value), self.assertRaises(PayloadError) as caught:
                reader(value, "here")
            self.assertEqual(caught.exception.path, "here")

    def test_decimal(self):
        for value, expected in (
            (2500, "2500"),
            (0.1, "0.1"),
            (1299.99, "1299.99"),
            ("1530.0000", "1530.0000"),
            ("-316", "-316"),
            ({"amount": "12990.00", "currency": "RUB"}, "12990.00"),
            ({"currency_code": "RUB", "value": 7}, "7"),
            ({"currency_code": "RUB", "price": 0}, "0"),
        ):
            with self.subTest(value=value):
                self.assertEqual(str(parse.decimal(value, "here")), expected)
        junk = (None, "", "free", "1 530,00", True, [], {}, {"amount": ""}, "NaN", float("inf"), "1e999999")
        self.assert_refused(parse.decimal, *junk)

    def test_decimal_or_none(self):
        for value in (None, "", {}, {"amount": ""}):
            self.assertIsNone(parse.decimal_or_none(value, "here"))
        self.assertEqual(parse.decimal_or_none("0", "here"), Decimal(0))
        self.assert_refused(parse.decimal_or_none, "free")

    def test_currency(self):
        self.assertEqual(parse.currency("rub", "here"), "RUB")
        self.assertEqual(parse.currency_of({"currency_code": "cny"}), "CNY")
        self.assertEqual(parse.currency_of("12.00"), "")
        self.assert_refused(parse.currency, None, "", "руб", "RUBL", 643)

    def test_moment(self):
        for value, expected in (
            ("2026-08-14T09:00:00Z", utc(2026, 8, 14, 9)),
            ("2026-08-14T09:00:00.5Z", utc(2026, 8, 14, 9, 0, 0, 500000)),
            ("2026-08-14T09:00:00.123456789Z", utc(2026, 8, 14, 9, 0, 0, 123456)),
            ("2026-08-14T12:00:00+03:00", utc(2026, 8, 14, 9)),
            ("2026-08-14T06:30:00-0230", utc(2026, 8, 14, 9)),
            ("2026-08-14 09:00:00", utc(2026, 8, 14, 9)),
            ("2026-08-14", utc(2026, 8, 14)),
        ):
            with self.subTest(value=value):
                self.assertEqual(parse.moment_or_none(value, "here"), expected)
        for value in (None, "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999900Z"):
            self.assertIsNone(parse.moment_or_none(value, "here"))
        self.assert_refused(
            parse.moment_or_none, "yesterday", "2026-13-01T00:00:00Z", 1789000000, {}, "2026-08-14T25:00Z"
        )

    def test_identifier(self):
        self.assertEqual(parse.identifier(1020005003107121, "here"), "1020005003107121")
        self.assertEqual(parse.identifier(" 12 ", "here"), "12")
        self.assertEqual(parse.identifier_or_empty(0, "here"), "")
        self.assertEqual(parse.identifier_or_empty(5.0, "here"), "5")
        self.assert_refused(parse.identifier, None, "", 0, "0", [], {}, True)

    def test_integer(self):
        for value in (3, "3", 3.0):
            self.assertEqual(parse.integer(value, "here"), 3)
        self.assert_refused(parse.integer, 3.5, "x", None, {"amount": 3}, True)

    def test_containers(self):
        self.assertEqual(parse.mapping(None, "here"), {})
        self.assertEqual(parse.mapping([], "here"), {})
        self.assertEqual(parse.sequence({}, "here"), [])
        self.assert_refused(parse.mapping, "x", [1], 1)
        self.assert_refused(parse.sequence, "x", {"a": 1}, 1)
        with self.assertRaises(PayloadError) as caught:
            parse.objects([{}, 1], "here")
        self.assertEqual(caught.exception.path, "here[1]")
