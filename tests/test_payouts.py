from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .money_case import MoneyCase
from .roles_case import ACCOUNTANT, RolesCase


@tagged("post_install", "-at_install")
class TestPayouts(RolesCase, MoneyCase):
    """What the marketplace has sent meets the bank's line on the clearing account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].create(
            {"name": "Банк", "type": "bank", "code": "BNK9", "company_id": cls.company.id}
        )

    def _tell(self, amount="1000.00", number="1:0", until=date(2026, 9, 30), **values):
        item = dto.Payout(
            **{
                "external_id": number,
                "since": until.replace(day=16),
                "date": until,
                "amount": Decimal(amount),
                "currency": "RUB",
                **values,
            }
        )
        return self.env["marketplace.payout.poller"]._store(self.account, [item])

    def _match_alone(self):
        return self.env["marketplace.payout.matcher"]._match_clear(self.account)

    def test_told_twice_is_there_once(self):
        payout = self._tell()
        self.assertEqual(self._tell(), payout)
        self.assertEqual((payout.amount, payout.state, payout.date_from), (1000.0, "open", date(2026, 9, 16)))
        self._tell("1001.00")
        self.assertEqual(payout.amount, 1001.0)
        self.assertIn("1001.00", payout.message_ids[0].body)

    def test_a_settlement_its_payout_and_the_bank(self):
        order = self._sell()
        self._accrue_sale(order)
        settlement = self._settle()
        self.assertEqual(str(self._get_clearing_balance()), "1109.84")
        payout = self._tell("1109.84")
        line = self._receive(self.bank, 1109.84, date(2026, 10, 3))
        self.assertEqual(self._match_alone(), payout)
        self.assertEqual((payout.state, payout.statement_line_id, line.is_reconciled), ("matched", line, True))
        self.assertEqual(str(self._get_clearing_balance()), "0.00")
        self.assertEqual(set(settlement.payment_ids.mapped("state")), {"paid"})
        open_lines = self.env["account.move.line"].search(
            [("account_id", "=", self.clearing.id), ("reconciled", "=", False), ("parent_state", "=", "posted")]
        )
        self.assertFalse(open_lines)

    def test_undo(self):
        payout = self._tell()
        line = self._receive(self.bank, 1000, date(2026, 10, 3))
        self._match_alone()
        payout.action_unmatch()
        self.assertEqual((payout.state, line.is_reconciled), ("open", False))
        self.assertEqual(str(self._get_clearing_balance()), "0.00")
        self.assertEqual(self._match_alone(), payout, "And again")

    def test_an_accountant_matches_and_takes_back(self):
        """With no other right to the bank's lines than to see them."""
        payout = self._tell().with_user(self._make_user(ACCOUNTANT))
        line = self._receive(self.bank, 1000, date(2026, 10, 3))
        self.env["marketplace.payout.match"].with_user(payout.env.user).create({"payout_id": payout.id}).action_match()
        self.assertEqual((payout.state, line.is_reconciled), ("matched", True))
        payout.action_unmatch()
        self.assertEqual((payout.state, line.is_reconciled), ("open", False))

    def test_doubt_is_left_to_a_person(self):
        payout = self._tell()
        for values in (
            {"amount": 999.99},
            {"day": date(2026, 10, 20)},
            {"payment_ref": "Аренда"},
            {"partner_id": self.env["res.partner"].create({"name": "Другой"}).id},
        ):
            with self.subTest(values=values):
                line = self._receive(self.bank, **{"amount": 1000, "day": date(2026, 10, 3), **values})
                self.assertFalse(self._match_alone())
                line.unlink()
        self._receive(self.bank, 1000, date(2026, 10, 3))
        self._receive(self.bank, 1000, date(2026, 10, 4))
        self.assertFalse(self._match_alone(), "Two that could be it")
        self.assertEqual(payout.state, "open")

    def test_by_hand(self):
        payout = self._tell()
        far = self._receive(self.bank, 990, date(2026, 11, 3), payment_ref="Перевод")
        wizard = self.env["marketplace.payout.match"].create({"payout_id": payout.id})
        self.assertEqual((wizard.line_id, wizard.difference), (far, -10.0))
        wizard.action_match()
        self.assertEqual(payout.statement_line_id, far)
        self.assertEqual(str(self._get_clearing_balance()), "-990.00")
        with self.assertRaisesRegex(UserError, "has its bank line already"):
            self.env["marketplace.payout.matcher"]._match(payout, far)

    def test_nothing_to_choose_from(self):
        wizard = self.env["marketplace.payout.match"].create({"payout_id": self._tell().id})
        self.assertFalse(wizard.line_id)
        with self.assertRaisesRegex(UserError, "Choose the bank line"):
            wizard.action_match()

    def test_what_another_screen_has_booked_is_only_linked(self):
        payout = self._tell()
        line = self._receive(self.bank, 1000, date(2026, 10, 3))
        _liquidity, suspense, _other = line._seek_for_lines()
        line.move_id.with_context(skip_account_move_synchronization=True, skip_readonly_check=True).write(
            {"line_ids": [(1, suspense.id, {"account_id": self.clearing.id})]}
        )
        self.assertEqual(self._match_alone(), payout)
        self.assertEqual(str(self._get_clearing_balance()), "-1000.00")

    def test_a_line_that_is_reconciled_with_something_else(self):
        payout = self._tell()
        invoice = self._sell((self.offers[0], 1, "1000")).sale_order_id.invoice_ids
        line = self._receive(self.bank, 1000, date(2026, 10, 3))
        _liquidity, suspense, _other = line._seek_for_lines()
        receivable = invoice.line_ids.filtered(lambda item: item.display_type == "payment_term")
        line.move_id.with_context(skip_account_move_synchronization=True, skip_readonly_check=True).write(
            {"line_ids": [(1, suspense.id, {"account_id": receivable.account_id.id})]}
        )
        with self.assertRaisesRegex(UserError, "reconciled with something else"):
            self.env["marketplace.payout.matcher"]._match(payout, line)

    def test_several_at_once(self):
        first, second = self._tell("1000.00", "1:0"), self._tell("2000.00", "2:0", date(2026, 10, 31))
        self._receive(self.bank, 2000, date(2026, 11, 2))
        action = (first | second).action_match()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual((first.state, second.state), ("open", "matched"))
