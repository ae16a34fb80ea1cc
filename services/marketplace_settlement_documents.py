from dataclasses import replace
from decimal import Decimal

from odoo import Command, api, models

from ..marketplaces.base import money


class MarketplaceSettlementDocuments(models.AbstractModel):
    """Invoices and credit notes that the rows of a settlement need and that nobody has made yet."""

    _name = "marketplace.settlement.documents"
    _description = "Marketplace Settlement Documents"

    # --- before posting -----------------------------------------------------------------------------------------
    @api.model
    def _foresee(self, settlement, book):
        """{claim key: ``Claim``} as they will be once the documents that posting makes are there."""
        coming = dict(book.claims)
        for sale in self._get_to_invoice(settlement):
            key = book.of_sale[sale.id]
            amount = Decimal(str(sale.currency_id.round(sale.amount_to_invoice)))
            claim = coming[key]
            coming[key] = replace(claim, open_invoices=claim.open_invoices + amount, state="invoiced")
        for key, _invoice, amount, _lines in self._plan_refunds(settlement, book):
            coming[key] = replace(coming[key], open_refunds=coming[key].open_refunds + amount)
        return coming

    def _get_to_invoice(self, settlement):
        """Orders whose goods the marketplace has paid for, and which nobody has invoiced."""
        if settlement.account_id.invoicing != "order":
            return self.env["sale.order"]
        sold = settlement.accrual_ids.filtered(lambda row: row.kind == money.SALE and row.amount > 0)
        return sold.sale_order_id.filtered(lambda sale: sale.state == "sale" and sale.invoice_status == "to invoice")

    # --- invoices -----------------------------------------------------------------------------------------------
    @api.model
    def _make_invoices(self, settlement):
        sales = self._get_to_invoice(settlement)
        if not sales:
            return self.env["account.move"]
        invoices = sales._create_invoices(grouped=True)
        invoices.write({"invoice_date": settlement.date, "marketplace_settlement_id": settlement.id})
        invoices.action_post()
        return invoices

    # --- credit notes -------------------------------------------------------------------------------------------
    @api.model
    def _make_refunds(self, settlement, book):
        """Credit notes for what came back, of the invoices it was sold with."""
        planned = self._plan_refunds(settlement, book)
        if not planned:
            return self.env["account.move"]
        refunds = self.env["account.move"].create(
            [self._prepare_refund_vals(settlement, invoice, lines) for _key, invoice, _amount, lines in planned]
        )
        refunds.action_post()
        # Told only now: a credit note that names its invoice while it is posted is reconciled with it, and the
        # invoice is still to be paid by the marketplace's money.
        for refund, (_key, invoice, _amount, _lines) in zip(refunds, planned, strict=True):
            refund.reversed_entry_id = invoice
        return refunds

    def _plan_refunds(self, settlement, book):
        """[(claim key, invoice, amount, {invoice line: units})]; what fits no invoice is left out, and told."""
        if settlement.account_id.invoicing == "report":
            return []
        planned, taken = [], {}
        rows = settlement.accrual_ids.filtered(lambda row: row.kind == money.RETURN and row.amount < 0)
        for sale, own in rows.grouped("sale_order_id").items():
            key = book.of_sale.get(sale.id)
            if not sale or book.lines.get((key, True)):
                # Somebody has made a credit note already.
                continue
            for invoice, lines in self._find_invoice_lines(own, taken).items():
                amount = sum((_get_total(line) / _get_units(line) * units for line, units in lines.items()), Decimal(0))
                planned.append((key, invoice, _round(amount), lines))
        return planned

    def _find_invoice_lines(self, rows, taken):
        """{invoice: {line: units}} whose totals are what the rows say, or nothing of a row that fits none.

        :param taken: {invoice line: units} that earlier rows have used
        """
        found = {}
        for row in rows:
            amount = -Decimal(str(row.currency_id.round(row.amount)))
            for line in self._get_sold_lines(row):
                price = _get_total(line) / _get_units(line)
                units = (amount / price).to_integral_value() if price else Decimal(0)
                left = _get_units(line) - self._count_refunded(line) - taken.get(line, 0)
                if 0 < units <= left and _round(price * units) == amount:
                    taken[line] = taken.get(line, 0) + units
                    lines = found.setdefault(line.move_id, {})
                    lines[line] = lines.get(line, 0) + units
                    break
        return found

    def _get_sold_lines(self, row):
        sale_lines = row.order_line_id.sale_line_id or row.sale_order_id.order_line.filtered(
            lambda line: line.product_id == row.product_id
        )
        return sale_lines.invoice_lines.filtered(
            lambda line: line.parent_state == "posted" and line.move_id.move_type == "out_invoice" and line.quantity > 0
        )

    def _count_refunded(self, line):
        """Units of the order's line that are credited already, as far as they are of this invoice or of no other."""
        refunded = line.sale_line_ids.invoice_lines.filtered(
            lambda other: (
                other.parent_state == "posted"
                and other.move_id.move_type == "out_refund"
                and other.move_id.reversed_entry_id in (line.move_id, self.env["account.move"])
            )
        )
        return sum((_get_units(other) for other in refunded), Decimal(0))

    def _prepare_refund_vals(self, settlement, invoice, lines):
        return {
            "move_type": "out_refund",
            "partner_id": invoice.partner_id.id,
            "currency_id": invoice.currency_id.id,
            "journal_id": invoice.journal_id.id,
            "company_id": invoice.company_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_origin": invoice.invoice_origin,
            "ref": self.env._("%(invoice)s, %(settlement)s", invoice=invoice.name, settlement=settlement.name),
            "invoice_date": settlement.date,
            "date": settlement.date,
            "marketplace_settlement_id": settlement.id,
            "invoice_line_ids": [
                Command.create(
                    {
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
                for line, units in lines.items()
            ],
        }


def _get_total(line):
    """VAT included, exactly: a Monetary field of two digits is its text."""
    return Decimal(str(line.currency_id.round(line.price_total)))


def _round(amount):
    return amount.quantize(Decimal("0.01"))


def _get_units(line):
    return Decimal(str(line.quantity))
