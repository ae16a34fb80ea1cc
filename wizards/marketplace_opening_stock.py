import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..services import xlsx_sheet


class MarketplaceOpeningStock(models.TransientModel):
    """Goods that were bought without documents: what is missing, what it will be after, and the receipt (STK6)."""

    _name = "marketplace.opening.stock"
    _description = "Opening Stock"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    place_ids = fields.Many2many("stock.location", compute="_compute_place_ids")
    location_id = fields.Many2one(
        "stock.location",
        "Take In To",
        required=True,
        check_company=True,
        default=lambda self: self._get_default_location(),
        domain="[('id', 'in', place_ids)]",
        help="The stock of a warehouse, or the goods of an account in the marketplace's own warehouse (FBO).",
    )
    partner_id = fields.Many2one("res.partner", "Vendor", check_company=True)
    date = fields.Datetime(
        "Received On",
        required=True,
        default=fields.Datetime.now,
        help="A cost that was entered on a product after this day stands above the nominal one.",
    )
    cost = fields.Float(
        "Nominal Cost",
        default=0.01,
        digits="Product Price",
        help="Per unit of each product, in the company's currency; it can be another one on a line.",
    )
    lot_name = fields.Char("Lot", help="Goods that are tracked by lots, and whose lot nobody knows, get this one.")
    list_text = fields.Text("Paste a List", help="Article, quantity and, if you know it, cost: three columns.")
    list_file = fields.Binary("List as a File", attachment=False, help="XLSX or CSV: article, quantity, cost.")
    list_problems = fields.Text("Not Added", readonly=True)
    line_ids = fields.One2many(
        "marketplace.opening.stock.line", "wizard_id", compute="_compute_line_ids", store=True, readonly=False
    )
    picking_ids = fields.Many2many("stock.picking", string="Receipts", readonly=True)
    total_value = fields.Monetary(compute="_compute_total_value")

    @api.depends("company_id")
    def _compute_place_ids(self):
        for wizard in self:
            company = [("company_id", "=", wizard.company_id.id)]
            warehouses = self.env["stock.warehouse"].search(company)
            accounts = self.env["marketplace.account"].search(company)
            wizard.place_ids = warehouses.lot_stock_id | accounts.fbo_location_id

    @api.depends("location_id")
    def _compute_line_ids(self):
        """What is missing there; what a person has typed for another place was for that place."""
        service = self.env["marketplace.opening.stock.service"]
        for wizard in self:
            missing = service._find_missing(wizard.location_id) if wizard.location_id else []
            wizard.line_ids = [
                Command.clear(),
                *(Command.create({"cost": wizard.cost, **values}) for values in missing),
            ]

    @api.depends("line_ids.value")
    def _compute_total_value(self):
        for wizard in self:
            wizard.total_value = sum(wizard.line_ids.filtered(lambda line: not line.problem).mapped("value"))

    @api.onchange("cost")
    def _onchange_cost(self):
        self.line_ids.cost = self.cost

    def _get_default_location(self):
        return self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1).lot_stock_id

    # === ACTION METHODS === #
    def action_add_list(self):
        """Lines of the pasted or uploaded list; a product that is there already gets the list's quantity."""
        self.ensure_one()
        rows = self._read_rows()
        values, problems = self.env["marketplace.opening.stock.service"]._read_list(self.company_id, rows)
        known = {line.product_id.id: line for line in self.line_ids if line.location_id == self.location_id}
        for vals in values:
            line = known.get(vals["product_id"])
            if line:
                line.write(vals)
            else:
                self.line_ids = [Command.create({"cost": self.cost, "location_id": self.location_id.id, **vals})]
        self.write({"list_text": False, "list_file": False, "list_problems": "\n".join(problems)})
        return self._reopen()

    def action_take_in(self):
        self.ensure_one()
        self.picking_ids = self.env["marketplace.opening.stock.service"]._take_in(self)
        return self.action_view_receipts()

    def action_view_receipts(self):
        self.ensure_one()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Opening Stock"),
            "res_model": "stock.picking",
        }
        if len(self.picking_ids) == 1:
            return {**action, "view_mode": "form", "res_id": self.picking_ids.id}
        return {**action, "view_mode": "list,form", "domain": [("id", "in", self.picking_ids.ids)]}

    # === BUSINESS METHODS === #
    def _read_rows(self):
        if self.list_file:
            content = base64.b64decode(self.list_file)
        else:
            content = (self.list_text or "").strip().encode()
        try:
            rows = xlsx_sheet.read(content)
        except xlsx_sheet.Unreadable as exc:
            raise UserError(self.env._("The file is neither an XLSX nor a CSV file: %s", exc)) from exc
        if not rows:
            raise UserError(self.env._("Paste a list, or choose a file."))
        return rows

    def _get_picking_type(self):
        """Receipts of the location's warehouse; FBO goods come through the account's own."""
        warehouse = self.location_id.warehouse_id
        if not warehouse:
            accounts = self.env["marketplace.account"].search([("fbo_location_id", "=", self.location_id.id)], limit=1)
            warehouse = accounts.warehouse_id
        return warehouse.in_type_id

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opening Stock"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
