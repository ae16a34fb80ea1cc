from odoo import api, fields, models

from ..marketplaces.base import status


class MarketplaceAccount(models.Model):
    """Goods that lie in the marketplace's own warehouse: a location, and a way out of it, per account (STK5)."""

    _inherit = "marketplace.account"

    has_fbo = fields.Boolean(compute="_compute_has_fbo")
    fbo_location_id = fields.Many2one(
        "stock.location",
        "FBO Location",
        check_company=True,
        copy=False,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="The goods in the marketplace's own warehouse. It belongs to no warehouse of yours, so its stock is never "
        "offered for orders that you pack yourself. Made with the account.",
    )
    fbo_picking_type_id = fields.Many2one("stock.picking.type", "FBO Deliveries", copy=False, readonly=True)
    fbo_route_id = fields.Many2one("stock.route", "FBO Route", copy=False, readonly=True)
    fbo_allow_negative = fields.Boolean(
        "Deliver FBO Without Stock",
        default=True,
        help="On: what the marketplace has delivered is delivered in Odoo too, and the FBO location may go below zero "
        "until its stock is brought in. Off: such a delivery waits until the goods are there.",
    )

    @api.depends("marketplace", "scheme")
    def _compute_has_fbo(self):
        for account in self:
            account.has_fbo = bool(account.marketplace) and account._has_scheme(status.FBO)

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts.filtered(lambda account: account._has_scheme(status.FBO))._ensure_fbo()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if "fbo_location_id" in vals:
            # The way out follows the location that a person has chosen.
            for account in self.filtered(lambda a: a.fbo_location_id and a.fbo_route_id):
                account.sudo().fbo_route_id.rule_ids.location_src_id = account.fbo_location_id
                account.sudo().fbo_picking_type_id.default_location_src_id = account.fbo_location_id
        return result

    def _has_scheme(self, scheme):
        self.ensure_one()
        return scheme in self._get_schemes()

    def _get_fbo_place(self):
        """The marketplace's warehouses as one row of the list of warehouses; made when it is missing."""
        self.ensure_one()
        places = self.env["marketplace.warehouse"].sudo().with_context(active_test=False)
        place = places.search([("account_id", "=", self.id), ("scheme", "=", status.FBO)], limit=1)
        name = self._get_info().label
        return place or places.create(
            {"account_id": self.id, "name": name, "external_id": status.FBO, "scheme": status.FBO}
        )

    def _wants_task(self, task):
        return super()._wants_task(task) and (task != "fbo_stock_check" or self._has_scheme(status.FBO))

    def _get_fbo_location(self):
        """The location of this account's goods in the marketplace's warehouse; made when it is missing."""
        self.ensure_one()
        self._ensure_fbo()
        return self.fbo_location_id

    def _ensure_fbo(self):
        """Location, operation type and route; whoever may connect accounts need not be allowed to configure stock."""
        for account in self.sudo().filtered("warehouse_id"):
            if not account.fbo_location_id:
                account.fbo_location_id = self.env["stock.location"].sudo().create(account._prepare_fbo_location_vals())
            if not account.fbo_picking_type_id:
                account.fbo_picking_type_id = (
                    self.env["stock.picking.type"].sudo().create(account._prepare_fbo_picking_type_vals())
                )
            if not account.fbo_route_id:
                account.fbo_route_id = self.env["stock.route"].sudo().create(account._prepare_fbo_route_vals())

    def _prepare_fbo_location_vals(self):
        return {
            "name": f"FBO {self.name}",
            "usage": "internal",
            # Outside of every warehouse: no warehouse's quantities count it.
            "location_id": False,
            "company_id": self.company_id.id,
        }

    def _prepare_fbo_picking_type_vals(self):
        return {
            "name": f"FBO {self.name}",
            "code": "outgoing",
            "sequence_code": f"FBO{self.id}",
            "warehouse_id": self.warehouse_id.id,
            "company_id": self.company_id.id,
            "default_location_src_id": self.fbo_location_id.id,
            "default_location_dest_id": self._get_customer_location().id,
            "create_backorder": "always",
            "use_create_lots": False,
        }

    def _prepare_fbo_route_vals(self):
        name = f"FBO {self.name}"
        rule = {
            "name": name,
            "action": "pull",
            "procure_method": "make_to_stock",
            "picking_type_id": self.fbo_picking_type_id.id,
            "location_src_id": self.fbo_location_id.id,
            "location_dest_id": self._get_customer_location().id,
            "warehouse_id": False,
            "company_id": self.company_id.id,
        }
        return {
            "name": name,
            "company_id": self.company_id.id,
            "product_selectable": False,
            "product_categ_selectable": False,
            "sale_selectable": False,
            "rule_ids": [fields.Command.create(rule)],
        }

    def _get_customer_location(self):
        return self.env.ref("stock.stock_location_customers")
