from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: States of a posting whose sale order is still to come.
NOT_YET = ("received", "mapping", "problem")
#: So many rows are named in a sentence.
NAMED = 10


class MarketplaceRealizationPoster(models.AbstractModel):
    """Makes a report's invoice and credit note, all of it or nothing (MON4)."""

    _name = "marketplace.realization.poster"
    _description = "Marketplace Realization Poster"

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_post(self, jobs, adapter, deadline):
        report = self.env["marketplace.realization"].browse(jobs.res_id)
        self._post(report)
        return self.env._("%s rows are invoiced", report.line_count)

    # --- the work -----------------------------------------------------------------------------------------------
    @api.model
    def _post(self, report):
        """Posting what is posted changes nothing; whoever comes while another posts is refused."""
        report.lock_for_update()
        if report.state == "posted":
            return
        report = report.with_company(report.company_id)
        self._check(report)
        report.date = self.env["marketplace.settlement.poster"]._choose_date(report)
        documents = self.env["marketplace.realization.documents"]
        invoices, made = documents._make_invoices(report)
        invoices.action_post()
        refunds, credited = documents._make_refunds(report)
        self._name_differences(report, made, credited)
        self._meet_payments(report, invoices | refunds)
        report.write(
            {
                "state": "posted",
                "problem": False,
                "posted_at": fields.Datetime.now(),
                "invoiced_total": sum(invoices.mapped("amount_total")),
                "credited_total": sum(refunds.mapped("amount_total")),
            }
        )
        if report.date != report.date_to:
            report.message_post(
                body=self.env._(
                    "The books are locked up to then: the documents are dated %s.",
                    format_date(self.env, report.date),
                )
            )

    # --- what must be there before ------------------------------------------------------------------------------
    @api.model
    def _check(self, report):
        """Refuse with a sentence that names the rows which cannot be invoiced."""
        report.line_ids._link()
        self.env["marketplace.settlement.poster"]._check_rate(report)
        if not report.account_id.partner_id:
            raise UserError(self.env._("Account %s has no customer to invoice.", report.account_id.name))
        rows = report.line_ids.filtered("gross")
        self._check_waiting(rows)
        loose = rows.filtered(lambda line: not line.sale_order_id)
        self._check_products(loose)
        self._check_twice(loose)

    def _check_waiting(self, rows):
        waiting = rows.order_id.filtered(lambda order: not order.sale_order_id and order.state in NOT_YET)
        if waiting:
            raise UserError(
                self.env._(
                    "Postings of the report have no order yet: %s. Finish them first, they would be invoiced twice "
                    "otherwise.",
                    _enumerate(waiting.mapped("number")),
                )
            )

    def _check_products(self, loose):
        unknown = loose.filtered(lambda line: not line.product_id)
        if unknown:
            raise UserError(
                self.env._(
                    "Rows without an order whose product Odoo does not know: %s. Link their listings, or load the "
                    "postings.",
                    _enumerate([line._get_label() for line in unknown]),
                )
            )

    def _check_twice(self, loose):
        """A row without a posting number may be of an order that waits for its invoice."""
        nameless = loose.filtered(lambda line: not line.number and line.kind == "sold")
        if not nameless:
            return
        domain = [
            ("order_id.marketplace_order_id.account_id", "=", nameless.account_id.id),
            ("product_id", "in", nameless.product_id.ids),
            ("order_id.state", "=", "sale"),
            ("invoice_status", "=", "to invoice"),
        ]
        waiting = self.env["sale.order.line"].search(domain).order_id
        if waiting:
            raise UserError(
                self.env._(
                    "The report does not say which postings its rows are of, and orders with the same products wait "
                    "for their invoices (%s): they would be invoiced twice. Invoice them first.",
                    _enumerate(waiting.mapped("name")),
                )
            )

    # --- what does not fit --------------------------------------------------------------------------------------
    def _name_differences(self, report, made, credited):
        """Each posting whose documents say something else than the report."""
        report._forget_books()
        found = [*self._compare_sold(report, made), *self._compare_returned(report, credited)]
        self.env["marketplace.realization.difference"].create(found)

    def _compare_sold(self, report, made):
        documents = self.env["marketplace.realization.documents"]
        invoiced = documents._sum_documents(report, "out_invoice")
        sold = documents._get_lines(report, "sold")
        for sale, lines in sold.filtered("sale_order_id").grouped("sale_order_id").items():
            code = "invoice_differs" if invoiced[sale.id] else "not_invoiced"
            yield from self._compare(report, lines, "sale", code, invoiced[sale.id])
        for line, rows in made.items():
            yield from self._compare(report, line, "sale", "invoice_differs", _sum(rows))

    def _compare_returned(self, report, credited):
        returned = self.env["marketplace.realization.documents"]._get_lines(report, "returned")
        for line in returned:
            rows = credited.get(line, [])
            code = "credit_differs" if rows else "no_invoice_line"
            yield from self._compare(report, line, "return", code, _sum(rows))

    def _compare(self, report, lines, kind, code, booked):
        """Values of a difference between report rows and what was booked for them; none where there is none."""
        told = abs(_sum_gross(lines))
        if told != booked:
            yield {
                "realization_id": report.id,
                "kind": kind,
                "code": code,
                "number": lines[:1].number or lines[:1].sku,
                "order_id": lines.order_id[:1].id,
                "report_amount": float(told),
                "other_amount": float(booked),
                "difference": float(told - booked),
                "line_ids": [(6, 0, lines.ids)],
            }

    # --- the marketplace's money --------------------------------------------------------------------------------
    def _meet_payments(self, report, moves):
        """Settlements that were posted before the report have left their payments open: they meet the documents."""
        open_lines = moves.line_ids.filtered(lambda line: line.display_type == "payment_term" and not line.reconciled)
        payments = self._find_payments(report, open_lines)
        self._part(payments)
        plan = []
        for (partner, account, debit), lines in open_lines.grouped(
            lambda line: (line.partner_id.commercial_partner_id, line.account_id, line.amount_residual > 0)
        ).items():
            own = payments.filtered(
                lambda line, partner=partner, account=account, debit=debit: (
                    line.partner_id.commercial_partner_id == partner
                    and line.account_id == account
                    and (line.balance < 0) == debit
                )
            )
            if own:
                plan.append(lines | own)
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
        self._join(payments)

    @api.model
    def _part(self, payments):
        """Without documents a posting's repayment met its receipt: each of them closes a document now."""
        partials = payments.matched_debit_ids.filtered(lambda partial: partial.debit_move_id in payments)
        partials.unlink()

    @api.model
    def _join(self, payments):
        """And without the documents they meet again, posting by posting."""
        payments = payments.filtered(lambda line: not line.reconciled and line.payment_id.marketplace_order_id)
        groups = payments.grouped(
            lambda line: (line.payment_id.marketplace_order_id, line.partner_id.commercial_partner_id, line.account_id)
        ).values()
        plan = [lines for lines in groups if len({line.amount_residual > 0 for line in lines}) > 1]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    def _find_payments(self, report, open_lines):
        """Receivable lines of settlements' payments for the report's postings that close no document.

        A payment of several postings names none of them: it is taken from settlements that hold their accruals.
        """
        orders = report.line_ids.order_id
        accruals = self.env["marketplace.accrual"].sudo().search([("order_id", "in", orders.ids)])
        domain = [
            ("account_id", "in", open_lines.account_id.ids),
            ("parent_state", "=", "posted"),
            ("payment_id.partner_type", "=", "customer"),
            ("payment_id.marketplace_settlement_id", "in", accruals.settlement_id.ids),
            ("payment_id.marketplace_order_id", "in", [False, *orders.ids]),
        ]
        lines = self.env["account.move.line"].search(domain)
        offset = lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id
        return lines.filtered(lambda line: not line.reconciled or line in offset)


def _enumerate(names):
    return ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")


def _sum(rows):
    return sum((_read(row, row.price_total) for row in rows), Decimal(0))


def _sum_gross(lines):
    return sum((_read(line, line.gross) for line in lines), Decimal(0))


def _read(record, amount):
    return Decimal(str(record.currency_id.round(amount)))
