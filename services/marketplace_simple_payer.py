from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..marketplaces.base import money, status

BATCH = 50


class MarketplaceSimplePayer(models.AbstractModel):
    """The simple way for small sellers (MON5): some days after the order its invoice is paid less the commission."""

    _name = "marketplace.simple.payer"
    _inherit = "marketplace.order.batch"
    _description = "Marketplace Simple Payer"

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_pay(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        if account.money_way != "simple":
            return self.env._("The account is settled by its accruals.")
        waiting = self._find(account)
        for ids in split_every(BATCH, waiting.ids):
            self._all_or_each(waiting.browse(ids), self._pay, self._tell_failure)
            self.env["marketplace.job.runner"]._checkpoint()
        rows = self.env["marketplace.simple.payment"].search([("order_id", "in", waiting.ids)])
        paid = len(rows.filtered(lambda row: row.state == "paid"))
        result = self.env._("%(paid)s orders paid, %(waiting)s wait", paid=paid, waiting=len(rows) - paid)
        account._get_schedule("simple_payments")._note_run("done", result, started)
        return result

    def _find(self, account):
        """Delivered postings that are old enough and not paid this way yet; parts of a split one go with it."""
        before = fields.Datetime.now() - timedelta(days=account.simple_days)
        paid = self.env["marketplace.simple.payment"].search([("account_id", "=", account.id), ("state", "=", "paid")])
        return self.env["marketplace.order"].search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "done"),
                ("status", "=", status.DELIVERED),
                ("ordered_at", "<=", before),
                ("sale_order_id.state", "=", "sale"),
                ("id", "not in", paid.order_id.ids),
            ],
            order="ordered_at, id",
        )

    # --- the work -----------------------------------------------------------------------------------------------
    @api.model
    def _pay(self, orders):
        """Invoice what is not invoiced, then a payment per order, all reconciled together."""
        self._invoice(orders)
        rows = self._get_rows(orders)
        commissions = self._get_commissions(orders)
        due = []
        for order in orders:
            row, lines = rows[order], self._get_open_lines(order)
            gross = Decimal(str(order.currency_id.round(sum(lines.mapped("amount_residual_currency")))))
            commission, source = commissions.get(order, (None, False))
            problem = self._get_obstacle(order, lines, gross, commission)
            row.problem = problem
            if not problem:
                due.append((order, row, lines, gross, commission, source))
        if due:
            self._register_payments(due)

    def _invoice(self, orders):
        todo = orders.sale_order_id.filtered(lambda sale: sale.invoice_status == "to invoice")
        if todo:
            todo._create_invoices(grouped=True).action_post()

    def _get_rows(self, orders):
        """{order: its row}"""
        Row = self.env["marketplace.simple.payment"]
        known = Row.search([("order_id", "in", orders.ids)])
        fresh = Row.create(
            [{"account_id": order.account_id.id, "order_id": order.id} for order in orders - known.order_id]
        )
        return {row.order_id: row for row in known | fresh}

    def _get_open_lines(self, order):
        invoices = order.sale_order_id.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        return invoices.line_ids.filtered(lambda line: line.display_type == "payment_term" and not line.reconciled)

    def _get_commissions(self, orders):
        """{order: (commission > 0, source)}: as accrued where something was, else as forecast."""
        groups = self.env["marketplace.accrual"]._read_group(
            [("order_id", "in", orders.ids), ("kind", "=", money.COMMISSION)], ["order_id"], ["amount:sum"]
        )
        accrued = {order: -amount for order, amount in groups}
        found = {}
        for order in orders:
            if order in accrued:
                found[order] = (Decimal(str(order.currency_id.round(accrued[order]))), "accrual")
            elif order.expected_commission:
                # Signed as accruals are: what is charged is negative.
                found[order] = (-Decimal(str(order.currency_id.round(order.expected_commission))), "forecast")
        return found

    def _get_obstacle(self, order, lines, gross, commission):
        """Why it cannot be paid today, in one sentence; False when nothing is in the way."""
        sale = order.sale_order_id
        if not sale.invoice_ids.filtered(lambda move: move.state == "posted"):
            return self.env._("It has no invoice: deliver the order in Odoo first.")
        if not lines:
            return self.env._("Its invoice is paid already.")
        if lines.currency_id != order.currency_id:
            return self.env._("Its invoice is in another currency.")
        if commission is None:
            return self.env._("The commission is not known: neither accrued nor forecast yet.")
        if commission >= gross:
            return self.env._("The commission eats the whole amount.")
        return False

    def _register_payments(self, due):
        account = due[0][0].account_id
        journal, book = account._get_payment_journal(), account.service_account_id
        if not book:
            raise UserError(
                self.env._("Account %s has no account for services: complete its money settings.", account.name)
            )
        today = fields.Date.context_today(self)
        payments = self.env["account.payment"].create(
            [
                self._prepare_payment_vals(order, lines, gross, commission, journal, book, today)
                for order, _row, lines, gross, commission, _source in due
            ]
        )
        payments.action_post()
        groups = []
        for payment, (_order, row, lines, gross, commission, source) in zip(payments, due, strict=True):
            counterpart = payment.move_id.line_ids.filtered(lambda line, own=lines: line.account_id in own.account_id)
            groups.append(lines | counterpart)
            row.write(
                {
                    "state": "paid",
                    "date": today,
                    "payment_id": payment.id,
                    "invoice_ids": [(6, 0, lines.move_id.ids)],
                    "gross": float(gross),
                    "commission": float(commission),
                    "source": source,
                    "net": float(gross - commission),
                }
            )
        self.env["account.move.line"]._reconcile_plan(groups)

    def _prepare_payment_vals(self, order, lines, gross, commission, journal, book, today):
        company, currency = order.company_id, order.currency_id
        write_off = float(commission)
        balance = currency._convert(write_off, company.currency_id, company, today)
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": lines.partner_id[:1].commercial_partner_id.id,
            "destination_account_id": lines.account_id[:1].id,
            "amount": float(gross - commission),
            "currency_id": currency.id,
            "date": today,
            "journal_id": journal.id,
            "payment_method_line_id": journal.inbound_payment_method_line_ids[:1].id,
            "memo": order.number,
            "marketplace_order_id": order.id,
            "marketplace_gross": float(gross),
            "marketplace_commission": -write_off,
            "marketplace_net": float(gross - commission),
            "write_off_line_vals": [
                {
                    "name": self.env._("Commission, %s", order.number),
                    "account_id": book.id,
                    "partner_id": lines.partner_id[:1].commercial_partner_id.id,
                    "currency_id": currency.id,
                    "amount_currency": write_off,
                    "balance": balance,
                }
            ],
        }

    def _tell_failure(self, order, exc):
        self._get_rows(order)[order].problem = str(exc) or repr(exc)

    @api.model
    def _reset(self, rows):
        payments = rows.payment_id
        payments.move_id.line_ids.remove_move_reconcile()
        payments.action_draft()
        payments.with_context(force_delete=True).unlink()
        rows.write(
            {
                "state": "waiting",
                "date": False,
                "gross": 0,
                "commission": 0,
                "net": 0,
                "source": False,
                "problem": False,
            }
        )
