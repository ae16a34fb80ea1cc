from odoo import api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status as unified
from .marketplace_order import INITIATORS

#: Where the goods of a cancelled posting are.
GOODS_STATES = [
    ("none", "Not picked"),
    ("packed", "Packed"),
    ("out", "Handed over"),
    ("back", "Back"),
    ("fbo", "At the marketplace"),
]


class MarketplaceOrder(models.Model):
    """What became of a cancelled posting: its goods, its order, and what a person has to do (CAN1–CAN4)."""

    _inherit = "marketplace.order"

    cancel_initiator = fields.Selection(INITIATORS, "Cancelled By", readonly=True, copy=False)
    cancelled_at = fields.Datetime(
        "Cancelled On", readonly=True, copy=False, index="btree_not_null", help="When Odoo learned of it."
    )
    goods_state = fields.Selection(GOODS_STATES, "Goods", readonly=True, copy=False, index="btree_not_null")
    #   (empty) → hold    goods have to come back, or an invoice stands in the way
    #      ↓       ↓
    #      └────→ done    the sale order is cancelled and nothing is left to do
    cancel_state = fields.Selection(
        [("hold", "To Do"), ("done", "Done")],
        "Cancellation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
    )
    has_fbo = fields.Boolean(related="account_id.has_fbo")
    cancel_advice = fields.Text("What to Do", compute="_compute_cancel_advice")

    @api.depends("cancel_state", "goods_state", "problem_kind")
    def _compute_cancel_advice(self):
        advice = {
            "none": self.env._("Nothing was picked: press «Goods are back» to cancel the order."),
            "packed": self.env._("Unpack it, put the goods back on the shelf, then press «Goods are back»."),
            "out": self.env._("Wait until the marketplace returns the goods, then press «Goods are back»."),
            "back": self.env._("The goods are back; see the problem."),
            "fbo": self.env._("The goods are in the FBO location; see the problem."),
        }
        for order in self:
            order.cancel_advice = order.cancel_state == "hold" and advice.get(order.goods_state)

    # === ACTION METHODS === #
    def action_goods_back(self):
        """The goods are on the shelf again: take them back in Odoo and cancel the order."""
        held = self._get_held()
        done, problems = self.env["marketplace.cancellation"]._take_back(held)
        return self._tell_taken_back(done, problems)

    def action_goods_to_fbo(self):
        """The goods stay with the marketplace: put them into the FBO location and cancel the order."""
        held = self._get_held().filtered("has_fbo")
        if not held:
            raise UserError(self.env._("The marketplace keeps no goods of yours."))
        done, problems = self.env["marketplace.cancellation"]._take_back(held, to_fbo=True)
        return self._tell_taken_back(done, problems)

    def action_cancel_there(self):
        """Ask for the reason, then cancel on the marketplace."""
        alive = self.filtered(lambda order: order.status not in unified.FINAL)
        if not alive:
            raise UserError(self.env._("These postings are delivered or cancelled already."))
        alive._require_operation("cancel")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel on the Marketplace"),
            "res_model": "marketplace.order.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": [fields.Command.set(alive.ids)]},
        }

    def _get_held(self):
        held = self.filtered(lambda order: order.cancel_state == "hold")
        if not held:
            raise UserError(self.env._("No goods of these postings have to come back."))
        return held

    def _tell_taken_back(self, done, problems):
        if problems and not done:
            raise UserError("\n".join(problems))
        message = self.env._("%s cancelled postings are settled.", len(done))
        return self._notify("\n".join([message, *problems]), "warning" if problems else "success")
