from odoo import api, fields, models


class MarketplaceCompleteness(models.Model):
    """The nightly answer to «do we have them all?»"""

    _name = "marketplace.completeness"
    _description = "Marketplace Completeness Check"
    _order = "id desc"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    since = fields.Datetime(required=True)
    until = fields.Datetime(required=True)
    cabinet_count = fields.Integer("In the Cabinet")
    odoo_count = fields.Integer("In Odoo")
    missing = fields.Text("Not in Odoo", help="Numbers, one per line. They were fetched after the check.")
    extra = fields.Text("Not in the Cabinet", help="Numbers, one per line.")
    differs = fields.Boolean(compute="_compute_differs", store=True, index=True)

    @api.depends("missing", "extra")
    def _compute_differs(self):
        for check in self:
            check.differs = bool(check.missing or check.extra)

    @api.depends("cabinet_count", "odoo_count", "missing", "extra")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._(
                "Cabinet %(cabinet)s, Odoo %(odoo)s", cabinet=check.cabinet_count, odoo=check.odoo_count
            )
