from datetime import date
from decimal import Decimal
from itertools import product as combinations

from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto, money
from odoo.addons.sale_marketplace.services.accrual_chain import Changes, Known, follow, vanish

from .money_case import make_accrual
from .test_accruals import DAY, LedgerCase


@tagged("post_install", "-at_install")
class TestAccrualsChanged(LedgerCase):
    """Accruals that are changed, withdrawn and told again, before and after they were settled."""

    def _tell(self, amount, **values):
        return self._day(
            make_accrual(amount, values.pop("type_name", "Logistic"), external_id="1", part="fee", **values)
        )

    def test_an_open_row_changes_and_keeps_its_versions(self):
        row = self._tell("-10")
        self._tell("-12.50")
        self._tell("-13")
        self.assertEqual((row.amount, row.version_count), (-13, 2))
        row.invalidate_recordset(["version_ids"])
        self.assertEqual(row.version_ids.mapped("amount"), [-12.5, -10])
        self.assertFalse(row.correction_ids)

    def test_a_settled_row_is_corrected_by_another(self):
        row = self._tell("-10")
        self._settle()
        rows = self._tell("-12.50")
        self.assertEqual((row.amount, row.state, row.version_count), (-10, "settled", 0))
        correction = rows - row
        self.assertRecordValues(
            correction,
            [{"amount": -2.5, "state": "open", "revision": 1, "corrects_id": row.id, "date": DAY, "kind": "logistics"}],
        )
        self._tell("-12.50")
        self.assertEqual(len(self._rows()), 2)
        self._tell("-11")
        self.assertEqual((correction.amount, correction.version_count), (-1, 1))
        late = self._settle(date(2026, 10, 1), date(2026, 10, 31))
        self.assertEqual(late.accrual_ids, correction)
        self.assertTrue(correction.is_late)
        own = [("account_id", "=", self.account.id)]
        accruals = self.env["marketplace.accrual"]
        self.assertEqual(accruals.search([*own, ("is_late", "=", True)]), correction)
        self.assertEqual(accruals.search([*own, ("is_late", "=", False)]), row)
        self._tell("-20")
        self.assertEqual(self._rows().mapped("amount"), [-10, -1, -9])

    def test_an_open_row_is_withdrawn_and_comes_back(self):
        row = self._tell("-10")
        self._day()
        self.assertEqual((row.amount, row.gone, row.version_count), (0, True, 1))
        self._day()
        self.assertEqual(row.version_count, 1)
        self._tell("-10")
        self.assertEqual((row.amount, row.gone), (-10, False))

    def test_a_settled_row_is_withdrawn_and_comes_back(self):
        row = self._tell("-10")
        self._settle()
        self._day()
        correction = self._rows() - row
        self.assertEqual((row.amount, correction.amount, correction.gone), (-10, 10, True))
        self._tell("-10")
        self.assertEqual(sum(self._rows().mapped("amount")), -10)
        self.assertFalse(correction.gone)

    def test_settled_money_of_another_type_leaves_the_one_and_comes_to_the_other(self):
        row = self._tell("-10")
        self._settle()
        rows = self._tell("-12", type_name="Acquiring")
        self.assertEqual(
            {(item.kind, item.amount, item.state) for item in rows},
            {("logistics", -10, "settled"), ("logistics", 10, "open"), ("acquiring", -12, "open")},
        )
        self.assertEqual(rows.corrects_id, row)
        self._tell("-12", type_name="Acquiring")
        self.assertEqual(len(self._rows()), 3)

    def test_settled_money_of_another_posting(self):
        self._tell("-10", number="1-1")
        self._settle()
        rows = self._tell("-10", number="2-1")
        sums = {}
        for item in rows:
            sums[item.number] = sums.get(item.number, 0) + item.amount
        self.assertEqual(sums, {"1-1": 0, "2-1": -10})

    def test_a_changed_row_makes_its_settlement_a_draft_again(self):
        self._tell("-10")
        settlement = self._settle(post=False)
        self.assertEqual((settlement.state, settlement.row_total), ("ready", -10))
        self._tell("-12")
        self.assertEqual(settlement.state, "draft")

    def test_a_reset_settlement_with_its_correction(self):
        row = self._tell("-10")
        settlement = self._settle()
        self._tell("-12")
        settlement.action_reset()
        self._tell("-15")
        self.assertEqual(sum(self._rows().mapped("amount")), -15)
        self.assertEqual(row.state, "open")

    def test_withdrawn_rows_are_not_settled(self):
        self._tell("-10")
        self._day()
        settlement = self._settle(post=False)
        self.assertFalse(settlement.accrual_ids)

    def test_a_file_is_not_withdrawn_by_a_day(self):
        item = make_accrual("-10", "Logistic", branch="file")
        row = self.store._store_rows(self.account, [item])
        self._day()
        self.assertEqual((row.amount, row.gone), (-10, False))

    def test_the_sum_is_always_what_was_told_last(self):
        """Any order of tellings and settlements: the rows of a movement are what the marketplace says of it."""
        told = [None, (Decimal(-10), 1), (Decimal(7), 1), (Decimal(-10), 2)]
        for steps in combinations(told, (True, False), repeat=3):
            chain = []
            for says, settles in zip(steps[::2], steps[1::2], strict=True):
                chain = self._play(chain, says)
                open_sums = {}
                for row in chain:
                    key = row.vals["type_id"]
                    open_sums[key] = open_sums.get(key, 0) + row.vals["amount"]
                wanted = {says[1]: says[0]} if says else {}
                self.assertEqual({key: value for key, value in open_sums.items() if value}, wanted, steps)
                if settles:
                    chain = [Known(row.id, row.revision, True, row.vals) for row in chain]

    def _play(self, chain, says):
        changes = Changes()
        base = {"number": False, "currency_id": 1, "gone": False, "problem": False, "quantity": 0, "kind": "other"}
        base |= dict.fromkeys(
            ("unit_number", "scheme", "sku", "article", "order_id", "order_line_id", "offer_id"), False
        )
        if says:
            follow(chain, {**base, "amount": says[0], "type_id": says[1], "date": DAY, "branch": "seller"}, changes)
        elif chain:
            vanish(chain, changes)
        news = {row.id: vals for row, vals in changes.changed}
        chain = [Known(row.id, row.revision, row.settled, {**row.vals, **news.get(row.id, {})}) for row in chain]
        for row in chain:
            self.assertFalse(row.settled and row.id in news, "a settled row never changes")
        for vals in changes.fresh:
            chain.append(Known(len(chain) + 1, vals["revision"], False, vals))
        revisions = [row.revision for row in chain]
        self.assertEqual(revisions, sorted(set(revisions)))
        return chain

    def test_the_days_total_proves_it(self):
        sale = make_accrual("100", money.SALE_TYPE, external_id="5", part="sale")
        self._day(sale)
        self._settle()
        changed = make_accrual("90", money.SALE_TYPE, external_id="5", part="sale")
        self._day(changed, make_accrual("-1.01", "Logistic"))
        self.assertRecordValues(self._get_day(), [{"total": 88.99, "row_total": 88.99, "difference": 0}])
        self.assertIsInstance(changed, dto.Accrual)
