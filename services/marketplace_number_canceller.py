import logging
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError

from ..marketplaces.base import status
from .marketplace_cancellation import HANDED_OVER

_logger = logging.getLogger(__name__)


class MarketplaceNumberCanceller(models.AbstractModel):
    """Cancels a list of postings (MON6), by the same rules as a single one.

    What the marketplace has cancelled is undone in Odoo by ``marketplace.cancellation``. What is alive there is
    cancelled there, by a job; its order follows the answer, as everywhere.
    """

    _name = "marketplace.number.canceller"
    _description = "Marketplace Number Canceller"

    # --- what would happen --------------------------------------------------------------------------------------
    @api.model
    def _check(self, wizard, lines):
        """Write to each line what cancelling it would do, or why it cannot be cancelled."""
        told = self._find_told(lines.order_id)
        theirs = lines.order_id.sale_order_id - lines.order_id.sale_order_id._filtered_access("write")
        accounts = {account: self._get_account_refusal(wizard, account) for account in lines.account_id}
        # Whoever packs sees postings; what their orders and invoices stand at is told to him here.
        for line in lines:
            order = line.order_id.sudo()
            refusal = self._get_refusal(order, told, accounts[line.account_id])
            if order.sale_order_id in theirs:
                refusal = self.env._("You have no right to change order %s.", order.sale_order_id.name)
            line.write({"outcome": "refused" if refusal else "ready", "message": refusal or self._foretell(order)})

    def _find_told(self, orders):
        """Postings that the marketplace is being told of already."""
        jobs = (
            self.env["marketplace.job"]
            .sudo()
            .search(
                [
                    ("operation", "=", "cancel"),
                    ("state", "in", ("pending", "running")),
                    ("res_model", "=", "marketplace.order"),
                    ("res_id", "in", orders.ids),
                ]
            )
        )
        return set(jobs.mapped("res_id"))

    def _foretell(self, order):
        if order.status == status.CANCELLED:
            return self.env._("The marketplace has cancelled it; its order is cancelled in Odoo.")
        if self._locate(order) == "packed":
            return self.env._("It is cancelled on the marketplace; it is packed already and has to be unpacked then.")
        return self.env._("It is cancelled on the marketplace; the order follows its answer.")

    def _locate(self, order):
        return self.env["marketplace.cancellation"].sudo()._locate(order)

    # --- refusals -----------------------------------------------------------------------------------------------
    def _get_refusal(self, order, told, account_refusal):
        """Why it cannot be cancelled, in one sentence; False when nothing is in the way.

        :param told: ids of postings that the marketplace is being told of already
        :param account_refusal: why nothing that is alive can be cancelled there; False when it can
        """
        if order.status == status.SPLIT:
            return self.env._("The posting was split: cancel its parts.")
        if self._is_cancelled(order):
            return self.env._("It is cancelled already.")
        if self._is_locked(order):
            return self.env._("Order %s is locked: unlock it first.", order.sale_order_id.name)
        if order.status == status.CANCELLED:
            return self._get_undo_refusal(order)
        return self._get_alive_refusal(order, told) or account_refusal or self._get_invoice_refusal(order)

    def _is_cancelled(self, order):
        """There and, where there is an order, in Odoo too."""
        sale = order.sale_order_id
        return order.status == status.CANCELLED and (
            not sale or order.cancel_state == "done" or (sale.state == "cancel" and order.cancel_state != "hold")
        )

    def _is_locked(self, order):
        """By a person: what the account's setting has locked is unlocked by a cancellation."""
        return order.sale_order_id.locked and not order.account_id.lock_orders

    def _get_undo_refusal(self, order):
        if order.cancel_state == "hold" and order.goods_state != "none":
            return order.cancel_advice or order.problem
        policy = order.account_id._get_cancel_policy(order.scheme)
        if not order.cancel_state and policy == "goods" and self._locate(order) != "none":
            return self.env._("Its goods are packed or handed over: take them back first.")
        return self._get_invoice_refusal(order)

    def _get_alive_refusal(self, order, told):
        if order.status in (status.DELIVERED, status.NOT_ACCEPTED, status.DISPUTE):
            return self.env._("The buyer had it in his hands: nothing is left to cancel.")
        if order.status in HANDED_OVER or self._locate(order) == "out":
            return self.env._("The marketplace has the goods already: only it or the buyer can cancel now.")
        if order.id in told:
            return self.env._("The marketplace is being told already.")
        return False

    def _get_account_refusal(self, wizard, account):
        """Why none of the account's live postings can be cancelled there."""
        if not wizard.kind:
            return self.env._("It is alive on the marketplace: choose the reason to tell there.")
        reason = self.env["marketplace.cancel.reason"]._find(account, wizard.kind)
        if not reason:
            return self.env._(
                "Account %s has no reason of the marketplace for it: load the reasons on the account and map them.",
                account.name,
            )
        if reason.message_required and not wizard.explanation:
            return self.env._("The marketplace wants an explanation for the reason «%s».", reason.name)
        return account._get_operation_problem("cancel")

    def _get_invoice_refusal(self, order):
        posted = order.sale_order_id.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice" and move.payment_state != "reversed"
        )
        if posted:
            names = ", ".join(posted.mapped("name"))
            return self.env._("Invoice %s is posted: make a credit note for it first.", names)
        return False

    # --- in earnest ---------------------------------------------------------------------------------------------
    @api.model
    def _apply(self, wizard, lines):
        for line in lines:
            self.env["marketplace.order.batch"]._all_or_each(line, partial(self._cancel, wizard), self._tell_failure)

    def _tell_failure(self, line, exc):
        if not isinstance(exc, UserError):
            _logger.error("Number %s could not be cancelled", line.number, exc_info=exc)
        line.write({"outcome": "refused", "message": str(exc) or repr(exc)})

    def _cancel(self, wizard, line):
        order = line.order_id
        if not order.try_lock_for_update(allow_referencing=True):
            line.write(
                {
                    "outcome": "refused",
                    "message": self.env._("Somebody else is working on this posting at the moment: try again."),
                }
            )
            return
        order.invalidate_recordset()
        self._check(wizard, line)
        if line.outcome != "ready":
            return
        if order.status == status.CANCELLED:
            self._undo(line)
        else:
            self._tell_marketplace(wizard, line)

    def _undo(self, line):
        """In Odoo, by the account's policy; who handles postings may, the sale order is checked by the wizard."""
        order, cancellation = line.order_id.sudo(), self.env["marketplace.cancellation"].sudo()
        if order.cancel_state == "hold":
            cancellation._take_back_one(order)
        else:
            cancellation._on_cancelled(order)
        done = order.cancel_state == "done"
        line.write(
            {
                "outcome": "done" if done else "refused",
                "message": self.env._("Cancelled.") if done else order.problem,
            }
        )

    def _tell_marketplace(self, wizard, line):
        dialog = self.env["marketplace.order.cancel"].create(
            {
                "order_ids": [(6, 0, line.order_id.ids)],
                "kind": wizard.kind,
                "message": wizard.explanation,
            }
        )
        dialog.action_cancel()
        line.write(
            {
                "outcome": "done",
                "message": self.env._("The marketplace is being told; the order follows its answer."),
            }
        )
