from odoo import api, models
from odoo.exceptions import UserError


class MarketplaceRealizationUndo(models.AbstractModel):
    """Takes a posted report back: afterwards it is as if it had never been posted."""

    _name = "marketplace.realization.undo"
    _description = "Marketplace Realization Undo"

    @api.model
    def _reset(self, report):
        report.lock_for_update()
        if report.state != "posted":
            return
        moves = report.move_ids
        self._check_locks(report, moves)
        self._check_foreign(moves)
        # Settlements' payments stay: they are open again, and the next posting meets them again.
        payments = self._get_partners(moves)
        moves.line_ids.remove_move_reconcile()
        self.env["marketplace.realization.poster"]._join(payments - moves.line_ids)
        if report.company_id.restrictive_audit_trail:
            # The law of some countries: what was posted once may be cancelled, not removed.
            moves.button_cancel()
            moves.write({"marketplace_realization_id": False})
        else:
            moves.button_draft()
            moves.with_context(force_delete=True).unlink()
        report._forget_books()
        report.write({"state": "draft", "posted_at": False, "date": False, "invoiced_total": 0, "credited_total": 0})

    def _check_locks(self, report, moves):
        locked = moves.filtered(lambda move: report.company_id._get_lock_date_violations(move.date, purchase=False))
        if locked:
            raise UserError(
                self.env._(
                    "%(documents)s are in a locked period: open it first, or correct them by credit notes.",
                    documents=", ".join(locked.mapped("name")[:5]),
                )
            )

    def _check_foreign(self, moves):
        """Documents that somebody has meanwhile used otherwise are not pulled away from under it."""
        others = self._get_partners(moves).move_id - moves
        foreign = others.filtered(lambda move: not move.origin_payment_id.marketplace_settlement_id)
        if foreign:
            raise UserError(
                self.env._(
                    "Documents that this report has made are reconciled with others (%s): take that back first.",
                    ", ".join(foreign.mapped("name")[:5]),
                )
            )
        credited = moves.reversal_move_ids - moves
        if credited:
            raise UserError(
                self.env._(
                    "Invoices that this report has made were credited meanwhile (%s): take that back first.",
                    ", ".join(credited.mapped("name")[:5]),
                )
            )

    def _get_partners(self, moves):
        """Lines that the documents are reconciled with."""
        lines = moves.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id
