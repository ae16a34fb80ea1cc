from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError


class MarketplaceGoodsReturn(models.AbstractModel):
    """Takes goods of validated deliveries back, by Odoo's own returns.

    One step, straight to where they are put, whatever the warehouse's steps for receipts are: somebody has them in
    his hands and says so.
    """

    _name = "marketplace.goods.return"
    _description = "Marketplace Goods Return"

    @api.model
    def _receive(self, order, quantities=None, location=None):
        """Take goods of a posting back and validate that.

        :param quantities: {sale.order.line: units in the line's unit}, None for all that is delivered and not back
        :param location: where they are put, None for where they came from
        :return: done returns (stock.picking), empty when nothing was left to take back
        """
        asked = quantities is not None
        quantities = dict(quantities) if asked else self._get_own_quantities(order)
        codes = quantities and dict(quantities)
        returns = self.env["stock.picking"]
        deliveries = self.env["marketplace.cancellation"]._get_pickings(order)
        for delivery in deliveries.filtered(lambda picking: picking.state == "done"):
            units = self._take_units(delivery, quantities)
            if units:
                returns |= self._return_delivery(delivery, units, location)
        if asked:
            self._check_all_taken(quantities)
        if returns:
            # Their marking codes may be sold again.
            self.env["marketplace.exemplar"]._release(order, codes)
        return returns

    def _get_own_quantities(self, order):
        """None for an order of one posting: everything; else the units that belong to this posting."""
        root = order._get_root()
        if order == root and not root.child_ids:
            return None
        quantities = defaultdict(float)
        for line in self.env["marketplace.order.units"]._get_own_lines(order):
            quantities[line.sale_line_id] += line.quantity
        return quantities

    def _take_units(self, delivery, quantities):
        """{move: units in the move's unit} to return of this delivery; takes them out of ``quantities``."""
        units = {}
        for move in delivery.move_ids.filtered(lambda move: move.state == "done"):
            left = self._get_left(move)
            if quantities is not None:
                sale_uom = move.sale_line_id.product_uom_id
                wanted = sale_uom._compute_quantity(quantities.get(move.sale_line_id, 0.0), move.product_uom)
                left = min(left, wanted)
                taken = move.product_uom._compute_quantity(left, sale_uom)
                quantities[move.sale_line_id] = quantities.get(move.sale_line_id, 0.0) - taken
            if move.product_uom.compare(left, 0.0) > 0:
                units[move] = left
        return units

    @api.model
    def _get_left(self, move):
        """What was delivered by a move and neither is back nor on its way back."""
        back = move.returned_move_ids.filtered(lambda back: back.state != "cancel")
        return move.quantity - sum(
            item.product_uom._compute_quantity(
                item.quantity if item.state == "done" else item.product_uom_qty, move.product_uom
            )
            for item in back
        )

    def _return_delivery(self, delivery, units, location):
        wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        for line in wizard.product_return_moves:
            line.write({"quantity": units.get(line.move_id, 0.0), "to_refund": True})
        returned = wizard._create_return()
        location = location or self._get_shelf(returned)
        if location:
            returned.write({"location_dest_id": location.id})
            returned.move_ids.write({"location_dest_id": location.id})
            returned.move_line_ids.write({"location_dest_id": location.id})
        for move in returned.move_ids:
            move.quantity = move.product_uom_qty
        returned.move_ids.picked = True
        problems = self.env["marketplace.shipment"]._validate(returned)
        if problems:
            raise UserError("\n".join(problems))
        return returned

    def _get_shelf(self, returned):
        """The warehouse's stock when receipts pass through an input location first; else Odoo's own choice stands."""
        warehouse = returned.picking_type_id.warehouse_id
        if returned.location_dest_id == warehouse.wh_input_stock_loc_id != warehouse.lot_stock_id:
            return warehouse.lot_stock_id
        return returned.location_dest_id.browse()

    def _check_all_taken(self, quantities):
        """Nothing comes back that has not left, or is back already."""
        for sale_line, left in quantities.items():
            if sale_line.product_uom_id.compare(left, 0.0) > 0:
                raise UserError(
                    self.env._(
                        "%(units)s more of %(product)s would come back than were delivered and are not back yet.",
                        units=left,
                        product=sale_line.product_id.display_name,
                    )
                )
