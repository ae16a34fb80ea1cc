from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import money

from .money_case import make_accrual
from .roles_case import ACCOUNTANT, ADMINISTRATOR, STOCK_MANAGER, USER, RolesCase
from .test_accruals import LedgerCase


@tagged("post_install", "-at_install")
class TestAccrualRules(RolesCase, LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (USER, STOCK_MANAGER, ACCOUNTANT, ADMINISTRATOR)}
        cls.logistic = cls.types.search([("marketplace", "=", "ozon"), ("code", "=", "Logistic")])

    def _make_rule(self, **values):
        return self.env["marketplace.accrual.rule"].create({"account_id": self.account.id, **values})

    # --- what every account has ---------------------------------------------------------------------------------
    def test_every_kind_has_a_rule_and_every_name_a_type(self):
        account = self._make_account(name="Zweiter", client_id="1043")
        self.assertEqual(set(account.accrual_rule_ids.mapped("kind")), set(money.KINDS))
        account._ensure_accrual_rules()
        self.assertEqual(len(account.accrual_rule_ids), len(money.KINDS))
        codes = set(self.types.search([("marketplace", "=", "ozon")]).mapped("code"))
        self.assertLessEqual({*money.OWN_TYPES, *account._get_info().accrual_kinds}, codes)

    def test_the_most_specific_rule_wins(self):
        general = self.account._get_accrual_rule(self.logistic, "logistics")
        self.assertEqual((general.document, general.type_id.id), ("bill", False))
        special = self._make_rule(kind="logistics", type_id=self.logistic.id, document="entry")
        self.assertEqual(self.account._get_accrual_rule(self.logistic, "logistics"), special)
        other = self.types.browse()
        self.assertEqual(self.account._get_accrual_rule(other, "logistics"), general)

    def test_a_types_rule_follows_its_kind(self):
        special = self._make_rule(kind="logistics", type_id=self.logistic.id, document="entry")
        self.logistic.kind = "fine"
        self.assertEqual(special.kind, "fine")
        self.assertEqual(self.account._get_accrual_rule(self.logistic, "fine"), special)

    def test_settled_rows_stay_as_they_were_booked(self):
        row = self._day(make_accrual("-10", "Logistic"))
        self._settle()
        self.logistic.kind = "fine"
        self.assertEqual(row.kind, "logistics")

    # --- what is refused ----------------------------------------------------------------------------------------
    def test_taxes_must_be_included_and_of_purchases(self):
        on_top = self._make_service_tax(10, price_include=False)
        rule = self.account._get_accrual_rule(self.logistic, "logistics")
        with self.assertRaisesRegex(ValidationError, "on top of the price"):
            rule.tax_id = on_top
        with self.assertRaisesRegex(ValidationError, "on top of the price"):
            self.account.service_tax_id = on_top
        with self.assertRaisesRegex(ValidationError, "not a tax of purchases"):
            rule.tax_id = self.taxes[22]
        rule.tax_id = self.service_tax

    def test_general_rules_stay(self):
        with self.assertRaisesRegex(UserError, "keeps its general rule"):
            self.account._get_accrual_rule(self.logistic, "logistics").unlink()
        self._make_rule(kind="logistics", type_id=self.logistic.id, document="entry").unlink()

    def test_documents_that_make_no_sense_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "no money of customers"):
            self.account._get_accrual_rule(self.logistic, "logistics").document = "receivable"
        with self.assertRaisesRegex(ValidationError, "bill for services"):
            self.account._get_accrual_rule(self.types.browse(), "sale").document = "bill"
        with self.assertRaisesRegex(ValidationError, "not of the kind"):
            self._make_rule(kind="fine", type_id=self.logistic.id, document="entry")

    # --- who may ------------------------------------------------------------------------------------------------
    def test_accountants_change_the_money_and_nothing_else(self):
        mine = self._as(ACCOUNTANT, self.account)
        rule = self.account._get_accrual_rule(self.logistic, "logistics")
        mine.write({"accrual_window": 14, "accrual_rule_ids": [(1, rule.id, {"document": "entry"})]})
        self.assertEqual((self.account.accrual_window, rule.document), (14, "entry"))
        for vals in ({"name": "X"}, {"api_key": "X"}, {"accrual_window": 7, "name": "X"}, {"state": "paused"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                mine.write(vals)
        for group in (USER, STOCK_MANAGER):
            with self.subTest(group=group), self.assertRaises(AccessError):
                self._as(group, self.account).write({"accrual_window": 7})
        spec = {"accrual_window": {}, "accrual_rule_ids": {"fields": {"document": {}}}}
        # As the web client does it.
        self.assertEqual(mine.web_save({"accrual_window": 9}, spec)[0]["accrual_window"], 9)

    def test_the_accountants_form_asks_for_nothing_that_they_may_not(self):
        """Onchanges need the right to write the account."""
        view = self.env.ref("sale_marketplace.marketplace_account_view_form_accountant")
        form = etree.fromstring(self._as(ACCOUNTANT, self.account).get_view(view.id, "form")["arch"])
        self.assertEqual(form.get("edit"), "1")
        asking = [node.get("name") for node in form.xpath("//field[not(ancestor::list)][not(@invisible)][@on_change]")]
        self.assertEqual(asking, [])
        editable = {
            node.get("name") for node in form.xpath("//field[not(ancestor::list)][not(@readonly)][not(@invisible)]")
        }
        self.assertLessEqual(editable, self.account._get_money_fields())

    def test_rules_of_another_account_are_not_reached_through_this_one(self):
        other = self._make_account(name="Zweiter", client_id="1043").accrual_rule_ids[0]
        for command in ((1, other.id, {"document": "suspense"}), (2, other.id, 0), (4, other.id, 0)):
            with self.subTest(command=command), self.assertRaises(ValidationError):
                self._as(ACCOUNTANT, self.account).write({"accrual_rule_ids": [command]})

    def test_accountants_of_another_company_change_nothing(self):
        company = self.env["res.company"].create({"name": "Fremd"})
        stranger = self._make_user(ACCOUNTANT, company)
        mine = self.account.with_user(stranger).with_context(allowed_company_ids=company.ids)
        with self.assertRaises(AccessError):
            mine.write({"accrual_window": 7})

    def test_accountants_give_types_a_kind(self):
        row = self._day(make_accrual("-10", "Logistic"))
        self._as(ACCOUNTANT, self.logistic).kind = "storage"
        self.assertEqual(row.kind, "storage")
        with self.assertRaises(AccessError):
            self._as(USER, self.logistic).kind = "fine"

    # --- setting up ---------------------------------------------------------------------------------------------
    def test_set_up_makes_what_is_missing(self):
        account = self._make_account(name="Второй", client_id="1043")
        self._as(ACCOUNTANT, account).action_setup_accounting()
        journal = account.payment_journal_id
        clearing = journal.default_account_id
        self.assertEqual((journal.type, journal.company_id), ("bank", self.company))
        self.assertEqual((clearing.account_type, clearing.reconcile), ("asset_current", True))
        lines = journal.inbound_payment_method_line_ids + journal.outbound_payment_method_line_ids
        self.assertEqual(lines.payment_account_id, clearing)
        self.assertNotEqual(journal, self.account.payment_journal_id)
        for name in (
            "suspense_account_id",
            "service_account_id",
            "other_income_account_id",
            "other_expense_account_id",
        ):
            # One set for the company's cabinets; the clearing is each one's own.
            self.assertTrue(account[name])
            self.assertEqual(account[name], self.account[name])
        self.assertFalse(self.env["marketplace.settlement.poster"]._find_missing(account))

    def test_set_up_touches_nothing_that_is_set(self):
        names = ("payment_journal_id", "suspense_account_id", "service_account_id", "other_income_account_id")
        before = {name: self.account[name] for name in names}
        accounts = self.env["account.account"].search_count([])
        self.account.action_setup_accounting()
        self.assertEqual({name: self.account[name] for name in names}, before)
        self.assertEqual(self.env["account.account"].search_count([]), accounts)

    def test_set_up_leaves_a_bank_of_ones_own_alone(self):
        bank = self._make_bank()
        account = self._make_account(name="Второй", client_id="1043", payment_journal_id=bank.id)
        lines = bank.inbound_payment_method_line_ids + bank.outbound_payment_method_line_ids
        before = lines.mapped("payment_account_id")
        account.action_setup_accounting()
        self.assertEqual((account.payment_journal_id, lines.mapped("payment_account_id")), (bank, before))
        self.assertTrue(self.env["marketplace.settlement.poster"]._find_missing(account))

    def test_set_up_for_a_cabinet_in_another_currency(self):
        self.env.ref("base.CNY").active = True
        account = self._make_account(name="CNY", client_id="1044", money_currency_id=self.env.ref("base.CNY").id)
        account.action_setup_accounting()
        self.assertEqual(account.payment_journal_id.currency_id.name, "CNY")
        self.assertEqual(account.clearing_account_id.currency_id.name, "CNY")
        self.assertFalse(self.env["marketplace.settlement.poster"]._find_missing(account))

    def test_set_up_is_for_accountants(self):
        with self.assertRaises(AccessError):
            self._as(USER, self.account).action_setup_accounting()

    def test_set_up_needs_a_chart(self):
        company = self.env["res.company"].create({"name": "Ohne Plan"})
        account = self._make_account(name="X", client_id="1045", company_id=company.id, warehouse_id=False)
        with self.assertRaisesRegex(UserError, "no chart of accounts"):
            account.action_setup_accounting()
