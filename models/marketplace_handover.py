from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceHandover(models.Model):
    """The hand-over of a day at a warehouse: the marketplace's carriage, its act and the barcode to show there."""

    _name = "marketplace.handover"
    _description = "Marketplace Hand-over"
    _inherit = ["mail.thread"]
    _order = "departure_at desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    warehouse_id = fields.Many2one(
        "marketplace.warehouse", "Warehouse There", required=True, domain="[('account_id', '=', account_id)]"
    )
    departure_at = fields.Datetime("Departure", required=True, default=fields.Datetime.now)
    external_id = fields.Char("ID on the Marketplace", readonly=True, copy=False)
    # draft → creating → forming → ready;  failed can be tried again from where it stopped (external_id tells)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("creating", "Creating"),
            ("forming", "Being Formed"),
            ("ready", "Ready"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
        index=True,
    )
    problem = fields.Text(readonly=True, copy=False)
    raw_status = fields.Char("Status There", readonly=True, copy=False)
    order_ids = fields.One2many("marketplace.order", "handover_id", "Postings")
    order_count = fields.Integer(compute="_compute_order_count")
    barcode = fields.Char(readonly=True, copy=False, help="Show it at the reception point.")
    document_id = fields.Many2one("ir.attachment", readonly=True, copy=False)
    more = fields.Boolean("Postings Left", readonly=True, copy=False, help="Some postings wait for another hand-over.")

    @api.depends("warehouse_id", "departure_at")
    def _compute_name(self):
        for handover in self:
            day = fields.Datetime.context_timestamp(handover, handover.departure_at or fields.Datetime.now())
            handover.name = f"{handover.warehouse_id.name or ''} {day:%Y-%m-%d}".strip()

    @api.depends("order_ids")
    def _compute_order_count(self):
        for handover in self:
            handover.order_count = len(handover.order_ids)

    def action_create_there(self):
        """Create the carriage, approve it, and fetch its document when it is formed."""
        for handover in self:
            if handover.state not in ("draft", "failed"):
                raise UserError(self.env._("%s is on its way already.", handover.name))
            handover.account_id._check_operation("handover_create")
            handover.write({"state": "forming" if handover.raw_status else "creating", "problem": False})
            self.env["marketplace.job"]._enqueue("handover", handover.account_id, handover, priority=2)

    def _on_job_ended(self, job, vals):
        """The engine tells why creating it failed, or has to wait."""
        self.write({"problem": vals["error"], **({"state": "failed"} if vals["state"] == "failed" else {})})

    def action_print(self):
        self.ensure_one()
        if not self.document_id:
            raise UserError(self.env._("The document is not there yet."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.document_id.id}?download=true",
            "target": "self",
        }

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_order")
        action["domain"] = [("handover_id", "=", self.id)]
        action["context"] = {}
        return action
