from datetime import timedelta

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: A payout reaches the bank some days after its period; a person may look further.
EARLY, SOON, LATE = timedelta(days=3), timedelta(days=10), timedelta(days=60)


class MarketplacePayoutMatcher(models.AbstractModel):
    """Finds the bank's line of a payout and books it against the clearing account. What the screen of another
    application has booked there already is only linked."""

    _name = "marketplace.payout.matcher"
    _description = "Marketplace Payout Matcher"

    # --- finding ------------------------------------------------------------------------------------------------
    @api.model
    def _find(self, payout, late=LATE):
        """Bank lines that may be the payout, the likeliest first."""
        clearing = payout.account_id.payment_journal_id
        domain = Domain(
            [
                ("company_id", "=", payout.company_id.id),
                ("journal_id", "!=", clearing.id),
                ("amount", ">", 0),
                ("date", ">=", payout.date - EARLY),
                ("date", "<=", payout.date + late),
            ]
        )
        free = Domain("is_reconciled", "=", False)
        booked = Domain("line_ids.account_id", "=", clearing.default_account_id.id)
        taken = self.env["marketplace.payout"].search([("statement_line_id", "!=", False)]).statement_line_id
        lines = self.env["account.bank.statement.line"].search(domain & (free | booked)) - taken
        lines = lines.filtered(lambda line: self._get_currency(line) == payout.currency_id)
        return lines.sorted(lambda line: (self._get_gap(payout, line), not self._is_from(payout, line), line.date))

    def _get_currency(self, line):
        return line.foreign_currency_id or line.currency_id

    def _get_amount(self, line):
        return line.amount_currency if line.foreign_currency_id else line.amount

    def _get_gap(self, payout, line):
        return payout.currency_id.round(abs(self._get_amount(line) - payout.amount))

    def _is_from(self, payout, line):
        account = payout.account_id
        partner = account.partner_id.commercial_partner_id
        if line.partner_id:
            return line.partner_id.commercial_partner_id == partner
        text = f"{line.payment_ref or ''} {line.partner_name or ''}".casefold()
        words = [*account._get_info().bank_words, *((partner.vat,) if partner.vat else ())]
        return any(word in text for word in words)

    # --- matching -----------------------------------------------------------------------------------------------
    @api.model
    def _match_clear(self, source):
        """Match what leaves no doubt. Returns the matched payouts.

        :param source: ``marketplace.payout``, or the ``marketplace.account`` whose open ones are meant
        """
        payouts = source
        if source._name == "marketplace.account":
            payouts = self.env["marketplace.payout"].search(
                [("account_id", "=", source.id), ("statement_line_id", "=", False)]
            )
        matched = payouts.browse()
        for payout in payouts.filtered(lambda payout: not payout.statement_line_id and payout.amount > 0):
            if not payout.account_id.payment_journal_id.default_account_id:
                continue
            sure = self._find(payout, SOON).filtered(
                lambda line, payout=payout: not self._get_gap(payout, line) and self._is_from(payout, line)
            )
            if len(sure) == 1:
                self._match(payout, sure)
                matched |= payout
        return matched

    @api.model
    def _match(self, payout, line):
        """Book the bank line's counterpart on the clearing account, unless it is booked there already."""
        payout.lock_for_update()
        clearing = self._get_clearing(payout)
        if payout.statement_line_id:
            raise UserError(self.env._("Payout %s has its bank line already.", payout.external_id))
        _liquidity, suspense, other = line.with_context(skip_account_move_synchronization=True)._seek_for_lines()
        if clearing not in other.account_id:
            if not suspense:
                raise UserError(self.env._("The bank line %s is reconciled with something else.", line.display_name))
            line.move_id.with_context(
                skip_account_move_synchronization=True, force_delete=True, skip_readonly_check=True
            ).write(
                {
                    "line_ids": [
                        Command.update(
                            suspense.id,
                            {
                                "account_id": clearing.id,
                                "partner_id": payout.account_id.partner_id.commercial_partner_id.id,
                            },
                        )
                    ]
                }
            )
        payout.statement_line_id = line
        self._reconcile_clearing(payout.account_id)

    @api.model
    def _unmatch(self, payouts):
        payouts.check_access("write")
        for payout in payouts:
            line, payout.statement_line_id = payout.statement_line_id, False
            # Whoever may match a payout may take that back, without any other right to the bank's lines.
            line.sudo().action_undo_reconciliation()

    @api.model
    def _reconcile_clearing(self, account):
        """What came in, was kept back and was paid out meets on the clearing account; what is left is owed to us."""
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", account.payment_journal_id.default_account_id.id),
                ("company_id", "=", account.company_id.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date, id",
        )
        if len(set(lines.mapped(lambda line: line.balance > 0))) > 1:
            lines.reconcile()

    def _get_clearing(self, payout):
        clearing = payout.account_id.payment_journal_id.default_account_id
        if not clearing.reconcile:
            raise UserError(
                self.env._(
                    "Account %s has no clearing account that can be reconciled: complete its money settings first.",
                    payout.account_id.name,
                )
            )
        return clearing
