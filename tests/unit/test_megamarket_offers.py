"""Prices and numbers in stock: one answer per target, whatever the marketplace says of the batch."""

from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import dto, errors, refusals

from .megamarket_support import TOKEN, make_adapter, read_fixture


def price(article, amount, **values):
    return dto.PriceTarget(
        **{"article": article, "external_id": "", "price": Decimal(amount), "currency": "RUB", **values}
    )


def stock(article, quantity):
    return dto.StockTarget(article=article, external_id="", warehouse_id="5046", quantity=quantity)


def saved(**data):
    return {"success": 1, "meta": {}, "data": data}


def warn(article, text):
    return {"offerId": article, "warning": text}


class TestMegamarketPrices(BaseCase):
    def set(self, answer, *targets):
        adapter, self.session, _exchanges, _clock = make_adapter(*([answer] if answer else []))
        return [(row.article, row.state, row.reason) for row in adapter.set_prices(targets)]

    def test_sent(self):
        rows = self.set(
            read_fixture("prices_saved"), price("SKU-3951", "11990.00", old_price=Decimal(13000)), price("SKU-7", 5)
        )
        self.assertEqual(rows, [("SKU-3951", "accepted", ""), ("SKU-7", "refused", refusals.UNKNOWN)])
        self.assertEqual(self.session.methods, ["manualPrice/save"])
        self.assertEqual(
            self.session.bodies[0],
            {
                "meta": {},
                "data": {
                    "token": TOKEN,
                    "prices": [
                        {"offerId": "SKU-3951", "price": 11990, "isDeleted": False},
                        {"offerId": "SKU-7", "price": 5, "isDeleted": False},
                    ],
                },
            },
        )

    def test_without_a_word_all_are_taken(self):
        self.assertEqual(
            self.set(saved(), price("A", 5), price("B", 6)), [("A", "accepted", ""), ("B", "accepted", "")]
        )

    def test_what_cannot_be_held_is_not_sent(self):
        rows = self.set(
            saved(savedPrices=1),
            price("A", "10.50"),
            price("B", 0),
            price("C", 7),
            price("D", -1),
            price("E", 5, currency="USD"),
        )
        self.assertEqual(
            rows,
            [
                ("A", "refused", refusals.UNREADABLE),
                ("B", "refused", refusals.NOT_POSITIVE),
                ("C", "accepted", ""),
                ("D", "refused", refusals.NOT_POSITIVE),
                ("E", "refused", refusals.CURRENCY),
            ],
        )
        self.assertEqual([row["offerId"] for row in self.session.told[0]["prices"]], ["C"])
        self.set(None, price("A", "10.50"))
        self.assertFalse(self.session.sent)

    def test_a_warning_of_a_saved_price_is_only_that(self):
        answer = saved(savedPrices=2, warnings=[warn("A", "Цена сильно изменилась")])
        adapter, *_rest = make_adapter(answer)
        first, second = adapter.set_prices([price("A", 5), price("B", 6)])
        self.assertEqual((first.state, first.message), ("accepted", "Цена сильно изменилась"))
        self.assertEqual((second.state, second.message), ("accepted", ""))

    def test_fewer_saved_than_told(self):
        """It is not known which: they are told again."""
        rows = self.set(saved(savedPrices=1), price("A", 5), price("B", 6))
        self.assertEqual(rows, [(article, "refused", refusals.NO_ANSWER) for article in ("A", "B")])

    def test_deleted_offers(self):
        rows = self.set(saved(savedPrices=0, warnings=[warn("A", "Оффер удалён")]), price("A", 5))
        self.assertEqual(rows, [("A", "refused", refusals.ARCHIVED)])

    def test_other_words_are_kept(self):
        adapter, *_rest = make_adapter(
            saved(savedPrices=0, warnings=[warn("A", "Цена вне коридора"), warn("A", "И ещё")])
        )
        (row,) = adapter.set_prices([price("A", 5)])
        self.assertEqual((row.state, row.reason, row.message), ("refused", "", "Цена вне коридора; И ещё"))

    def test_refused(self):
        with self.assertRaises(errors.Rejected):
            self.set(read_fixture("refusals")["object"], price("A", 5))


class TestMegamarketStocks(BaseCase):
    def test_sent(self):
        adapter, session, _exchanges, _clock = make_adapter(read_fixture("stocks_saved"))
        rows = adapter.set_stocks([stock("SKU-3951", 7), stock("SKU-7", 0)])
        self.assertEqual(
            [(row.article, row.warehouse_id, row.state, row.reason) for row in rows],
            [("SKU-3951", "5046", "accepted", ""), ("SKU-7", "5046", "refused", refusals.UNKNOWN)],
        )
        self.assertEqual(session.methods, ["stock/update"])
        self.assertEqual(
            session.told[0],
            {"stocks": [{"offerId": "SKU-3951", "quantity": 7}, {"offerId": "SKU-7", "quantity": 0}]},
        )

    def test_nothing(self):
        adapter, session, _exchanges, _clock = make_adapter()
        self.assertEqual((adapter.set_stocks([]), adapter.set_prices([])), ([], []))
        self.assertFalse(session.sent)

    def test_odd_answers(self):
        for data in ({"warnings": "x"}, {"warnings": [{"offerId": []}]}):
            adapter, *_rest = make_adapter(saved(**data))
            with self.assertRaises(errors.PayloadError):
                adapter.set_stocks([stock("A", 1)])

    def test_what_is_not_there(self):
        adapter = make_adapter()[0]
        for method in (lambda: adapter.iter_stocks("5046"), adapter.iter_prices, adapter.iter_offers):
            with self.assertRaises(errors.NotSupported):
                method()
