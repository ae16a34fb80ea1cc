from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo import Command, api, models

ZERO = Decimal(0)
CENT = Decimal("0.01")


class MarketplaceRealizationDocuments(models.AbstractModel):
    """The invoice and the credit note that a report becomes.

    Orders are invoiced the way Odoo does it, all of them on one document; what has no order gets lines of its product
    at the report's price.
    """

    _name = "marketplace.realization.documents"
    _description = "Marketplace Realization Documents"

    # --- what was sold ------------------------------------------------------------------------------------------
    @api.model
    def _get_to_invoice(self, report):
        """Orders of which the report says more than is invoiced."""
        told = self._sum_by_order(report, "sold")
        invoiced = self._sum_documents(report, "out_invoice")
        sales = self._get_lines(report, "sold").sale_order_id
        return sales.filtered(
            lambda sale: (
                sale.state == "sale" and sale.invoice_status == "to invoice" and invoiced[sale.id] < told[sale.id]
            )
        )

    @api.model
    def _make_invoices(self, report):
        """(invoices, {report line: invoice lines} of what has no order); not posted yet"""
        sales, invoices = self._get_to_invoice(report), self.env["account.move"]
        if sales:
            invoices = sales.with_context(marketplace_one_invoice=True)._create_invoices()
        rest = self._get_lines(report, "sold").filtered(lambda line: not line.sale_order_id)
        made = {}
        if rest:
            partner = report.account_id.partner_id.commercial_partner_id
            invoice = invoices.filtered(
                lambda move: move.commercial_partner_id == partner and move.currency_id == report.currency_id
            )[:1] or self._make_empty(report, "out_invoice")
            invoices |= invoice
            made = self._add_lines(report, invoice, rest)
        invoices.write(self._prepare_head(report))
        return invoices, made

    # --- what came back -----------------------------------------------------------------------------------------
    @api.model
    def _make_refunds(self, report):
        """(credit notes, {report line: their lines})"""
        returned = self._get_lines(report, "returned")
        known = returned.filtered("sale_order_id")
        groups, credited = defaultdict(list), defaultdict(list)
        for line, invoice_line, units in self._plan_credits(known):
            move = invoice_line.move_id
            groups[move.partner_id, move.currency_id, move.fiscal_position_id].append((line, invoice_line, units))
        refunds, sources = self.env["account.move"], []
        for items in groups.values():
            refund = self.env["account.move"].create(self._prepare_refund_vals(report, items))
            goods = refund.invoice_line_ids.sorted(lambda row: (row.sequence, row.id))
            for (line, _invoice_line, _units), row in zip(items, goods, strict=True):
                credited[line].append(row)
            refunds |= refund
            sources.append((refund, self.env["account.move"].union(*(item[1].move_id for item in items))))
        rest = returned - known
        if rest:
            partner = report.account_id.partner_id.commercial_partner_id
            refund = refunds.filtered(
                lambda move: move.commercial_partner_id == partner and move.currency_id == report.currency_id
            )[:1] or self._make_empty(report, "out_refund")
            refunds |= refund
            credited.update(self._add_lines(report, refund, rest))
        refunds.write(self._prepare_head(report))
        refunds.action_post()
        for refund, invoices in sources:
            # Told only now: a credit note that names its invoice while it is posted is reconciled with it, and the
            # invoice is still to be paid by the marketplace's money.
            if len(invoices) == 1:
                refund.reversed_entry_id = invoices
        return refunds, credited

    def _plan_credits(self, lines):
        """[(report line, invoice line, units)]: as many units as were invoiced and are not credited yet."""
        documents, taken, planned = self.env["marketplace.settlement.documents"], defaultdict(Decimal), []
        for line in lines:
            wanted = Decimal(abs(line.quantity))
            for invoice_line in self._get_invoice_lines(line):
                left = Decimal(str(invoice_line.quantity)) - documents._count_refunded(invoice_line)
                units = min(wanted, left - taken[invoice_line])
                if units > 0:
                    taken[invoice_line] += units
                    wanted -= units
                    planned.append((line, invoice_line, units))
        return planned

    def _get_invoice_lines(self, line):
        """Posted invoice lines of the product that came back, those of the row's price first."""
        own = line.order_id.line_ids.filtered(lambda item: line.sku and item.sku == line.sku).sale_line_id
        sold = own or line.sale_order_id.order_line.filtered(lambda item: item.product_id == line.product_id)
        price = _read(line, line.gross) / line.quantity if line.quantity else ZERO
        return sold.invoice_lines.filtered(
            lambda item: item.parent_state == "posted" and item.move_id.move_type == "out_invoice" and item.quantity > 0
        ).sorted(lambda item: (abs(_read(item, item.price_total) / Decimal(str(item.quantity)) - price), item.id))

    def _prepare_refund_vals(self, report, items):
        """:param items: [(report line, invoice line, units)] of one customer"""
        invoice = items[0][1].move_id
        names = sorted({item[1].move_id.name for item in items})
        return {
            "move_type": "out_refund",
            "partner_id": invoice.partner_id.id,
            "currency_id": invoice.currency_id.id,
            "journal_id": invoice.journal_id.id,
            "company_id": report.company_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_origin": ", ".join(names)[:2000],
            "invoice_line_ids": [
                Command.create(
                    {
                        "sequence": position,
                        "product_id": line.product_id.id,
                        "name": line.name,
                        "quantity": float(units),
                        "product_uom_id": line.product_uom_id.id,
                        "price_unit": line.price_unit,
                        "discount": line.discount,
                        "account_id": line.account_id.id,
                        "tax_ids": [Command.set(line.tax_ids.ids)],
                        "analytic_distribution": line.analytic_distribution,
                        "sale_line_ids": [Command.set(line.sale_line_ids.ids)],
                    }
                )
                for position, (_row, line, units) in enumerate(items, 1)
            ],
        }

    # --- without an order ---------------------------------------------------------------------------------------
    def _make_empty(self, report, move_type):
        return self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": report.account_id.partner_id.id,
                "currency_id": report.currency_id.id,
                "company_id": report.company_id.id,
                "invoice_date": report.date,
            }
        )

    def _add_lines(self, report, move, lines):
        """{report line: [document lines]} at the report's price, VAT included."""
        vals = [
            (line, {"move_id": move.id, **self._prepare_line_vals(report, move, line, units, price)})
            for line in lines
            for units, price in _split_units(abs(_read(line, line.gross)), abs(line.quantity))
        ]
        created = self.env["account.move.line"].create([values for _line, values in vals])
        made = defaultdict(list)
        for (line, _values), row in zip(vals, created, strict=True):
            made[line].append(row)
        return made

    def _prepare_line_vals(self, report, move, line, units, price):
        account, product = report.account_id, line.product_id
        taxes = self._find_taxes(account, product, move)
        price = float(price)
        if taxes.flatten_taxes_hierarchy().filtered(lambda tax: not tax.price_include and tax.amount):
            price = taxes.with_context(force_price_include=True).compute_all(price)["total_excluded"]
        analytic = {str(account.analytic_account_id.id): 100} if account.analytic_account_id else False
        return {
            "product_id": product.id,
            "name": f"{line.number or ''} {line.name or product.display_name}".strip(),
            "quantity": units,
            "product_uom_id": (line.offer_id.uom_id or product.uom_id).id,
            "price_unit": price,
            "tax_ids": [Command.set(taxes.ids)],
            **({"analytic_distribution": analytic} if analytic else {}),
        }

    def _find_taxes(self, account, product, move):
        """As for the orders of this account."""
        if account.vat_policy == "none":
            return self.env["account.tax"]
        if account.vat_policy == "tax":
            return account.sale_tax_id
        return move.fiscal_position_id.map_tax(product.taxes_id._filter_taxes_by_company(account.company_id))

    # --- sums ---------------------------------------------------------------------------------------------------
    @api.model
    def _get_lines(self, report, kind):
        return report.line_ids.filtered(lambda line: line.kind == kind and line.gross)

    @api.model
    def _sum_by_order(self, report, kind):
        """{sale order id: gross of the report's rows}"""
        sums = defaultdict(lambda: ZERO)
        for line in self._get_lines(report, kind).filtered("sale_order_id"):
            sums[line.sale_order_id.id] += abs(_read(line, line.gross))
        return sums

    @api.model
    def _sum_documents(self, report, move_type):
        """{sale order id: what posted documents say of it, VAT included}"""
        sums = defaultdict(lambda: ZERO)
        items = report.line_ids.sale_order_id.order_line.invoice_lines
        for item in items.filtered(lambda item: item.parent_state == "posted" and item.move_id.move_type == move_type):
            sums[item.sale_line_ids.order_id[:1].id] += _read(item, item.price_total)
        return sums

    def _prepare_head(self, report):
        return {
            "invoice_date": report.date,
            "ref": report.number or report.display_name,
            "marketplace_realization_id": report.id,
        }


def _split_units(gross, quantity):
    """[(units, price)] that come to exactly the gross: a sum that is no multiple of a kopeck per unit has one unit of
    another price."""
    if not quantity:
        return [(1, gross)]
    price = (gross / quantity).quantize(CENT, ROUND_HALF_UP)
    if price * quantity == gross:
        return [(quantity, price)]
    return [(quantity - 1, price), (1, gross - price * (quantity - 1))]


def _read(record, amount):
    return Decimal(str(record.currency_id.round(amount)))
