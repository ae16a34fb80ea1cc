from odoo import api, fields, models

from ..marketplaces.base import status

SCHEMES = [("fbs", "FBS"), ("rfbs", "rFBS / DBS"), ("fbo", "FBO")]


class MarketplaceWarehouse(models.Model):
    """A warehouse of the cabinet and the Odoo warehouse that its postings are delivered from."""

    _name = "marketplace.warehouse"
    _description = "Marketplace Warehouse"
    _order = "account_id, name, id"
    _check_company_auto = True

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    name = fields.Char(required=True)
    external_id = fields.Char("ID on the Marketplace", required=True)
    scheme = fields.Selection(SCHEMES, required=True, default="fbs")
    status = fields.Char("Status There", readonly=True)
    active = fields.Boolean(default=True)
    label_kind = fields.Selection([("big", "Big"), ("small", "Small")], readonly=True)
    address = fields.Char(readonly=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Odoo Warehouse",
        check_company=True,
        help="Postings of this warehouse are delivered from here. Empty: the account's default warehouse.",
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery Method",
        check_company=True,
        help="Who carries the postings of this warehouse. Empty: the account's delivery method.",
    )

    _external_uniq = models.Constraint(
        "UNIQUE(account_id, external_id)", "This warehouse of the cabinet is in the list already."
    )

    @api.depends("name", "scheme")
    def _compute_display_name(self):
        labels = dict(SCHEMES)
        for warehouse in self:
            warehouse.display_name = f"{warehouse.name} ({labels.get(warehouse.scheme, '')})"

    @api.model
    def _store(self, account, warehouses):
        """Create or refresh the rows of an account from DTOs; what the cabinet no longer has is archived.

        :param warehouses: iterable of ``dto.Warehouse``
        """
        known = {
            row.external_id: row
            for row in self.with_context(active_test=False).search([("account_id", "=", account.id)])
        }
        seen = self.browse()
        for dto in warehouses:
            vals = {
                "name": dto.name or dto.external_id,
                "scheme": dto.scheme,
                "status": dto.status,
                "active": dto.active,
                "label_kind": dto.label_kind or False,
                "address": dto.address,
            }
            row = known.get(dto.external_id)
            if row:
                row.write({name: value for name, value in vals.items() if row[name] != value})
            else:
                row = self.create({"account_id": account.id, "external_id": dto.external_id, **vals})
            seen |= row
        # The marketplace's own warehouses are in no list of the seller's.
        gone = self.browse([row.id for row in known.values() if row.scheme != status.FBO]) - seen
        gone.filtered("active").write({"active": False})
        return seen

    def _get_odoo_warehouse(self):
        """The Odoo warehouse of a posting of this (maybe empty) marketplace warehouse."""
        return self.warehouse_id or self.account_id.warehouse_id
