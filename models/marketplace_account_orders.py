from datetime import timedelta

from odoo import api, fields, models

from .marketplace_warehouse import SCHEMES

#: A new account loads what the packers may still have to pack, not the history.
FIRST_DAYS = 7


class MarketplaceAccount(models.Model):
    """How postings become sale orders (ORD4, ORD5) and how they are shipped."""

    _inherit = "marketplace.account"

    # --- who and where
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        check_company=True,
        help="Customer of the orders where the marketplace gives no buyer. Created with the account when left empty.",
    )
    customer_policy = fields.Selection(
        [("account", "One customer for all"), ("buyer", "A customer per buyer where known")],
        "Customers",
        required=True,
        default="account",
    )
    number_policy = fields.Selection(
        [("reference", "Customer reference"), ("customer", "Delivery contact's name"), ("both", "Both")],
        "Posting Number Goes To",
        required=True,
        default="reference",
        help="A delivery contact per posting is handy where printed papers show the contact, not the reference.",
    )
    source_id = fields.Many2one("utm.source", "Order Source")
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)
    user_id = fields.Many2one("res.users", "Responsible", tracking=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Default Warehouse",
        check_company=True,
        default=lambda self: self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1),
        help="Used where a warehouse of the cabinet has no warehouse of its own.",
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery Method",
        check_company=True,
        help="Its product is used for what buyers pay for the delivery.",
    )
    payment_term_id = fields.Many2one("account.payment.term", "Payment Terms", check_company=True)
    tag_ids = fields.Many2many("crm.tag", string="Order Tags", groups="sales_team.group_sale_salesman")
    analytic_account_id = fields.Many2one("account.analytic.account", check_company=True)
    # --- money
    vat_policy = fields.Selection(
        [
            ("product", "Taxes of the product"),
            ("tax", "One tax for all"),
            ("none", "No taxes"),
        ],
        "Taxes of Orders",
        required=True,
        default="product",
        help="The marketplace's prices contain VAT. With taxes that are included in the price it is taken out of it; "
        "with taxes on top the net price is computed back, and the total stays the marketplace's to the kopeck.",
    )
    sale_tax_id = fields.Many2one("account.tax", "Tax", check_company=True, domain="[('type_tax_use', '=', 'sale')]")
    allow_zero_price = fields.Boolean(
        "Accept Price 0", help="Off: a posting with a line of price 0 waits for a person. On: it becomes an order."
    )
    # --- which and when
    load_statuses = fields.Selection(
        [
            ("to_assemble", "Only postings to assemble"),
            ("assembled", "Also those already assembled in the cabinet"),
            ("all", "Also those already on their way or delivered"),
        ],
        "Load",
        required=True,
        default="to_assemble",
    )
    start_date = fields.Datetime(
        "Load Orders Since",
        default=lambda self: fields.Datetime.now() - timedelta(days=FIRST_DAYS),
        help="Postings that buyers ordered earlier are never loaded.",
    )
    history_as_shipped = fields.Boolean(
        "History as Shipped",
        default=True,
        help="Deliveries of postings that were assembled outside Odoo are validated at once; nothing is sent.",
    )
    date_policy = fields.Selection(
        [("ordered", "When the buyer ordered"), ("imported", "When it was imported")],
        "Order Date",
        required=True,
        default="ordered",
    )
    lock_orders = fields.Boolean(
        "Lock Confirmed Orders",
        compute="_compute_lock_orders",
        store=True,
        readonly=False,
        help="Nobody changes what the buyer has ordered: units that you do not have are cancelled on the marketplace, "
        "and the order follows.",
    )
    auto_confirm = fields.Boolean("Confirm Automatically", default=True, help="Off: orders stay quotations.")
    # --- shipping
    auto_label = fields.Boolean(
        "Fetch Labels After Assembling",
        default=True,
        help="Of a scheme for which the marketplace has no labels, our own sheet is made.",
    )
    label_format = fields.Selection(
        [("58x40", "58 × 40 mm"), ("75x120", "75 × 120 mm"), ("a4", "A4, 8 to a sheet")],
        "Own Label Sheet",
        required=True,
        default="58x40",
    )

    @api.depends("marketplace")
    def _compute_lock_orders(self):
        for account in self:
            account.lock_orders = bool(account.marketplace) and account._get_info().lock_orders

    def _ensure_carrier(self):
        """A shop that sells in one scheme has one way to its buyers; what they pay for it is a product of its own."""
        for account in self.filtered(lambda account: account.one_scheme and not account.carrier_id):
            scheme = dict(SCHEMES)[account.scheme]
            name = f"{self._get_marketplace_label(account.marketplace)} {scheme}"
            # Who may connect accounts need not be allowed to create products and delivery methods.
            product = self.env["product.product"].sudo().create(account._prepare_carrier_product_vals(name))
            account.carrier_id = (
                self.env["delivery.carrier"]
                .sudo()
                .create(
                    {
                        "name": name,
                        "delivery_type": "fixed",
                        "fixed_price": 0.0,
                        "product_id": product.id,
                        "company_id": account.company_id.id,
                    }
                )
            )

    def _prepare_carrier_product_vals(self, name):
        return {
            "name": self.env._("Delivery %s", name),
            "type": "service",
            "sale_ok": False,
            "purchase_ok": False,
            "list_price": 0.0,
            "invoice_policy": "order",
            "company_id": self.company_id.id,
            "taxes_id": [fields.Command.set(self.company_id.sudo().account_sale_tax_id.ids)],
            "categ_id": self.env.ref("delivery.product_category_deliveries").id,
        }

    def _ensure_customer(self):
        """Every account has the marketplace as its customer (DESIGN: it is the company's commission agent)."""
        for account in self.filtered(lambda a: not a.partner_id):
            label = self._get_marketplace_label(account.marketplace)
            # Who may connect accounts need not be allowed to create contacts.
            account.partner_id = (
                self.env["res.partner"]
                .sudo()
                .create(
                    {
                        "name": f"{label} – {account.name}" if label not in account.name else account.name,
                        "is_company": True,
                        "company_id": account.company_id.id,
                        "lang": self.env.user.lang,
                    }
                )
            )

    @api.onchange("vat_policy")
    def _onchange_vat_policy(self):
        if self.vat_policy != "tax":
            self.sale_tax_id = False
