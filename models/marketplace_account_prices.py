from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What the computation of every price depends on.
PRICE_SETTINGS = {
    "price_active",
    "price_pricelist_id",
    "price_old_pricelist_id",
    "price_min_pricelist_id",
    "price_discount",
    "price_send_vat",
    "price_jump",
    "price_guard",
    "price_leave_strategy",
}
PRICELISTS = ("price_pricelist_id", "price_old_pricelist_id", "price_min_pricelist_id")
#: Where a transaction remembers that something which prices come from has changed.
MARKED = "sale_marketplace.prices"
#: Many changes in a row (an import of a pricelist, receipts at another cost) are computed once.
SOON = timedelta(minutes=1)
#: Tasks that do nothing for an account without prices.
PRICE_TASKS = ("prices", "prices_check")


class MarketplaceAccount(models.Model):
    """Where an account's prices come from, and what they must never do (PRC1, PRC2)."""

    _inherit = "marketplace.account"

    price_active = fields.Boolean(
        "Send Prices",
        copy=False,
        tracking=True,
        help="Off: prices are computed and shown in the list of prices, and nothing is sent.",
    )
    price_pricelist_id = fields.Many2one(
        "product.pricelist",
        "Prices From",
        check_company=True,
        tracking=True,
        help="The selling price. VAT that is not included in a product's price is added.",
    )
    price_old_pricelist_id = fields.Many2one(
        "product.pricelist",
        "Prices Before Discount From",
        check_company=True,
        help="The price that is struck through. Empty: with a common discount, the price before it.",
    )
    price_min_pricelist_id = fields.Many2one(
        "product.pricelist",
        "Minimum Prices From",
        check_company=True,
        help="No promotion of the marketplace goes below it, and no lower price is sent. Empty: the minimum in the "
        "cabinet stays as it is.",
    )
    price_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Cabinet",
        compute="_compute_price_currency_id",
        help="As the cabinet's offers show it; the company's currency until they are loaded.",
    )
    price_discount = fields.Float(
        "Common Discount", digits=(5, 2), help="Percent off the selling price of every offer."
    )
    price_send_vat = fields.Boolean(
        "Send VAT", help="Also tell the VAT rate of each product's sales tax. Off: the rate in the cabinet stays."
    )
    price_jump = fields.Float(
        "Approval Above",
        digits=(5, 1),
        default=30.0,
        help="A price that moves by more percent, up or down, waits for a person. 0: every change is sent.",
    )
    price_guard = fields.Boolean(
        "Never Below Cost",
        default=True,
        help="No price below the product's cost, the commission and fees that the marketplace forecasts, and VAT.",
    )
    price_leave_strategy = fields.Boolean(
        "Leave Price Strategies",
        help="Take an offer out of the cabinet's price strategy when its price is sent: a strategy sets prices of its "
        "own.",
    )
    price_problem_count = fields.Integer("Prices to Look At", compute="_compute_price_problem_count")

    # === COMPUTE METHODS === #
    def _compute_price_currency_id(self):
        groups = self.env["marketplace.offer"]._read_group(
            [("account_id", "in", self.ids), ("currency_id", "!=", False)],
            ["account_id", "currency_id"],
            order="__count DESC",
        )
        found = {}
        for account, currency in groups:
            found.setdefault(account.id, currency)
        for account in self:
            account.price_currency_id = found.get(account._origin.id, account.company_id.currency_id)

    def _compute_price_problem_count(self):
        counts = dict(
            self.env["marketplace.price"]._read_group(
                [("account_id", "in", self.ids), ("needs_attention", "=", True)], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.price_problem_count = counts.get(account._origin, 0)

    # === CONSTRAINT METHODS === #
    @api.constrains("price_active", *PRICELISTS, "price_discount", "price_jump")
    def _check_prices(self):
        for account in self:
            if account.price_active and not account.price_pricelist_id:
                raise ValidationError(self.env._("Choose the pricelist that prices are sent from."))
            if not 0 <= account.price_discount < 100:
                raise ValidationError(self.env._("The common discount must be at least 0 and less than 100 percent."))
            if account.price_jump < 0:
                raise ValidationError(self.env._("The percentage above which prices wait for approval is negative."))
            for pricelist in (account[name] for name in PRICELISTS):
                if pricelist and pricelist.currency_id != account.price_currency_id:
                    raise ValidationError(
                        self.env._(
                            "Pricelist %(pricelist)s is in %(currency)s, the cabinet's prices are in %(cabinet)s: the "
                            "marketplace would refuse every price.",
                            pricelist=pricelist.name,
                            currency=pricelist.currency_id.name,
                            cabinet=account.price_currency_id.name,
                        )
                    )

    # === CRUD METHODS === #
    def write(self, vals):
        result = super().write(vals)
        if PRICE_SETTINGS & vals.keys():
            if vals.get("price_leave_strategy"):
                # Accepted before, with the strategy left on: only sending it again takes the offer out.
                self.env["marketplace.price"].sudo().search(
                    [("account_id", "in", self.ids), ("state", "=", "strategy")]
                ).sent_target = False
            self._recompute_prices()
        return result

    # === ACTION METHODS === #
    def action_view_prices(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_price")
        return {
            **action,
            "domain": [("account_id", "=", self.id)],
            "context": {"search_default_needs_attention": bool(self.price_problem_count)},
        }

    # === BUSINESS METHODS === #
    def _recompute_prices(self):
        """Settings have changed: everything is computed again, in the background."""
        for account in self.filtered("price_pricelist_id"):
            self.env["marketplace.job"].sudo()._enqueue("price_compute", account, priority=4)

    @api.model
    def _mark_prices(self):
        """Something that prices come from has changed: accounts whose prices go out on change compute them soon."""
        precommit = self.env.cr.precommit
        if MARKED not in precommit.data:
            precommit.data[MARKED] = True
            precommit.add(self.sudo()._compute_marked_prices)

    def _compute_marked_prices(self):
        self.env.cr.precommit.data.pop(MARKED, None)
        schedules = self.env["marketplace.schedule"].search([("task", "=", "prices"), ("kind", "=", "change")])
        for account in schedules.account_id.filtered("price_pricelist_id"):
            self.env["marketplace.job"]._enqueue("price_compute", account, eta=fields.Datetime.now() + SOON, priority=4)

    def _wants_task(self, task):
        wanted = bool(self.price_pricelist_id) if task == "prices_check" else self.price_active
        return super()._wants_task(task) and (task not in PRICE_TASKS or wanted)
