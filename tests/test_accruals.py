from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto, money

from .builders import make_line, make_order
from .money_case import MONTH, MoneyCase, make_accrual

DAY = MONTH[0]
KINDS = {
    "SaleCommission": money.COMMISSION,
    "Logistic": money.LOGISTICS,
    "LastMileCourier": money.LAST_MILE,
    "Acquiring": money.ACQUIRING,
    "ReturnFlowLogistic": money.RETURN_LOGISTICS,
}


class LedgerCase(MoneyCase):
    """Money whose types are known, told day by day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.env["marketplace.accrual.store"]
        cls.types = cls.env["marketplace.accrual.type"]
        cls.types._ensure("ozon", KINDS)

    def _day(self, *accruals, day=DAY, total=None):
        """The marketplace tells exactly this of the day."""
        told = sum((item.amount for item in accruals if isinstance(item, dto.Accrual)), Decimal(0))
        self.store._store_day(
            self.account, dto.AccrualDay(date=day, accruals=tuple(accruals), total=told if total is None else total)
        )
        self.env.flush_all()
        return self._rows(day)

    def _rows(self, day=DAY):
        return self.env["marketplace.accrual"].search(
            [("account_id", "=", self.account.id), ("date", "=", day)], order="external_id, part, revision"
        )

    def _get_day(self, day=DAY):
        return self.env["marketplace.accrual.day"].search([("account_id", "=", self.account.id), ("date", "=", day)])


@tagged("post_install", "-at_install")
class TestAccruals(LedgerCase):
    def test_movements_become_rows(self):
        order = self._sell(deliver=False, invoice=False)
        line = order.line_ids
        rows = self._accrue_sale(order)
        by_part = {row.part: row for row in rows}
        sale = by_part[f"sale:{line.sku}"]
        self.assertRecordValues(
            sale,
            [
                {
                    "amount": 1448.0,
                    "kind": "sale",
                    "order_id": order.id,
                    "order_line_id": line.id,
                    "sale_order_id": order.sale_order_id.id,
                    "product_id": self.offers[0].product_id.id,
                    "currency_id": self.account.money_currency_id.id,
                    "state": "open",
                    "quantity": 1,
                }
            ],
        )
        self.assertEqual(by_part["SaleCommission"].amount, -246.16)
        self.assertEqual(by_part["SaleCommission"].kind, "commission")
        self.assertEqual(by_part["Logistic"].kind, "logistics")

    def test_the_same_day_again_writes_nothing(self):
        accruals = [make_accrual("-10", "Logistic", number=f"{number}-1", sku=str(number)) for number in range(50)]
        first = self._day(*accruals)
        stamps = {row.id: (row.write_date, row.read_at) for row in first}
        self.env["marketplace.accrual"].invalidate_model()
        told = dto.AccrualDay(date=DAY, accruals=tuple(accruals), total=Decimal(-500))
        self.assertFalse(self.store._store_day(self.account, told))
        self.assertEqual({row.id: (row.write_date, row.read_at) for row in self._rows()}, stamps)
        self.assertFalse(self.env["marketplace.accrual.version"].search([("accrual_id", "in", first.ids)]))

    def test_queries_do_not_grow_with_the_rows(self):
        self._day(make_accrual("-1", "Logistic"))

        def count(day, size):
            told = [make_accrual("-10.10", "Logistic", day, number=f"{day}-{n}", sku=f"s{n}") for n in range(size)]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._day(*told, day=day)
            return self.env.cr.sql_log_count - before

        small, large = count(date(2026, 9, 2), 20), count(date(2026, 9, 3), 400)
        # Rows are inserted some hundred at a time.
        self.assertLess(large, small + 12)
        self.assertLess(small, 60)

    def test_totals_of_the_day_are_kept(self):
        self._day(make_accrual("100.10", money.SALE_TYPE), make_accrual("-30.05", "Logistic"))
        self.assertRecordValues(
            self._get_day(), [{"total": 70.05, "row_total": 70.05, "difference": 0.0, "row_count": 2}]
        )
        self._day(make_accrual("100.10", money.SALE_TYPE), total=Decimal("70.05"))
        self.assertEqual(self._get_day().difference, -30.05)

    def test_what_comes_twice_counts_once_the_later_time(self):
        first = make_accrual("-10", "Logistic")
        later = make_accrual("-12", "Logistic", external_id=first.external_id)
        rows = self._day(first, later, total=Decimal(-12))
        self.assertEqual(rows.mapped("amount"), [-12.0])
        self.assertEqual(self._get_day().difference, 0)

    # --- types --------------------------------------------------------------------------------------------------
    def test_an_unknown_type_raises_an_alert(self):
        rows = self._day(make_accrual("-77", "BrandNewFee", type_id="777"))
        self.assertEqual(rows.kind, "unknown")
        self.assertEqual(rows.type_id.external_id, "777")
        activity = self.account.activity_ids.filtered(lambda item: item.summary == "Unknown accruals")
        self.assertIn("BrandNewFee", activity.note)
        told = self.env["marketplace.notification"].search([("event", "=", "money_unknown")])
        self.assertEqual(told.account_id, self.account)
        self.assertEqual(self.account.unknown_accrual_count, 1)
        self._day(make_accrual("-78", "BrandNewFee", type_id="777"))
        self.assertEqual(len(self.account.activity_ids.filtered(lambda item: item.summary == "Unknown accruals")), 1)

    def test_a_kind_given_later_moves_open_rows(self):
        rows = self._day(make_accrual("-77", "BrandNewFee", type_id="777"))
        rows.type_id.kind = "advertising"
        self.assertEqual(rows.kind, "advertising")
        self.assertEqual(self.account.unknown_accrual_count, 0)

    def test_a_number_without_a_name_is_named_by_the_dictionary(self):
        rows = self._day(make_accrual("-5", "", type_id="778"))
        self.assertEqual(rows.type_id.code, "#778")
        told = dto.AccrualType(external_id="778", name="Stencil2", description="Трафареты", kind=money.ADVERTISING)
        self.assertFalse(self.types._learn("ozon", [told]))
        self.assertEqual(
            (rows.type_id.code, rows.type_id.description, rows.kind), ("Stencil2", "Трафареты", "advertising")
        )

    def test_a_number_of_a_known_name_is_merged(self):
        self.types._ensure("ozon", {"Stencil2": money.ADVERTISING})
        rows = self._day(make_accrual("-5", "", type_id="778"))
        told = dto.AccrualType(external_id="778", name="Stencil2", description="Трафареты", kind=money.ADVERTISING)
        self.types._learn("ozon", [told])
        self.assertEqual((rows.type_id.code, rows.kind), ("Stencil2", "advertising"))
        self.assertFalse(self.types.search([("code", "=", "#778")]))

    def test_the_dictionary_does_not_overrule_people(self):
        logistic = self.types.search([("marketplace", "=", "ozon"), ("code", "=", "Logistic")])
        logistic.write({"kind": "fine", "description": "Довезли"})
        told = dto.AccrualType(external_id="32", name="Logistic", description="Логистика", kind=money.LOGISTICS)
        self.types._learn("ozon", [told])
        self.assertEqual((logistic.kind, logistic.description), ("fine", "Довезли"))
        self.assertEqual((logistic.external_id, logistic.told_description), ("32", "Логистика"))

    # --- postings -----------------------------------------------------------------------------------------------
    def test_a_posting_that_comes_later_is_linked(self):
        number = "0208245774-0029-1"
        line = make_line(self.offers[0], 1, "500")
        rows = self._day(make_accrual("500", money.SALE_TYPE, number=number, sku=line.sku))
        self.assertFalse(rows.order_id)
        order = self._import(make_order([line], number=number))
        self.assertEqual((rows.order_id, rows.order_line_id), (order, order.line_ids))
        self.assertEqual(rows.sale_order_id, order.sale_order_id)
        self.assertEqual(order.net_amount, 500)
        self.assertFalse(rows.version_count)

    def test_the_number_of_a_whole_order_is_its_only_postings(self):
        order = self._sell(deliver=False, invoice=False, number="555-0001-1", order_number="555-0001")
        rows = self._day(make_accrual("-7", "Acquiring", unit_number="555-0001"))
        self.assertEqual(rows.order_id, order)
        self._sell(deliver=False, invoice=False, number="555-0001-2", order_number="555-0001")
        rows = self._day(
            make_accrual("-7", "Acquiring", DAY + timedelta(1), unit_number="555-0001"), day=DAY + timedelta(1)
        )
        self.assertFalse(rows.order_id)

    def test_two_lines_of_one_product_share_the_first(self):
        order = self._sell((self.offers[0], 1, "500"), (self.offers[0], 2, "450"), deliver=False, invoice=False)
        rows = self._day(make_accrual("1400", money.SALE_TYPE, number=order.number, sku=self.offers[0].sku, quantity=3))
        self.assertEqual(rows.order_line_id, order.line_ids[0])

    # --- bad input ----------------------------------------------------------------------------------------------
    def test_unreadable_accruals_are_shown_and_read_again(self):
        broken = dto.UnreadableAccrual(date=DAY, external_id="1", problem="amount «abc»", raw={"accrual_id": 1})
        rows = self._day(broken)
        self.assertEqual((rows.amount, rows.kind), (0, "unknown"))
        self.assertIn("abc", rows.problem)
        self.assertEqual(self._get_day().unreadable_count, 1)
        rows = self._day(make_accrual("-10", "Logistic", external_id="1"))
        self.assertEqual((rows.mapped("amount"), rows.problem), ([-10.0], False))

    def test_what_was_readable_stays_while_it_is_not(self):
        self._day(make_accrual("-10", "Logistic", external_id="1"))
        rows = self._day(dto.UnreadableAccrual(date=DAY, external_id="1", problem="?", raw={}))
        self.assertEqual(sum(rows.mapped("amount")), -10)
        self.assertFalse(any(rows.mapped("gone")))

    def test_another_currency_is_told_and_not_settled(self):
        self.env.ref("base.CNY").active = True
        rows = self._day(make_accrual("-10", "Logistic", currency="CNY"))
        self.assertIn("CNY", rows.problem)
        self.assertEqual(rows.currency_id.name, "CNY")
        self.assertEqual(self.account.unknown_accrual_count, 1)
        self.assertIn("CNY", self.account.activity_ids.filtered(lambda item: "Unknown" in item.summary).note)
        settlement = self._settle(post=False)
        self.assertFalse(settlement.accrual_ids)
        rows = self._day(make_accrual("-10", "Logistic", currency="XQQ"))
        self.assertIn("XQQ", self._rows().filtered(lambda row: not row.gone).problem)

    # --- which days ---------------------------------------------------------------------------------------------
    def test_days_never_read_come_first_and_the_window_again(self):
        poller = self.env["marketplace.accrual.poller"]
        today = poller._get_today()
        self.account.write({"accrual_start": today - timedelta(days=9), "accrual_window": 3})
        now = fields.Datetime.now()
        all_days = [today - timedelta(days=number) for number in range(9, -1, -1)]
        self.assertEqual(poller._choose_days(self.account, now), all_days)
        for day in all_days[:-2]:
            self._day(make_accrual("-1", "Logistic", day), day=day)
        later = now + timedelta(seconds=5)
        self.assertEqual(poller._choose_days(self.account, later), [*all_days[-2:], *all_days[-4:-2]])
        # The same job goes on where it was.
        self.assertEqual(poller._choose_days(self.account, now), all_days[-2:])
        self.account.accrual_start = today - timedelta(days=11)
        self.assertEqual(poller._choose_days(self.account, later)[0], today - timedelta(days=11))
