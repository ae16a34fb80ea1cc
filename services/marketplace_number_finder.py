from odoo import api, models

from ..marketplaces.base import status


class MarketplaceNumberFinder(models.AbstractModel):
    """What a number of somebody's list means: a posting, all postings of an order there, or an order of Odoo (MON6)."""

    _name = "marketplace.number.finder"
    _description = "Marketplace Number Finder"

    @api.model
    def _find(self, company, account, numbers):
        """{number: postings} of what was found, in as many queries for a thousand numbers as for one.

        :param account: only of this account; empty for all of the company
        """
        scope = [("company_id", "=", company.id), *([("account_id", "=", account.id)] if account else [])]
        found = {}
        for find in (self._find_postings, self._find_orders_there, self._find_sales):
            missing = [number for number in numbers if number not in found]
            if missing:
                found.update(find(scope, missing))
        return found

    def _find_postings(self, scope, numbers):
        return self.env["marketplace.order"].search([*scope, ("number", "in", numbers)]).grouped("number")

    def _find_orders_there(self, scope, numbers):
        orders = self.env["marketplace.order"].search([*scope, ("order_number", "in", numbers)])
        return self._drop_split(orders).grouped("order_number")

    def _find_sales(self, scope, numbers):
        orders = self.env["marketplace.order"].search(
            [*scope, ("sale_order_id", "in", self._search_sales(scope, numbers))]
        )
        return self._drop_split(orders).grouped(lambda order: order.sale_order_id.sudo().name)

    def _search_sales(self, scope, names):
        """Whoever sees a posting may name its order, whosever customer it is."""
        company_id = scope[0][2]
        return self.env["sale.order"].sudo()._search([("company_id", "=", company_id), ("name", "in", names)])

    def _drop_split(self, orders):
        """What was split lives on in its parts."""
        return orders.filtered(lambda order: order.status != status.SPLIT)

    @api.model
    def _explain_missing(self, company, account, numbers):
        """{number: one sentence} for numbers that were not found, where there is more to say than that."""
        return {
            **self._explain_plain_sales(company, numbers),
            **self._explain_elsewhere(company, account, numbers),
        }

    def _explain_plain_sales(self, company, numbers):
        sales = self.env["sale.order"].sudo()
        plain = sales.search(
            [("company_id", "=", company.id), ("name", "in", numbers), ("marketplace_order_id", "=", False)]
        )
        return {sale.name: self.env._("Order %s came from no marketplace.", sale.name) for sale in plain}

    def _explain_elsewhere(self, company, account, numbers):
        """That a number exists is told whoever asks; what it is, only in its own company."""
        orders = (
            self.env["marketplace.order"]
            .sudo()
            .search(
                [
                    *("|", "|"),
                    ("number", "in", numbers),
                    ("order_number", "in", numbers),
                    ("sale_order_id.name", "in", numbers),
                ]
            )
        )
        texts = {}
        # Those of the company come last, and have the last word.
        for order in orders.sorted(lambda order: order.company_id == company):
            if order.company_id != company:
                text = self.env._("It belongs to another company.")
            elif order.account_id != account:
                text = self.env._("It belongs to account %s.", order.account_id.name)
            else:
                continue
            texts.update(dict.fromkeys((order.number, order.order_number, order.sale_order_id.name), text))
        return texts
