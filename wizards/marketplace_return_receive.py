from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceReturnReceive(models.TransientModel):
    """Where returned goods are put."""

    _name = "marketplace.return.receive"
    _description = "Receive Returns into Stock"

    return_ids = fields.Many2many("marketplace.return", string="Returns", required=True, readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    location_id = fields.Many2one(
        "stock.location",
        "Put Into",
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="Empty: where they were delivered from.",
    )

    @api.depends("return_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.return_ids.company_id[:1]

    def action_receive(self):
        self.ensure_one()
        received, problems = self.env["marketplace.return.receiver"]._receive(self.return_ids, self.location_id)
        if problems and not received:
            raise UserError("\n".join(problems))
        message = self.env._("%s returns are in stock.", len(received))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join([message, *problems]),
                "type": "warning" if problems else "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
