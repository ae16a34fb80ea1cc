from odoo import api, fields, models

CODES = [
    ("unknown_type", "Nobody knows this accrual"),
    ("unknown_posting", "Odoo does not know the posting"),
    ("no_order", "The posting is no order yet"),
    ("cancelled_order", "The order is cancelled in Odoo"),
    ("no_invoice", "No invoice"),
    ("paid_before", "The invoice was paid already"),
    ("overpaid", "More was paid than invoiced"),
    ("underpaid", "Less was paid than invoiced"),
    ("taken_back", "The marketplace took money back"),
    ("no_credit_note", "No credit note"),
    ("return_differs", "The credit note is of another amount"),
    ("return_reversed", "A return was withdrawn"),
]
#: Those whose money is on the suspense account until somebody has done what the advice says.
IN_SUSPENSE = ("unknown_type", "unknown_posting", "no_order", "cancelled_order")


class MarketplaceSettlementDifference(models.Model):
    """Why some money of a settlement closes no document, or not all of one: named, with the rows that make it."""

    _name = "marketplace.settlement.difference"
    _description = "Marketplace Settlement Difference"
    _order = "settlement_id, code, id"

    settlement_id = fields.Many2one("marketplace.settlement", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="settlement_id.company_id", store=True, index=True)
    account_id = fields.Many2one(related="settlement_id.account_id", store=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    code = fields.Selection(CODES, "Reason", required=True, readonly=True)
    amount = fields.Monetary("Difference", readonly=True)
    order_id = fields.Many2one("marketplace.order", "Posting", readonly=True, index="btree_not_null")
    number = fields.Char("Number There", readonly=True)
    accrual_ids = fields.Many2many("marketplace.accrual", string="Rows", readonly=True)
    move_ids = fields.Many2many("account.move", string="Documents", readonly=True)
    advice = fields.Char("What to Do", compute="_compute_advice")

    @api.depends("code")
    def _compute_advice(self):
        advice = self._get_advice()
        for row in self:
            row.advice = advice.get(row.code, "")

    @api.model
    def _get_advice(self):
        return {
            "unknown_type": self.env._("Give the type a kind under Accrual Types; until then it waits in suspense."),
            "unknown_posting": self.env._("Load the posting by its number; until then the money waits in suspense."),
            "no_order": self.env._(
                "See on the posting what it waits for, then preview again; until then the money waits in suspense."
            ),
            "cancelled_order": self.env._(
                "The marketplace has paid for it all the same: look what became of the goods. It waits in suspense."
            ),
            "no_invoice": self.env._(
                "The money is the customer's credit: invoice the order (deliver it first), then reconcile both."
            ),
            "paid_before": self.env._("Somebody has registered its payment by hand: take that back, or the credit."),
            "overpaid": self.env._("The rest is the customer's credit: compare the prices of order and marketplace."),
            "underpaid": self.env._("The invoice stays open by it: compare the prices, or wait for a later accrual."),
            "taken_back": self.env._("Paid back without goods: the customer owes it until you credit the invoice."),
            "no_credit_note": self.env._("The return fits no invoice line: make the credit note by hand."),
            "return_differs": self.env._("Compare the credit note with what the marketplace has taken."),
            "return_reversed": self.env._("The buyer keeps the goods after all: cancel the credit note."),
        }

    def action_view_accruals(self):
        self.ensure_one()
        return self.settlement_id._open_accruals([("id", "in", self.accrual_ids.ids)], self.number)

    def action_view_moves(self):
        self.ensure_one()
        return self.settlement_id._open_moves(self.move_ids)
