from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_datetime
from odoo.tools.float_utils import float_repr

from .code128 import draw


class ReportPickList(models.AbstractModel):
    """What to fetch, shelf by shelf, and then which posting gets what."""

    _name = "report.sale_marketplace.report_pick_list"
    _description = "Marketplace Pick List Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        walk = self.env["marketplace.pick.list"]
        orders = walk._get_pick_order(self.env["marketplace.order"].browse(docids))
        goods = walk._get_goods(orders)
        positions = {order: position for position, order in enumerate(orders, 1)}
        return {
            "doc_ids": orders.ids,
            "doc_model": "marketplace.order",
            "docs": orders,
            "printed_at": format_datetime(self.env, fields.Datetime.now(), dt_format="short"),
            "locations": self._prepare_locations(orders, goods, positions),
            "missing": self._prepare_missing(orders, goods, positions),
            "postings": [self._prepare_posting(order, positions[order], goods[order]) for order in orders],
        }

    def _prepare_locations(self, orders, goods, positions):
        """[{"name", "rows": one per product}], in walking order.

        Parts of one posting share its goods: they are fetched once, for the first of them.
        """
        takers, walks, sales = defaultdict(list), {}, set()
        for order in orders:
            if order.sale_order_id in sales:
                continue
            sales.add(order.sale_order_id)
            for piece in goods[order]["pieces"]:
                key = piece["location"], piece["product"]
                takers[key].append((order, piece["quantity"]))
                walks[key] = piece["walk"], piece["article_key"], piece["product"].id
        rows = defaultdict(list)
        for location, product in sorted(takers, key=walks.get):
            rows[location].append(self._prepare_product(product, takers[location, product], positions))
        return [{"name": location.complete_name, "rows": rows[location]} for location in rows]

    def _prepare_product(self, product, takers, positions):
        return {
            "article": product.default_code or "",
            "name": product.name,
            "barcode": product.barcode or "",
            "bars": draw(product.barcode) if product.barcode else None,
            "uom": product.uom_id.name,
            "quantity": self._format(product, sum(quantity for _order, quantity in takers)),
            "postings": [
                {
                    "position": positions[order],
                    "short": self.env["marketplace.pick.list"]._get_short_number(order),
                    "quantity": self._format(product, quantity),
                }
                for order, quantity in takers
            ],
        }

    def _prepare_missing(self, orders, goods, positions):
        """Postings whose goods are not all reserved, with what is lacking."""
        return [
            {
                "position": positions[order],
                "number": order.number,
                "lines": [
                    {"article": product.default_code or product.name, "quantity": self._format(product, quantity)}
                    for product, quantity in goods[order]["missing"]
                ],
                "known": goods[order]["known"],
            }
            for order in orders
            if goods[order]["missing"] or not goods[order]["known"]
        ]

    def _prepare_posting(self, order, position, goods):
        barcode = order.barcode_upper or order.scan_code or order.number
        return {
            "position": position,
            "number": order.number,
            "bars": draw(barcode),
            "account": order.account_id.name,
            "ship_by": self.env["marketplace.packing.board"]._format_deadline(order.ship_by),
            "express": order.is_express,
            "cargo_places": order.cargo_places,
            "sale": order.sale_order_id.name or "",
            "places": list(dict.fromkeys(piece["location"].complete_name for piece in goods["pieces"])),
            "lines": [
                {
                    "article": line.product_id.default_code or line.article or line.sku or "",
                    "name": line.product_id.name or line.name or "",
                    "quantity": line.quantity,
                }
                for line in order.line_ids
            ],
        }

    def _format(self, product, quantity):
        """Whole numbers without a fraction, others as exact as the product's unit."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        text = float_repr(quantity, digits)
        return text.rstrip("0").rstrip(".") if "." in text else text
