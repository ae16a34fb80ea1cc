from odoo import api, models
from odoo.exceptions import UserError


class MarketplaceSettlementUndo(models.AbstractModel):
    """Takes a settlement out of the books again: afterwards it is as if it had never been posted."""

    _name = "marketplace.settlement.undo"
    _description = "Marketplace Settlement Undo"

    @api.model
    def _reset(self, settlement):
        settlement.lock_for_update()
        if settlement.state != "posted":
            return
        payments, moves = settlement.payment_ids, settlement.move_ids
        self._check_foreign(payments, moves)
        (payments.move_id | moves).line_ids.remove_move_reconcile()
        if settlement.company_id.restrictive_audit_trail:
            # The law of some countries: what was posted once may be cancelled, not removed.
            payments.action_cancel()
            moves.button_cancel()
            moves.write({"marketplace_settlement_id": False})
            payments.write({"marketplace_settlement_id": False})
        else:
            payments.action_draft()
            # Whoever may settle may take it back, whatever was numbered since.
            payments.with_context(force_delete=True).unlink()
            moves.button_draft()
            moves.with_context(force_delete=True).unlink()
        # The ledger is the marketplace's: nobody writes in it by hand.
        settlement.sudo().accrual_ids.write({"state": "open"})
        settlement.write({"state": "ready", "posted_at": False, "date": False})

    def _check_foreign(self, payments, moves):
        """Documents that somebody has meanwhile used otherwise are not pulled away from under it."""
        own = payments.move_id | moves
        invoices = moves.filtered(lambda move: move.move_type in ("out_invoice", "out_refund"))
        lines = invoices.line_ids.filtered(lambda line: line.display_type == "payment_term")
        partners = lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id
        foreign = partners.move_id - own
        if foreign:
            raise UserError(
                self.env._(
                    "Invoices that this settlement has made are reconciled with other documents (%s): take that back "
                    "first.",
                    ", ".join(foreign.mapped("name")[:5]),
                )
            )
        credited = invoices.reversal_move_ids - own
        if credited:
            raise UserError(
                self.env._(
                    "Invoices that this settlement has made were credited meanwhile (%s): take that back first.",
                    ", ".join(credited.mapped("name")[:5]),
                )
            )
