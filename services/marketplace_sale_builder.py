from decimal import ROUND_HALF_UP, Decimal

from odoo import Command, api, fields, models

from ..marketplaces.base import status


class MarketplaceSaleBuilder(models.AbstractModel):
    """Prepares, creates and confirms the sale orders of postings.

    Override a ``_prepare_…`` or ``_find_…`` to change one thing.
    """

    _name = "marketplace.sale.builder"
    _description = "Marketplace Sale Order Builder"

    @api.model
    def _create_sales(self, orders):
        """One sale order per posting, in one create. Postings of one account."""
        account = orders.account_id
        company_orders = orders.with_company(account.company_id)
        shared = self._prepare_shared(account, company_orders)
        vals_list = [self._prepare_sale_vals(order, shared) for order in company_orders]
        names = self.env["sale.order"]._draw_marketplace_names(account.company_id, len(vals_list)) or []
        for vals, name in zip(vals_list, names, strict=False):
            vals["name"] = name
        context = {
            "tracking_disable": True,
            "sale_no_log_for_new_lines": True,
            "marketplace_no_distribution_models": not self._has_distribution_models(),
        }
        sales = self.env["sale.order"].with_company(account.company_id).with_context(**context).create(vals_list)
        # Pending now, and otherwise computed at some later time without this context.
        sales.order_line._recompute_recordset(["analytic_distribution"])
        for order, sale in zip(orders, sales, strict=True):
            order.sale_order_id = sale
            for line, sale_line in zip(order.line_ids, sale.order_line, strict=True):
                line.sale_line_id = sale_line
        self._log_origin(orders)
        return sales

    def _has_distribution_models(self):
        return bool(self.env["account.analytic.distribution.model"].sudo().search_count([], limit=1))

    @api.model
    def _confirm(self, sales):
        """Confirm and reserve; the same records as one by one, made together (see ``models/stock_move.py``)."""
        if not sales:
            return
        sales.with_context(marketplace_batch=True).action_confirm()

    # --- values -------------------------------------------------------------------------------------------------
    def _prepare_shared(self, account, orders):
        """What all orders of the batch have in common, or what is looked up once for all of them."""
        return {
            "partners": self.env["marketplace.buyer"]._find_partners(account, orders),
            "fiscal_position": self.env["account.fiscal.position"]
            .with_company(account.company_id)
            ._get_fiscal_position(account.partner_id),
            "fbo_route": self._find_fbo_route(account, orders),
            "now": fields.Datetime.now(),
        }

    def _find_fbo_route(self, account, orders):
        """The way out of the FBO location, where one of these postings takes it."""
        if not any(order.scheme == status.FBO for order in orders):
            return self.env["stock.route"]
        account._ensure_fbo()
        return account.sudo().fbo_route_id

    def _find_carrier(self, order):
        """Odoo's carrier: of the cabinet's warehouse, else of the account. FBO is carried by the marketplace."""
        if order.scheme == status.FBO:
            return self.env["delivery.carrier"]
        return order.warehouse_id.carrier_id or order.account_id.carrier_id

    def _prepare_sale_vals(self, order, shared):
        account = order.account_id
        partner, delivery = shared["partners"][order.id]
        vals = {
            "partner_id": partner.id,
            "partner_invoice_id": partner.id,
            "partner_shipping_id": delivery.id,
            "company_id": account.company_id.id,
            "warehouse_id": (order.warehouse_id._get_odoo_warehouse() or account.warehouse_id).id,
            "date_order": order.ordered_at if account.date_policy == "ordered" and order.ordered_at else shared["now"],
            "commitment_date": order.ship_by,
            "user_id": account.user_id.id,
            "team_id": account.team_id.id,
            "source_id": account.source_id.id,
            "tag_ids": [Command.set(account.tag_ids.ids)],
            "payment_term_id": account.payment_term_id.id,
            "fiscal_position_id": shared["fiscal_position"].id,
            "carrier_id": self._find_carrier(order).id,
            "origin": order.number,
            "client_order_ref": order.number if account.number_policy in ("reference", "both") else False,
            "pricelist_id": self._find_pricelist(order).id,
            "marketplace_order_id": order.id,
            "order_line": self._prepare_order_lines(order, shared),
        }
        if order.buyer_comment:
            vals["note"] = order.buyer_comment
        return vals

    def _prepare_order_lines(self, order, shared):
        taxes = {line: self._find_taxes(line, shared) for line in order.line_ids}
        # Odoo rounds the taxes of an order together. That is exact as long as all of them are inside the prices;
        # with one on top each line tells its own amounts.
        explicit = any(self._get_on_top(line_taxes) for line_taxes in taxes.values())
        return [Command.create(self._prepare_line_vals(line, taxes[line], explicit, shared)) for line in taxes]

    def _get_on_top(self, taxes):
        return taxes.flatten_taxes_hierarchy().filtered(lambda tax: not tax.price_include and tax.amount)

    def _prepare_line_vals(self, line, taxes, explicit, shared):
        """Price and taxes come from the posting and the settings, never from a pricelist."""
        product = line.product_id
        account = line.order_id.account_id
        price, extra = self._split_price(line, taxes, explicit)
        vals = {
            "sequence": line.sequence,
            "product_id": product.id,
            "product_uom_id": (line.offer_id.uom_id or product.uom_id).id,
            "product_uom_qty": line.quantity,
            "price_unit": price,
            # 0.0 marks the price as set by hand: a changed quantity does not fetch the pricelist's.
            "technical_price_unit": 0.0,
            "discount": 0.0,
            "tax_ids": [Command.set(taxes.ids)],
            "extra_tax_data": extra,
        }
        if line.kind == "delivery":
            vals["is_delivery"] = True
        if shared["fbo_route"] and line.order_id.scheme == status.FBO:
            vals["route_ids"] = [Command.set(shared["fbo_route"].ids)]
        if account.analytic_account_id:
            vals["analytic_distribution"] = {str(account.analytic_account_id.id): 100}
        return vals

    def _find_taxes(self, line, shared):
        account = line.order_id.account_id
        if account.vat_policy == "none":
            return self.env["account.tax"]
        if account.vat_policy == "tax":
            return account.sale_tax_id
        taxes = line.product_id.taxes_id._filter_taxes_by_company(account.company_id)
        return shared["fiscal_position"].map_tax(taxes)

    def _split_price(self, line, taxes, explicit):
        """(price_unit, extra_tax_data) so that line total = posting's price × quantity exactly.

        Taxes inside the price: the price itself. One percentage on top: the net is computed back and net and tax are
        told to Odoo's tax engine, since no rounding of net × rate can reach every gross amount.

        :param explicit: tell net and tax of a percentage inside the price, too
        """
        price = Decimal(str(line.price))
        on_top = self._get_on_top(taxes)
        told = on_top or taxes if explicit else on_top
        if not told.filtered("amount") or not line.quantity:
            return float(price), False
        if len(taxes) > 1 or taxes.amount_type != "percent":
            # Rare mixtures are left to Odoo; the comparison of totals guards them.
            if not on_top:
                return float(price), False
            return taxes.with_context(force_price_include=True).compute_all(float(price))["total_excluded"], False
        gross = price * line.quantity
        digits = Decimal(1).scaleb(-line.currency_id.decimal_places)
        net = (gross / (1 + Decimal(str(taxes.amount)) / 100)).quantize(digits, ROUND_HALF_UP)
        price_unit = float(net / line.quantity) if on_top else float(price)
        rate = self._get_currency_rate(line.order_id)
        amounts = {
            "tax_amount_currency": float(gross - net),
            "base_amount_currency": float(net),
            "tax_amount": float(gross - net) / rate,
            "base_amount": float(net) / rate,
        }
        return price_unit, {
            "manual_tax_amounts": {str(taxes.id): amounts},
            "manual_total_excluded_currency": float(net),
            "manual_total_excluded": float(net) / rate,
            "currency_id": line.currency_id.id,
            "price_unit": price_unit,
            "discount": 0.0,
            "quantity": line.quantity,
            "rate": rate,
        }

    def _get_currency_rate(self, order):
        return self.env["res.currency"]._get_conversion_rate(
            order.company_id.currency_id, order.currency_id, order.company_id, fields.Date.today()
        )

    def _find_pricelist(self, order):
        """None for the company's own currency: prices never come from a pricelist here."""
        if not order.currency_id or order.currency_id == order.company_id.currency_id:
            return self.env["product.pricelist"]
        return self.env["marketplace.order.processor"]._find_pricelist(order)

    def _log_origin(self, orders):
        """One note on each order, in one go."""
        sales = orders.sale_order_id
        bodies = {
            order.sale_order_id.id: self.env._(
                "Made of posting %(number)s of %(account)s.", number=order.number, account=order.account_id.name
            )
            for order in orders
        }
        sales._message_log_batch(bodies)
