import logging
from collections import defaultdict
from decimal import Decimal
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

BATCH = 100


class MarketplaceNumberPayer(models.AbstractModel):
    """Registers the payments of a list of orders (MON6): invoices what is not invoiced, pays and reconciles.

    In batches; a line that cannot be paid never stops the others, and a row that somebody else holds is told.
    """

    _name = "marketplace.number.payer"
    _description = "Marketplace Number Payer"

    # --- what would happen --------------------------------------------------------------------------------------
    @api.model
    def _check(self, wizard, lines):
        """Write to each line what paying it would do, or why it cannot be paid."""
        for line in lines:
            claim = self._read_claim(line)
            refusal = self._get_refusal(wizard, line, claim)
            line.write(
                {
                    "outcome": "refused" if refusal else "ready",
                    "message": refusal or self._foretell(line, claim),
                    "invoice_state": claim["state"],
                    "currency_id": claim["currency"].id,
                    "open_amount": float(claim["open"]),
                    "amount": 0.0 if refusal else float(self._get_amount(line, claim)),
                }
            )

    def _read_claim(self, line):
        """What is still to be paid for the order: posted, drafted, and not invoiced yet."""
        sale = line.sale_order_id.sudo()
        currency = sale.currency_id or line.company_id.currency_id
        invoices = sale.invoice_ids.filtered(lambda move: move.move_type == "out_invoice" and move.state != "cancel")
        posted = invoices.filtered(lambda move: move.state == "posted")
        drafts = invoices - posted
        amounts = [move.amount_residual for move in posted] + [move.amount_total for move in drafts]
        if sale.invoice_status == "to invoice":
            amounts += [
                row.price_total * row.qty_to_invoice / row.product_uom_qty
                for row in sale.order_line
                if row.product_uom_qty
            ]
        total = Decimal(str(currency.round(sum(amounts))))
        return {
            "state": self._get_invoice_state(sale, posted, drafts, total),
            "open": total,
            "currency": (invoices.currency_id or currency)[:1],
            "invoices": invoices,
        }

    def _get_invoice_state(self, sale, posted, drafts, total):
        if sale.invoice_status == "to invoice":
            return "to_invoice"
        if drafts:
            return "draft"
        if not posted:
            return "none"
        return "open" if total > 0 else "paid"

    def _get_amount(self, line, claim):
        return Decimal(str(claim["currency"].round(line.given_amount))) if line.has_amount else claim["open"]

    def _foretell(self, line, claim):
        if claim["state"] == "to_invoice":
            return self.env._("It is invoiced and paid.")
        if claim["state"] == "draft":
            return self.env._("Its draft invoice is posted and paid.")
        if line.has_amount and self._get_amount(line, claim) < claim["open"]:
            return self.env._("A part of it is paid.")
        return self.env._("It is paid.")

    # --- refusals -----------------------------------------------------------------------------------------------
    def _get_refusal(self, wizard, line, claim):
        """Why it cannot be paid, in one sentence; False when nothing is in the way."""
        return (
            self._get_order_refusal(line)
            or self._get_invoice_refusal(line, claim)
            or self._get_amount_refusal(line, claim)
            or self._get_journal_refusal(wizard, line, claim)
        )

    def _get_order_refusal(self, line):
        order, sale = line.order_id, line.sale_order_id.sudo()
        if not sale:
            return self.env._("It is no order in Odoo yet: see the posting.")
        if sale.state == "cancel":
            return self.env._("The order is cancelled in Odoo.")
        if order.cancel_state:
            return self.env._("The marketplace has cancelled it: settle the cancellation first.")
        if sale.state != "sale":
            return self.env._("The order is not confirmed.")
        if not self._is_delivered(sale):
            return self.env._("It is not delivered in Odoo.")
        return False

    def _is_delivered(self, sale):
        deliveries = sale.picking_ids.filtered(lambda picking: picking.picking_type_code == "outgoing")
        if not deliveries:
            return not any(product.type == "consu" for product in sale.order_line.product_id)
        states = set(deliveries.mapped("state"))
        return "done" in states and states <= {"done", "cancel"}

    def _get_invoice_refusal(self, line, claim):
        if claim["state"] == "paid":
            return self.env._("It is paid already.")
        if claim["state"] == "none":
            return self.env._("It is not invoiced, and there is nothing to invoice.")
        invoicing = line.account_id.invoicing
        if claim["state"] == "to_invoice" and invoicing == "report":
            return self.env._("It is not invoiced: its account makes one invoice per report.")
        if claim["state"] == "to_invoice" and invoicing == "none":
            return self.env._("It is not invoiced: its account's invoices are made elsewhere.")
        return False

    def _get_amount_refusal(self, line, claim):
        currency, total = claim["currency"], claim["open"]
        if total <= 0:
            return self.env._("Nothing of it is open.")
        if not line.has_amount:
            return False
        amount = Decimal(str(line.given_amount))
        if amount <= 0:
            return self.env._("The amount must be greater than 0.")
        if amount != Decimal(str(currency.round(line.given_amount))):
            return self.env._("The amount has more decimals than %s has.", currency.name)
        if amount > total:
            return self.env._(
                "The amount %(amount)s is larger than what is open, %(open)s.",
                amount=currency.format(float(amount)),
                open=currency.format(float(total)),
            )
        return False

    def _get_journal_refusal(self, wizard, line, claim):
        journal = self._get_journal(wizard, line)
        if not journal:
            return self.env._("Account %s has no clearing journal: choose a journal.", line.account_id.name)
        if not journal._get_available_payment_method_lines("inbound"):
            return self.env._("Journal %s takes no customer payments.", journal.name)
        currency = journal.currency_id or journal.company_id.currency_id
        if currency != claim["currency"]:
            return self.env._(
                "Its invoice is in %(invoice)s, the journal in %(journal)s.",
                invoice=claim["currency"].name,
                journal=currency.name,
            )
        locks = journal.company_id.sudo()._get_violated_lock_dates(wizard.date, False, journal)
        if locks:
            return self.env._("The books are locked until %s: choose a later date.", locks[-1][0])
        return False

    def _get_journal(self, wizard, line):
        return wizard.journal_id or line.account_id.payment_journal_id

    # --- in earnest ---------------------------------------------------------------------------------------------
    @api.model
    def _apply(self, wizard, lines):
        batches = self.env["marketplace.order.batch"]
        for ids in split_every(BATCH, lines.ids):
            batches._all_or_each(lines.browse(ids), partial(self._pay, wizard), self._tell_failure)

    def _tell_failure(self, line, exc):
        if not isinstance(exc, UserError):
            _logger.error("Number %s could not be paid", line.number, exc_info=exc)
        line.write({"outcome": "refused", "message": str(exc) or repr(exc), "amount": 0.0})

    def _pay(self, wizard, lines):
        lines = self._take_free(wizard, lines)
        if not lines:
            return
        self._invoice(lines)
        due = [share for line in lines for share in self._share_out(line)]
        paid = defaultdict(self.env["account.payment"].browse)
        for (line, _invoice, _amount), payment in zip(due, self._create_payments(wizard, due), strict=True):
            paid[line] |= payment
        for line, payments in paid.items():
            names = ", ".join(payments.mapped("display_name"))
            claim = self._read_claim(line)
            line.write(
                {
                    "outcome": "done",
                    "message": self.env._("Paid: %s", names),
                    "invoice_state": claim["state"],
                    "open_amount": float(claim["open"]),
                }
            )

    def _take_free(self, wizard, lines):
        """Those that nobody else works on, looked at again: another may have paid them since they were shown."""
        sales = lines.sale_order_id.sudo()
        invoices = sales.invoice_ids
        busy_sales = sales - sales.try_lock_for_update(allow_referencing=True)
        busy_invoices = invoices - invoices.try_lock_for_update(allow_referencing=True)
        busy = lines.filtered(
            lambda line: line.sale_order_id in busy_sales or line.sale_order_id.sudo().invoice_ids & busy_invoices
        )
        busy.write(
            {
                "outcome": "refused",
                "message": self.env._("Somebody else is working on this order at the moment: try again."),
                "amount": 0.0,
            }
        )
        free = lines - busy
        sales.invalidate_recordset()
        invoices.invalidate_recordset()
        self._check(wizard, free)
        return free.filtered(lambda line: line.outcome == "ready")

    def _invoice(self, lines):
        unposted = lines.filtered(lambda line: line.invoice_state in ("to_invoice", "draft"))
        if unposted:
            # The order belongs to the sales people; its payment does not.
            self.env["marketplace.status.applier"].sudo()._invoice(unposted.order_id.sudo())

    def _share_out(self, line):
        """[(line, an open invoice, what it gets)]: the oldest first."""
        invoices = self.env["account.move"].browse(line.sale_order_id.sudo().invoice_ids.ids)
        invoices = invoices.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice" and move.amount_residual > 0
        ).sorted(lambda move: (move.invoice_date_due or move.date, move.id))
        total = sum((Decimal(str(move.amount_residual)) for move in invoices), Decimal(0))
        claim = {"currency": invoices.currency_id[:1] or line.currency_id, "open": total}
        refusal = self._get_amount_refusal(line, claim)
        if refusal:
            raise UserError(refusal)
        left = self._get_amount(line, claim)
        shares = []
        for invoice in invoices:
            share = min(left, Decimal(str(invoice.amount_residual)))
            if share > 0:
                shares.append((line, invoice, share))
            left -= share
        return shares

    def _create_payments(self, wizard, due):
        """All payments at once, each reconciled with its invoice; in the order of ``due``."""
        payments = self.env["account.payment"].create(
            [self._prepare_payment_vals(wizard, line, invoice, amount) for line, invoice, amount in due]
        )
        payments.action_post()
        groups = []
        for payment, (_line, invoice, _amount) in zip(payments, due, strict=True):
            claims = self._get_open_lines(invoice)
            counterpart = payment.move_id.line_ids.filtered(lambda item, own=claims: item.account_id in own.account_id)
            groups.append(claims | counterpart)
        self.env["account.move.line"]._reconcile_plan(groups)
        return payments

    def _get_open_lines(self, invoice):
        return invoice.line_ids.filtered(lambda item: item.display_type == "payment_term" and not item.reconciled)

    def _prepare_payment_vals(self, wizard, line, invoice, amount):
        journal = self._get_journal(wizard, line)
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "destination_account_id": self._get_open_lines(invoice).account_id[:1].id,
            "amount": float(amount),
            "currency_id": invoice.currency_id.id,
            "date": wizard.date or fields.Date.context_today(self),
            "journal_id": journal.id,
            "payment_method_line_id": journal._get_available_payment_method_lines("inbound")[:1].id,
            "memo": line.order_id.number,
            "marketplace_order_id": line.order_id.id,
            "invoice_ids": [fields.Command.set(invoice.ids)],
        }
