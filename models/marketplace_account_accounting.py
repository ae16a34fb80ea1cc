from odoo import models
from odoo.exceptions import AccessError, UserError

#: field → type of account, where to begin numbering when the chart has none of the type
NEW_ACCOUNTS = {
    "suspense_account_id": ("asset_current", "101400"),
    "service_account_id": ("expense", "620000"),
    "other_income_account_id": ("income_other", "450000"),
    "other_expense_account_id": ("expense_other", "640000"),
}
CLEARING_START = "101400"


class MarketplaceAccount(models.Model):
    """«Set Up Accounting»: makes what the books need for the marketplace's money, and touches nothing that is set."""

    _inherit = "marketplace.account"

    def action_setup_accounting(self):
        if not self.env.user.has_group("sale_marketplace.group_accountant"):
            raise AccessError(self.env._("Only the marketplaces' accountants may set up their accounting."))
        self.check_access("read")
        for account in self:
            account._setup_accounting()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("What was missing has been made. Look at the VAT of services, and go."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === BUSINESS METHODS === #
    def _setup_accounting(self):
        """The accountant of the marketplaces need not be allowed to configure the whole of accounting."""
        self.ensure_one()
        account = self.sudo().with_company(self.company_id)
        if not account._find_chart_accounts():
            raise UserError(
                self.env._("%s has no chart of accounts yet: install one in Accounting first.", self.company_id.name)
            )
        account._ensure_accrual_types()
        account._ensure_accrual_rules()
        account._ensure_clearing_journal()
        for name in NEW_ACCOUNTS:
            if not account[name]:
                account[name] = account._find_or_make_account(name)

    def _ensure_clearing_journal(self):
        if not self.payment_journal_id:
            clearing = self._make_account(
                "asset_current", CLEARING_START, self.env._("%s: settlements", self.name), currency=True
            )
            self.payment_journal_id = self.env["account.journal"].create(self._prepare_journal_vals(clearing))
        journal = self.payment_journal_id
        if not journal.default_account_id.reconcile:
            # A bank of the company's own: its payments wait for its statement, as they should.
            return
        lines = journal.inbound_payment_method_line_ids + journal.outbound_payment_method_line_ids
        # Without it payments would wait on an outstanding account for a bank statement that never comes.
        lines.filtered(lambda line: not line.payment_account_id).payment_account_id = journal.default_account_id

    def _prepare_journal_vals(self, clearing):
        return {
            "name": self.env._("%s: settlements", self.name),
            "type": "bank",
            "code": self._choose_journal_code(),
            "company_id": self.company_id.id,
            "default_account_id": clearing.id,
            "currency_id": self._get_foreign_currency().id,
        }

    def _choose_journal_code(self):
        """MP1, MP2 …: five characters are all that a code may have."""
        journals = self.env["account.journal"].with_context(active_test=False)
        taken = set(journals.search([("company_id", "=", self.company_id.id)]).mapped("code"))
        return next(code for number in range(1, 1000) if (code := f"MP{number}") not in taken)

    def _get_foreign_currency(self):
        own = self.money_currency_id == self.company_id.currency_id
        return self.env["res.currency"] if own else self.money_currency_id

    def _find_or_make_account(self, name):
        """The one that another cabinet of the company uses; the chart's own, where one is meant for it."""
        sibling = self.with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id), ("id", "!=", self.id), (name, "!=", False)], limit=1
        )
        if sibling:
            return sibling[name]
        kind, start = NEW_ACCOUNTS[name]
        of_chart = self._find_chart_accounts(("account_type", "=", kind))
        if kind in ("income_other", "expense_other") and of_chart:
            return of_chart[0]
        labels = {
            "suspense_account_id": self.env._("Marketplaces: to be explained"),
            "service_account_id": self.env._("Services of marketplaces"),
            "other_income_account_id": self.env._("Other income from marketplaces"),
            "other_expense_account_id": self.env._("Fines and other expenses of marketplaces"),
        }
        return self._make_account(kind, start, labels[name])

    def _make_account(self, kind, start, label, currency=False):
        """With the next free code after those of its type."""
        similar = self._find_chart_accounts(("account_type", "=", kind), ("code", "!=", False))
        code = self.env["account.account"]._search_new_account_code(similar[-1:].code or start)
        return self.env["account.account"].create(
            {
                "name": label,
                "code": code,
                "account_type": kind,
                "company_ids": self.company_id.ids,
                # What lies on these has to be matched, line by line.
                "reconcile": kind == "asset_current",
                "currency_id": self._get_foreign_currency().id if currency else False,
            }
        )

    def _find_chart_accounts(self, *conditions):
        Account = self.env["account.account"]
        return Account.search([*Account._check_company_domain(self.company_id), *conditions]).sorted("code")
