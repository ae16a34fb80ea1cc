from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from ..marketplaces.base import status

#: States of postings that may still become orders.
UNDECIDED = ("received", "mapping", "problem")


class MarketplaceReturnReceiver(models.AbstractModel):
    """Takes returned goods into stock: of a posting by the return of its delivery, others by a receipt of their own."""

    _name = "marketplace.return.receiver"
    _description = "Marketplace Return Receiver"

    @api.model
    def _receive(self, returns, location=None):
        """Returns (received, [problems]); one that cannot be received never stops the others.

        :param location: where to put them, None for where they came from (the warehouse's stock)
        """
        received, problems = self.env["marketplace.return"], []
        returns.check_access("write")
        # The wizard's defaults would become defaults of the deliveries.
        service = self.with_env(self.env(context=clean_context(self.env.context)))
        # Whoever works in the warehouse may receive; the rows are the marketplace's.
        for item in returns.with_env(service.env).sudo():
            try:
                with self.env.cr.savepoint():
                    service._receive_one(item, location)
            except UserError as exc:
                problems.append(f"{item.external_id}: {exc}")
                item.problem = str(exc)
            else:
                received |= item
        return returns & received.with_env(returns.env), problems

    def _receive_one(self, item, location):
        if item.state != "open":
            raise UserError(self.env._("It is received or settled already."))
        if item.quantity <= 0:
            raise UserError(self.env._("The marketplace names no quantity."))
        order = item.order_id
        self._check_booked(order)
        if order.sale_order_id:
            picking = self._receive_sold(item, order, location)
        else:
            picking = self._receive_unknown(item, location)
        item.write({"state": "received", "picking_id": picking.id, "problem": False})
        if item.source == "by_hand":
            item.write({"stage": status.RETURN_RECEIVED, "finished_at": fields.Datetime.now()})
            self.env["marketplace.order.closer"]._report(item)
        if order.cancel_state == "hold":
            self._settle_cancelled(order)

    def _check_booked(self, order):
        """Goods of a posting that is known and whose sale is not booked have not left Odoo's stock, either."""
        if order.state in UNDECIDED:
            raise UserError(self.env._("Posting %s has not become an order yet: settle that first.", order.number))
        if order.state == "cancelled" and not order.sale_order_id:
            raise UserError(
                self.env._("Posting %s was cancelled before it became an order: no goods left the stock.", order.number)
            )

    def _receive_sold(self, item, order, location):
        quantities = self._split_over_lines(item, order)
        pickings = self.env["marketplace.goods.return"]._receive(order, quantities=quantities, location=location)
        if not pickings:
            raise UserError(self.env._("Its goods were never delivered here, or are back already."))
        return pickings[:1]

    def _split_over_lines(self, item, order):
        """{sale line: units}: the lines of the posting with this product, as far as they were delivered."""
        lines = order._get_root().line_ids.filtered(
            lambda line: line.sku == item.sku or (item.article and line.article == item.article)
        )
        if not lines:
            raise UserError(self.env._("Posting %s has no such product.", order.number))
        quantities, left = {}, item.quantity
        for line in lines:
            units = min(left, line.sale_line_id.qty_delivered)
            if units > 0:
                quantities[line.sale_line_id] = units
                left -= units
        if left:
            first = lines[0].sale_line_id
            quantities[first] = quantities.get(first, 0) + left
        return quantities

    def _receive_unknown(self, item, location):
        """Goods that were never sold here: an ordinary receipt from the customers."""
        product = item.product_id or item.offer_id.product_id
        if not product:
            raise UserError(
                self.env._("Link the listing %s to a product first.", item.article or item.sku or item.name or "–")
            )
        warehouse = item.account_id.warehouse_id
        place = location or warehouse.lot_stock_id
        customers = item.account_id._get_customer_location()
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "partner_id": item.account_id.partner_id.id,
                "origin": item.external_id,
                "location_id": customers.id,
                "location_dest_id": place.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": item.quantity,
                            "product_uom": product.uom_id.id,
                            "location_id": customers.id,
                            "location_dest_id": place.id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        picking.move_ids.picked = True
        problems = self.env["marketplace.shipment"]._validate(picking)
        if problems:
            raise UserError("\n".join(problems))
        return picking

    def _settle_cancelled(self, order):
        """The last goods of a cancelled posting have come back: its order can go."""
        goods = self.env["marketplace.goods.return"]
        if not any(goods._get_left(move) > 0 for move in self._get_delivered_moves(order)):
            self.env["marketplace.cancellation"]._take_back(order)

    def _get_delivered_moves(self, order):
        pickings = self.env["marketplace.cancellation"]._get_pickings(order)
        return pickings.move_ids.filtered(lambda move: move.state == "done")

    @api.model
    def _settle_received(self, order, items):
        """News of goods that somebody has taken back already, by the posting or by a return of its delivery."""
        goods, moves = self.env["marketplace.goods.return"], self._get_delivered_moves(order)
        for item in items:
            own = moves.filtered(lambda move, item=item: move.product_id == item.product_id)
            returned = own.returned_move_ids.filtered(lambda move: move.state == "done")
            if returned and not any(goods._get_left(move) > 0 for move in own):
                item.write({"state": "received", "picking_id": returned[-1:].picking_id.id, "problem": False})

    @api.model
    def _receive_fbo(self, item):
        """Back in the marketplace's own stock: nobody has to do anything. What does not fit is told on the return."""
        order = item.order_id
        if order.state in UNDECIDED:
            return
        if order.goods_state == "fbo" or (order.state == "cancelled" and not order.sale_order_id):
            item.write({"state": "nothing_to_do", "problem": False})
            return
        self._receive(item, item.account_id._get_fbo_location())
