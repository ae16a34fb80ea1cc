from odoo import fields, models

from .marketplace_settlement_difference import IN_SUSPENSE


class MarketplaceMoneyCheck(models.Model):
    """Behind each figure of the page: the rows that make it, or that make it differ."""

    _inherit = "marketplace.money.check"

    # --- rows of the ledger
    def _get_rows_domain(self):
        self.ensure_one()
        return [
            ("account_id", "=", self.account_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    def _get_unsettled_domain(self):
        return [*self._get_rows_domain(), ("state", "=", "open"), ("amount", "!=", 0)]

    def _get_elsewhere_domain(self):
        """Settled, and not with the period that they belong to."""
        return [
            *self._get_rows_domain(),
            ("state", "=", "settled"),
            ("settlement_id.date_from", ">", self.date_to),
        ]

    def _get_suspense_domain(self):
        differences = self.env["marketplace.settlement.difference"].search(
            [
                ("account_id", "=", self.account_id.id),
                ("settlement_id.state", "=", "posted"),
                ("code", "in", IN_SUSPENSE),
            ]
        )
        return [*self._get_rows_domain(), ("state", "=", "settled"), ("id", "in", differences.accrual_ids.ids)]

    def _get_waiting_domain(self):
        """All rows until the last day that the books of then do not have."""
        return [
            ("account_id", "=", self.account_id.id),
            ("date", "<=", self.date_to),
            ("amount", "!=", 0),
            "|",
            ("state", "=", "open"),
            ("settlement_id.date", ">", self.date_to),
        ]

    def action_view_rows(self):
        return self._open("marketplace.accrual", self._get_rows_domain(), self.env._("Accruals of the Month"))

    def action_view_unsettled(self):
        return self._open("marketplace.accrual", self._get_unsettled_domain(), self.env._("Not Settled Yet"))

    def action_view_elsewhere(self):
        name = self.env._("Settled with Another Month")
        return self._open("marketplace.accrual", self._get_elsewhere_domain(), name)

    def action_view_suspense(self):
        return self._open("marketplace.accrual", self._get_suspense_domain(), self.env._("In Suspense"))

    def action_view_waiting(self):
        name = self.env._("Rows Not in the Books Then")
        return self._open("marketplace.accrual", self._get_waiting_domain(), name)

    # --- days
    def action_view_days(self):
        """The days of the month; only those that do not add up where there are such."""
        domain = self._get_rows_domain()
        if self.days_difference:
            domain.append(("difference", "!=", 0))
        return self._open("marketplace.accrual.day", domain, self.env._("Days of the Month"))

    def action_view_differing(self):
        """The days on which the cabinet and our rows differ."""
        domain = [*self._get_rows_domain(), ("date", "in", self.days_differing or [])]
        return self._open("marketplace.accrual.day", domain, self.env._("Days That Differ from the Cabinet"))

    def action_read_again(self):
        """Days that differ, and days that were never read, are read (again) by a job."""
        self.ensure_one()
        missing = self.env["marketplace.money.checker"]._find_missing(self)
        days = sorted({*(self.days_differing or []), *(fields.Date.to_string(day) for day in missing)})
        self.account_id._check_operation("accruals")
        self.env["marketplace.job"].sudo()._enqueue(
            "accruals_poll", self.account_id, payload={"days": days}, priority=3, unique=False
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s days are read within seconds: check again then.", len(days)),
            },
        }

    # --- payouts
    def _get_payouts_domain(self):
        """Of a month that is not over yet the payouts' periods are not, either."""
        self.ensure_one()
        return [
            ("account_id", "=", self.account_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self._get_last_day(self.month)),
        ]

    def action_view_payouts(self):
        return self._open("marketplace.payout", self._get_payouts_domain(), self.env._("Payouts of the Month"))

    def action_view_unmatched(self):
        domain = [*self._get_payouts_domain(), ("state", "=", "open")]
        return self._open("marketplace.payout", domain, self.env._("Payouts Not in the Bank"))

    def action_view_transit(self):
        """Paid out until the last day, and received after it, or not yet."""
        domain = [
            ("account_id", "=", self.account_id.id),
            ("date", "<=", self._get_last_day(self.month)),
            "|",
            ("statement_line_id", "=", False),
            ("statement_line_id.date", ">", self.date_to),
        ]
        return self._open("marketplace.payout", domain, self.env._("Paid Out, Not Received Then"))

    # --- the report
    def action_view_report(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.realization",
            "view_mode": "form",
            "res_id": self.realization_id.id,
        }

    # --- the clearing account
    def _get_clearing_domain(self):
        """Its posted lines until the last day."""
        self.ensure_one()
        return [
            ("account_id", "=", self.account_id.clearing_account_id.id),
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", self.date_to),
        ]

    def _get_settled_clearing_domain(self):
        return [
            "|",
            ("move_id.marketplace_settlement_id", "!=", False),
            ("move_id.origin_payment_id.marketplace_settlement_id", "!=", False),
        ]

    def _get_bank_clearing_domain(self):
        payouts = self.env["marketplace.payout"].search(
            [("account_id", "=", self.account_id.id), ("statement_line_id", "!=", False)]
        )
        return [("move_id", "in", payouts.statement_line_id.move_id.ids)]

    def _get_other_clearing_domain(self):
        """Neither of a settlement nor of a payout: made by hand, or by other payments."""
        return ["!", *self._get_settled_clearing_domain(), "!", *self._get_bank_clearing_domain()]

    def action_view_clearing(self):
        domain = [*self._get_clearing_domain(), ("date", ">=", self.date_from)]
        return self._open("account.move.line", domain, self.env._("Clearing Account"))

    def action_view_other_entries(self):
        """Since our accruals began: what was booked before is the opening."""
        domain = [*self._get_clearing_domain(), *self._get_other_clearing_domain()]
        domain.append(("date", ">", self.env["marketplace.money.checker"]._get_start(self)))
        return self._open("account.move.line", domain, self.env._("Other Entries on the Clearing Account"))

    def _open(self, model, domain, name):
        listed = ("marketplace.accrual.day", "account.move.line")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list" if model in listed else "list,form",
            "domain": domain,
            "context": {"create": False},
        }
