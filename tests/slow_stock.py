"""How many pieces each cabinet may show, worked out a second time: row by row, in fractions, and without a line of
what the product computes it with. Only what a person has set is read from the same records."""

from collections import Counter
from fractions import Fraction
from math import floor


def exactly(number):
    return Fraction(str(round(number, 6)))


class SlowStock:
    """The stock of some products at one moment.

    :param kits: {kit: {part: pieces in one kit}}
    """

    def __init__(self, env, products, kits):
        self.env = env
        self.products = products
        self.kits = kits
        self.promised = self._count_promised()

    def get_numbers(self, place):
        """{article: number} that a warehouse of a cabinet is to show."""
        return {product.default_code: self._get_number(product, place) for product in self.products}

    def get_sellable(self, product, place):
        """All that may be sold of a product by everybody together, whatever the settings hold back."""
        return max(0, floor(self._count(product, [(line.location_id, 1) for line in place.stock_location_ids])))

    # --- what is there --------------------------------------------------------------------------------------------
    def _count(self, product, counted):
        """:param counted: [(location, part of its goods that counts)]"""
        parts = self.kits.get(product)
        if parts:
            return min(floor(self._count(part, counted) / pieces) for part, pieces in parts.items())
        free = [(self._count_free(product, location), part) for location, part in counted]
        # What is missing in one place is missing wholly.
        return sum(pieces * part if pieces > 0 else pieces for pieces, part in free) - self.promised[product]

    def _count_free(self, product, location):
        quants = self.env["stock.quant"].search([("product_id", "=", product.id)])
        inside = quants.filtered(lambda quant: quant.location_id.parent_path.startswith(location.parent_path))
        return sum(exactly(quant.quantity) - exactly(quant.reserved_quantity) for quant in inside)

    def _count_promised(self):
        """Pieces of postings that hold no stock, by product."""
        promised = Counter()
        waiting = [("scheme", "!=", "fbo"), ("status", "in", ("new", "to_assemble", "assembled"))]
        for posting in self.env["marketplace.order"].search(waiting):
            for move in posting.sale_order_id.picking_ids.move_ids:
                if move.state in ("confirmed", "partially_available"):
                    held = sum(exactly(line.quantity_product_uom) for line in move.move_line_ids)
                    promised[move.product_id] += exactly(move.product_qty) - held
            if not posting.sale_order_id:
                for line in posting.line_ids:
                    for part, pieces in self.kits.get(line.product_id, {line.product_id: 1}).items():
                        promised[part] += line.quantity * pieces
        return promised

    # --- what may be shown of it ------------------------------------------------------------------------------------
    def _get_number(self, product, place):
        pieces = self._count(
            product, [(line.location_id, exactly(line.share) / 100) for line in place.stock_location_ids]
        )
        for member in place.pool_member_ids:
            pieces = min(pieces, self._get_part(pieces, member))
        number = max(0, floor(pieces - exactly(place.stock_buffer)))
        number -= number % place.stock_pack
        if place.stock_cap and number > place.stock_cap:
            number = place.stock_cap - place.stock_cap % place.stock_pack
        return number if number >= place.stock_threshold else 0

    def _get_part(self, pieces, member):
        """Of the agreement's common stock: floors first, then shares, and what does not divide piece by piece."""
        left, given = max(0, floor(pieces)), {}
        members = member.pool_id.member_ids.sorted(lambda each: (each.sequence, each.id))
        for each in members:
            given[each] = min(each.floor, left)
            left -= given[each]
        shares = {each: exactly(each.share) for each in members if each.share}
        due = {each: left * share / sum(shares.values()) for each, share in shares.items()}
        more = {each: floor(pieces) for each, pieces in due.items()}
        while sum(more.values()) < left and more:
            poorest = max(more, key=lambda each: due[each] - more[each])
            more[poorest] += 1
        return given[member] + more.get(member, 0)
