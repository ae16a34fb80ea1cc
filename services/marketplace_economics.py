from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..marketplaces.base import money
from .marketplace_price_engine import decimal_of

KOPECK = Decimal("0.01")
SOLD = (money.SALE, money.RETURN)
OTHER_SERVICES = tuple(kind for kind in money.SERVICES if kind != money.COMMISSION)
#: What ``_refresh`` keeps.
KEPT = (
    *("sale_amount", "commission_amount", "service_amount", "other_amount", "net_amount"),
    *("cost_amount", "margin_amount", "expected_commission", "expected_services"),
)
OF_ORDERS = (
    *("accrual_count", "expected_base", "commission_drift", "commission_drift_percent", "commission_too_high"),
    "margin_percent",
)
SHOWN_NUMBERS = 10


class MarketplaceEconomics(models.AbstractModel):
    """Commission, services, net and margin of postings and their lines, expected and real (MON2)."""

    _name = "marketplace.economics"
    _description = "Marketplace Economics"

    # --- what is expected ---------------------------------------------------------------------------------------
    @api.model
    def _expect(self, account, orders):
        """Remember what the marketplace announces at the moment when a posting comes: later it announces other."""
        lines = orders.filtered(lambda order: not order.sale_order_id).line_ids
        lines = lines.filtered(lambda line: line.kind == "goods" and not line.has_expectation)
        prices = self._find_prices(account, lines)
        expected = []
        for line in lines:
            row = prices.get(line.offer_id.article or line.article) or prices.get(line.sku)
            if row:
                expected.append((line.id, *self._get_expectation(line, row)))
        if not expected:
            return
        self.env.flush_all()
        values = SQL(", ").join(SQL("(%s, %s::numeric, %s::numeric)", *row) for row in expected)
        self.env.cr.execute(
            SQL(
                """
                UPDATE marketplace_order_line line
                   SET expected_commission = told.commission, expected_services = told.services, has_expectation = TRUE
                  FROM (VALUES %s) AS told (id, commission, services) WHERE line.id = told.id
                """,
                values,
            )
        )
        names = ["expected_commission", "expected_services", "has_expectation"]
        lines.invalidate_recordset(names, flush=False)
        self._sum_orders(lines.order_id)

    def _find_prices(self, account, lines):
        """{article or SKU: price row with what the cabinet has told of it}"""
        if not lines:
            return {}
        skus, articles = [line.sku for line in lines if line.sku], [line.article for line in lines if line.article]
        rows = self.env["marketplace.price"].search(
            [
                ("account_id", "=", account.id),
                ("checked_at", "!=", False),
                ("commission_percent", ">", 0),
                "|",
                ("offer_id.sku", "in", skus),
                ("offer_id.article", "in", articles),
            ]
        )
        by_sku = {row.offer_id.sku: row for row in rows if row.offer_id.sku}
        return {**by_sku, **{row.offer_id.article: row for row in rows}}

    def _get_expectation(self, line, row):
        """(commission, services), both negative; percentages are of the seller's price."""
        gross = decimal_of(line.price) * line.quantity
        commission = gross * decimal_of(row.commission_percent) / 100
        services = decimal_of(row.commission_fixed) * line.quantity + gross * decimal_of(row.acquiring_percent) / 100
        return tuple(-amount.quantize(KOPECK, ROUND_HALF_UP) for amount in (commission, services))

    # --- what became of it --------------------------------------------------------------------------------------
    @api.model
    def _refresh(self, orders):
        """Sum up the ledger for these postings, in a few queries however many they are."""
        orders = orders.sudo()
        if not orders:
            return
        costs = self._get_costs(orders)
        self.env.flush_all()
        before = self._find_too_high(orders)
        self._sum_lines(orders, costs)
        self._sum_orders(orders)
        self._tell_drift(orders.browse(self._find_too_high(orders) - before))

    def _get_costs(self, orders):
        """{line id: cost in the posting's currency}"""
        costs = {}
        lines = orders.line_ids.filtered("sale_line_id")
        for company, own in lines.grouped("company_id").items():
            products = own.sale_line_id.product_id.with_company(company)
            prices = {product.id: decimal_of(product.standard_price) for product in products}
            rates = {}
            for line in own:
                sold = line.sale_line_id
                if sold.state != "sale":
                    continue
                price = prices[sold.product_id.id]
                quantity = sold.product_uom_id._compute_quantity(
                    sold.qty_delivered or sold.product_uom_qty, sold.product_id.uom_id, round=False
                )
                currency = line.order_id.currency_id or company.currency_id
                if currency not in rates:
                    rates[currency] = decimal_of(self._get_rate(company, currency))
                cost = price * decimal_of(quantity) * rates[currency]
                costs[line.id] = cost.quantize(KOPECK, ROUND_HALF_UP)
        return costs

    def _get_rate(self, company, currency):
        if currency == company.currency_id:
            return 1.0
        today = fields.Date.context_today(self)
        return self.env["res.currency"]._get_conversion_rate(company.currency_id, currency, company, today)

    def _sum_lines(self, orders, costs):
        values = SQL(", ").join(SQL("(%s, %s::numeric)", *row) for row in costs.items()) or SQL("(0, 0::numeric)")
        self.env.cr.execute(
            SQL(
                """
                UPDATE marketplace_order_line line
                   SET sale_amount = told.sold,
                       commission_amount = told.commission,
                       service_amount = told.services,
                       other_amount = told.net - told.sold - told.commission - told.services,
                       net_amount = told.net,
                       cost_amount = told.cost,
                       margin_amount = told.net - CASE WHEN told.row_count > 0 THEN told.cost ELSE 0 END
                  FROM (
                        SELECT line.id, COUNT(accrual.id) AS row_count, %(sums)s,
                               COALESCE(MAX(cost.amount), 0) AS cost
                          FROM marketplace_order_line line
                          LEFT JOIN marketplace_accrual accrual
                            ON accrual.order_line_id = line.id AND accrual.problem IS NULL
                          LEFT JOIN (VALUES %(values)s) AS cost (id, amount) ON cost.id = line.id
                         WHERE line.order_id IN %(orders)s
                         GROUP BY line.id
                       ) AS told
                 WHERE line.id = told.id
                """,
                sums=self._get_sums(),
                values=values,
                orders=tuple(orders.ids),
            )
        )
        orders.line_ids.invalidate_recordset(KEPT, flush=False)

    def _sum_orders(self, orders):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE marketplace_order posting
                   SET accrual_count = told.row_count,
                       sale_amount = told.sold,
                       commission_amount = told.commission,
                       service_amount = told.services,
                       other_amount = told.net - told.sold - told.commission - told.services,
                       net_amount = told.net,
                       expected_base = goods.base,
                       expected_commission = goods.commission,
                       expected_services = goods.services,
                       cost_amount = goods.cost,
                       margin_amount = told.net - CASE WHEN told.row_count > 0 THEN goods.cost ELSE 0 END,
                       margin_percent = CASE WHEN told.sold > 0
                                             THEN ROUND((told.net - goods.cost) * 100 / told.sold, 2) ELSE 0 END,
                       commission_drift = CASE WHEN drift.known
                                               THEN ROUND(told.commission - drift.expected, 2) ELSE 0 END,
                       commission_drift_percent = CASE WHEN drift.known
                            THEN ROUND((told.commission - drift.expected) * 100 / drift.expected, 2) ELSE 0 END,
                       commission_too_high = drift.known AND account.commission_drift_warn > 0 AND
                            (told.commission - drift.expected) * 100 / NULLIF(drift.expected, 0)
                            > account.commission_drift_warn::numeric
                  FROM (
                        SELECT posting.id, COUNT(accrual.id) AS row_count, %(sums)s
                          FROM marketplace_order posting
                          LEFT JOIN marketplace_accrual accrual
                            ON accrual.order_id = posting.id AND accrual.problem IS NULL
                         WHERE posting.id IN %(orders)s
                         GROUP BY posting.id
                       ) AS told
                  JOIN LATERAL (
                        SELECT COALESCE(SUM(line.price * line.quantity) FILTER (WHERE line.has_expectation), 0) AS base,
                               COALESCE(SUM(line.expected_commission), 0) AS commission,
                               COALESCE(SUM(line.expected_services), 0) AS services,
                               COALESCE(SUM(line.cost_amount), 0) AS cost
                          FROM marketplace_order_line line WHERE line.order_id = told.id
                       ) AS goods ON TRUE
                  JOIN LATERAL (
                        SELECT goods.commission * told.sold / NULLIF(goods.base, 0) AS expected,
                               goods.base > 0 AND goods.commission <> 0 AND told.sold > 0 AND told.commission <> 0
                               AS known
                       ) AS drift ON TRUE,
                       marketplace_account account
                 WHERE posting.id = told.id AND account.id = posting.account_id
                """,
                sums=self._get_sums(),
                orders=tuple(orders.ids),
            )
        )
        orders.invalidate_recordset([*KEPT, *OF_ORDERS], flush=False)

    def _get_sums(self):
        return SQL(
            """
            COALESCE(SUM(accrual.amount) FILTER (WHERE accrual.kind IN %s), 0) AS sold,
            COALESCE(SUM(accrual.amount) FILTER (WHERE accrual.kind = %s), 0) AS commission,
            COALESCE(SUM(accrual.amount) FILTER (WHERE accrual.kind IN %s), 0) AS services,
            COALESCE(SUM(accrual.amount), 0) AS net
            """,
            SOLD,
            money.COMMISSION,
            OTHER_SERVICES,
        )

    @api.model
    def _flag(self, accounts):
        """Another limit is for what is there already, too; nobody is told of it again."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE marketplace_order posting
                   SET commission_too_high = account.commission_drift_warn > 0
                       AND posting.commission_drift_percent > account.commission_drift_warn
                  FROM marketplace_account account
                 WHERE account.id = posting.account_id AND account.id IN %s
                   AND posting.commission_drift_percent <> 0
                """,
                tuple(accounts.ids),
            )
        )
        self.env["marketplace.order"].invalidate_model(["commission_too_high"], flush=False)

    # --- alert --------------------------------------------------------------------------------------------------
    def _find_too_high(self, orders):
        query = SQL("SELECT id FROM marketplace_order WHERE id IN %s AND commission_too_high", tuple(orders.ids))
        return {row[0] for row in self.env.execute_query(query)}

    def _tell_drift(self, orders):
        """One message for an account, however many postings it is about."""
        texts = defaultdict(str)
        for account, own in orders.grouped("account_id").items():
            numbers = own.mapped("number")
            more = " …" if len(numbers) > SHOWN_NUMBERS else ""
            texts[account.id] = self.env._(
                "%(count)s postings were charged more commission than the marketplace had announced, by %(amount)s in "
                "all: %(numbers)s",
                count=len(own),
                amount=own[:1]._format(-sum(own.mapped("commission_drift"))),
                numbers=", ".join(numbers[:SHOWN_NUMBERS]) + more,
            )
        self.env["marketplace.notifier"]._tell("commission_drift", orders.account_id, texts)
