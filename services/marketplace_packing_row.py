from odoo import api, fields, models

from ..marketplaces.base import status


class MarketplacePackingRow(models.AbstractModel):
    """A posting as the packing board shows it."""

    _name = "marketplace.packing.row"
    _description = "Marketplace Packing Board Row"

    @api.model
    def _prepare_rows(self, orders):
        """{order id: dict of plain values}, with the same few queries for any number of postings."""
        goods = self.env["marketplace.pick.list"]._get_goods(orders)
        products = orders._get_goods().product_id
        # Read for all at once: line by line would be two queries each.
        products.mapped("name")
        pictures = self._find_pictures(products)
        labels = {
            name: dict(orders._fields[name]._description_selection(self.env))
            for name in ("status", "scheme", "ship_state", "label_state", "marking_state")
        }
        return {order.id: self._prepare_row(order, goods[order], pictures, labels) for order in orders}

    def _prepare_row(self, order, goods, pictures, labels):
        pieces = goods["pieces"]
        return {
            "id": order.id,
            "number": order.number,
            "short": self.env["marketplace.pick.list"]._get_short_number(order),
            "account": order.account_id.name,
            "warehouse": order.warehouse_id.name or order.warehouse_name or "",
            "scheme": labels["scheme"].get(order.scheme, ""),
            "sale": order.sale_order_id.name or "",
            "ship_by": self.env["marketplace.packing.board"]._format_deadline(order.ship_by),
            "late": bool(order.ship_by and order.ship_by < fields.Datetime.now()),
            "status_text": labels["status"][order.status],
            "ship_state": order.ship_state,
            "ship_state_text": labels["ship_state"][order.ship_state],
            "label_state": order.label_state,
            "label_state_text": labels["label_state"][order.label_state],
            "printed": bool(order.label_printed_at),
            "assembled": order.status == status.ASSEMBLED,
            "problem": self._get_problem(order),
            "express": order.is_express,
            "cargo_places": order.cargo_places,
            "place": pieces[0]["location"].complete_name if pieces else "",
            "places_more": len({piece["location"] for piece in pieces}) - 1 if pieces else 0,
            "missing": ", ".join(
                f"{product.default_code or product.name} × {quantity:g}" for product, quantity in goods["missing"]
            ),
            "marking": self._get_marking(order),
            "marking_text": labels["marking_state"].get(order.marking_state, ""),
            "lines": [
                self._prepare_line(line, pictures)
                for line in order._get_goods()
                if line.quantity > line.cancelled_quantity
            ],
        }

    def _prepare_line(self, line, pictures):
        product = line.product_id
        return {
            "id": line.id,
            "product_id": product.id,
            "name": product.name or line.name or "",
            "article": product.default_code or line.article or line.sku or "",
            "quantity": line.quantity - line.cancelled_quantity,
            "picture": product.id in pictures,
        }

    def _get_problem(self, order):
        if order.ship_state != "shipped" and order.ship_problem:
            return order.ship_problem
        return order.label_problem or order.problem or ""

    def _get_marking(self, order):
        """The state of the marking codes where the posting asks for any."""
        return "" if order.marking_state == "none" else order.marking_state

    def _find_pictures(self, products):
        found = products.search(
            [
                ("id", "in", products.ids),
                "|",
                ("image_variant_1920", "!=", False),
                ("product_tmpl_id.image_1920", "!=", False),
            ]
        )
        return set(found.ids)
