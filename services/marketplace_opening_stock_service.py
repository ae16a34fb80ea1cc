from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from . import number_list

#: A receipt with more lines than this is a page that nobody can read; the next ones go to another receipt.
MOVES = 500


class MarketplaceOpeningStockService(models.AbstractModel):
    """Takes goods in that were bought without documents, at a nominal cost, by ordinary receipts (STK6).

    Finds what is missing: where Odoo has delivered more than it had, and what marketplaces' buyers wait for.
    """

    _name = "marketplace.opening.stock.service"
    _description = "Marketplace Opening Stock Service"

    @api.model
    def _check_rights(self):
        user = self.env.user
        if not any(
            user.has_group(f"sale_marketplace.{group}") for group in ("group_stock_manager", "group_accountant")
        ):
            raise AccessError(self.env._("Opening stock is taken in by stock managers and accountants."))

    # --- what is missing ----------------------------------------------------------------------------------------
    @api.model
    def _find_missing(self, location):
        """[{product_id, location_id, lot_id, quantity, reason}] in the products' own units.

        Below zero: exactly where, and of which lot. Waited for: what open orders need beyond what is free.
        """
        found = {}
        for product, place, lot, quantity in self._find_negative(location):
            if product.is_storable and product.uom_id.compare(quantity, 0) < 0:
                found[(product, place, lot)] = (-quantity, "negative")
        for product, quantity in self._find_demand(location).items():
            key = (product, location, self.env["stock.lot"])
            below, _reason = found.get(key, (0.0, False))
            found[key] = (below + quantity, "both" if below else "demand")
        return [
            {
                "product_id": product.id,
                "location_id": place.id,
                "lot_id": lot.id,
                "quantity": quantity,
                "reason": reason,
            }
            for (product, place, lot), (quantity, reason) in found.items()
        ]

    def _find_negative(self, location):
        return (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [("location_id", "child_of", location.id)],
                ["product_id", "location_id", "lot_id"],
                ["quantity:sum"],
                having=[("quantity:sum", "<", 0)],
            )
        )

    def _find_demand(self, location):
        """{product: what open orders of marketplaces need and the location has not free}"""
        moves = (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("location_id", "child_of", location.id),
                    ("state", "in", ("confirmed", "partially_available")),
                    ("sale_line_id.order_id.marketplace_order_id", "!=", False),
                ]
            )
        )
        waiting = defaultdict(float)
        for move in moves:
            reserved = move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id, round=False)
            waiting[move.product_id] += move.product_qty - reserved
        free = self._read_free(location, moves.product_id)
        return {
            product: quantity - free.get(product, 0.0)
            for product, quantity in waiting.items()
            if product.is_storable and product.uom_id.compare(quantity, free.get(product, 0.0)) > 0
        }

    def _read_free(self, location, products):
        """{product: pieces on hand that no delivery has reserved}; what is below zero is counted by itself."""
        groups = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [("location_id", "child_of", location.id), ("product_id", "in", products.ids), ("quantity", ">", 0)],
                ["product_id"],
                ["quantity:sum", "reserved_quantity:sum"],
            )
        )
        return {product: quantity - reserved for product, quantity, reserved in groups}

    @api.model
    def _read_on_hand(self, locations, products):
        """{(product id, location id, lot id or False): pieces}, and for no lot those of all lots"""
        groups = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [("location_id", "in", locations.ids), ("product_id", "in", products.ids)],
                ["product_id", "location_id", "lot_id"],
                ["quantity:sum"],
            )
        )
        on_hand = defaultdict(float)
        for product, location, lot, quantity in groups:
            on_hand[(product.id, location.id, False)] += quantity
            if lot:
                on_hand[(product.id, location.id, lot.id)] += quantity
        return on_hand

    # --- lists --------------------------------------------------------------------------------------------------
    @api.model
    def _read_list(self, company, rows):
        """Rows of article, quantity and, where it is there, cost → ([line values], [problems]).

        An article is an internal reference, a barcode, or an article of the marketplaces.
        """
        if rows and number_list.is_heading(rows[0], 1):
            rows = rows[1:]
        articles = {number_list.get_cell(row, 0) for row in rows} - {""}
        products = self._find_products(company, list(articles))
        lines, problems = {}, []
        for row in rows:
            article = number_list.get_cell(row, 0)
            if not article:
                continue
            values, problem = self._read_row(row, products.get(article))
            if problem:
                problems.append(f"{article}: {problem}")
            elif values["product_id"] in lines:
                lines[values["product_id"]]["quantity"] += values["quantity"]
            else:
                lines[values["product_id"]] = values
        return list(lines.values()), problems

    def _read_row(self, row, found):
        """(line values, problem)"""
        if found is None:
            return {}, self.env._("No product has this internal reference, barcode or article.")
        product, unit = found
        if product is None:
            return {}, self.env._("Several products have it.")
        quantity = number_list.parse_amount(number_list.get_cell(row, 1))
        if quantity is None or quantity <= 0:
            return {}, self.env._("«%s» is no quantity.", number_list.get_cell(row, 1))
        values = {"product_id": product.id, "quantity": float(quantity), "reason": "list"}
        # As sold there: an article of a dozen means twelve.
        values["quantity"] = unit._compute_quantity(values["quantity"], product.uom_id)
        written = number_list.get_cell(row, 2)
        cost = number_list.parse_amount(written)
        if written and (cost is None or cost < 0):
            return {}, self.env._("«%s» is no cost.", written)
        if cost is not None:
            values["cost"] = float(cost)
        return values, False

    def _find_products(self, company, articles):
        """{article: (product, its unit)}; product None where several have it."""
        scope = [("company_id", "in", (False, company.id))]
        products = self.env["product.product"].sudo()
        found = {}
        linked = [("account_id.company_id", "=", company.id), ("product_id", "!=", False)]
        offers = self.env["marketplace.offer"].sudo().search([*linked, ("article", "in", articles)])
        for article, group in offers.grouped("article").items():
            pairs = {(offer.product_id, offer.uom_id or offer.product_id.uom_id) for offer in group}
            found[article] = pairs.pop() if len(pairs) == 1 else (None, None)
        for name in ("barcode", "default_code"):
            for code, group in products.search([*scope, (name, "in", articles)]).grouped(name).items():
                found[code] = (group, group.uom_id) if len(group) == 1 else (None, None)
        return found

    # --- taking in ----------------------------------------------------------------------------------------------
    @api.model
    def _get_problem(self, line):
        """Why this line cannot be taken in, in one sentence; False when nothing is in the way."""
        product = line.product_id
        if not product.is_storable:
            return self.env._("It is not tracked in stock.")
        if product.tracking == "serial":
            return self.env._("It has serial numbers: receive it in Odoo with the number of each piece.")
        if product.uom_id.compare(line.quantity, 0) <= 0:
            return self.env._("The quantity must be greater than 0.")
        if line.cost < 0:
            return self.env._("The cost must not be below 0.")
        if product.tracking == "lot" and not line.lot_id and not line.wizard_id.lot_name:
            return self.env._("It is tracked by lots: name the lot above.")
        return False

    @api.model
    def _take_in(self, wizard):
        """Validated receipts (stock.picking) of the lines that nothing stands in the way of."""
        self._check_rights()
        wizard.lock_for_update()
        if wizard.picking_ids:
            raise UserError(self.env._("These goods are taken in already."))
        self._check_date(wizard)
        lines = wizard.line_ids.filtered(lambda line: not line.problem)
        if not lines:
            raise UserError(self.env._("There is nothing that could be taken in: see what is said of each line."))
        # Accountants may take goods in here, and have no other right on stock.
        service = self.sudo().with_company(wizard.company_id)
        receipts = self.env["stock.picking"].sudo()
        for start in range(0, len(lines), MOVES):
            receipts |= service._receive(wizard.sudo(), lines[start : start + MOVES].sudo())
        return receipts

    def _check_date(self, wizard):
        if wizard.date > fields.Datetime.now():
            raise UserError(self.env._("The receipt cannot be in the future."))
        day = fields.Datetime.context_timestamp(wizard, wizard.date).date()
        locks = wizard.company_id.sudo()._get_lock_date_violations(day, sale=False, purchase=False, tax=False)
        if locks:
            raise UserError(self.env._("The books are locked until %s: choose a later date.", max(locks)[0]))

    def _receive(self, wizard, lines):
        receipt = self.env["stock.picking"].create(self._prepare_receipt_vals(wizard, lines))
        # Two lines of a product stay two moves: each has its own cost and place.
        receipt.move_ids._action_confirm(merge=False)
        # Exactly there: a putaway rule would leave what is below zero below zero.
        receipt.move_line_ids.unlink()
        lots = self._get_lots(wizard, lines)
        self.env["stock.move.line"].create(
            [
                self._prepare_move_line_vals(line, move, lots.get(line.product_id, line.lot_id))
                for move, line in zip(receipt.move_ids, lines, strict=True)
            ]
        )
        self._set_values(wizard, receipt, lines)
        day = fields.Datetime.context_timestamp(wizard, wizard.date).date()
        receipt.with_context(force_period_date=day)._action_done()
        self._set_date(wizard, receipt)
        return receipt

    def _prepare_receipt_vals(self, wizard, lines):
        operation = wizard._get_picking_type()
        source = wizard.partner_id.property_stock_supplier or self.env.ref("stock.stock_location_suppliers")
        return {
            "picking_type_id": operation.id,
            "partner_id": wizard.partner_id.id,
            "company_id": wizard.company_id.id,
            "origin": self.env._("Opening stock"),
            "scheduled_date": wizard.date,
            "location_id": source.id,
            "location_dest_id": wizard.location_id.id,
            "move_ids": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "product_uom_qty": line.quantity,
                        "product_uom": line.product_id.uom_id.id,
                        "location_id": source.id,
                        "location_dest_id": line.location_id.id,
                        "company_id": wizard.company_id.id,
                        "picking_type_id": operation.id,
                        "price_unit": line.cost,
                        "date": wizard.date,
                        "sequence": number,
                    }
                )
                for number, line in enumerate(lines)
            ],
        }

    def _prepare_move_line_vals(self, line, move, lot):
        return {
            "move_id": move.id,
            "picking_id": move.picking_id.id,
            "product_id": move.product_id.id,
            "product_uom_id": move.product_uom.id,
            "quantity": line.quantity,
            "location_id": move.location_id.id,
            "location_dest_id": line.location_id.id,
            "lot_id": lot.id,
            "picked": True,
        }

    def _get_lots(self, wizard, lines):
        """{product: the lot of the name that was chosen}, for products whose lot nobody knows"""
        products = lines.filtered(lambda line: line.product_id.tracking == "lot" and not line.lot_id).product_id
        Lot = self.env["stock.lot"]
        company = wizard.company_id
        known = Lot.search(
            [
                ("product_id", "in", products.ids),
                ("name", "=", wizard.lot_name),
                ("company_id", "in", (False, company.id)),
            ]
        )
        fresh = Lot.create(
            [
                {"product_id": product.id, "name": wizard.lot_name, "company_id": company.id}
                for product in products - known.product_id
            ]
        )
        return {lot.product_id: lot for lot in known | fresh}

    def _set_values(self, wizard, receipt, lines):
        """What the goods are worth, told before they are moved, so that entries of the move are right at once.

        Odoo takes the product's cost for a receipt without a purchase, whatever the move's unit price is. A standard
        price stands above all receipts: it is left alone.
        """
        currency = wizard.company_id.currency_id
        self.env["product.value"].create(
            [
                {
                    "move_id": move.id,
                    "value": currency.round(float(Decimal(str(line.cost)) * Decimal(str(line.quantity)))),
                    "company_id": wizard.company_id.id,
                    "date": wizard.date,
                    "description": self.env._("Opening stock at a nominal cost"),
                }
                for move, line in zip(receipt.move_ids, lines, strict=True)
                if line.product_id.cost_method != "standard"
            ]
        )

    def _set_date(self, wizard, receipt):
        """Odoo dates what is done with this moment; average costs follow the order of the dates."""
        receipt.date_done = wizard.date
        receipt.move_line_ids.date = wizard.date
        receipt.move_ids.product_id._update_standard_price()
