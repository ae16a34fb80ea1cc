from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import JobFailure
from ..marketplaces.base import money
from .settlement_plan import ZERO


class MarketplaceSettlementPoster(models.AbstractModel):
    """Writes a settlement's plan into the books, all of it or nothing (MON3)."""

    _name = "marketplace.settlement.poster"
    _description = "Marketplace Settlement Poster"

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_post(self, jobs, adapter, deadline):
        settlement = self.env["marketplace.settlement"].browse(jobs.res_id)
        self._post(settlement)
        return self.env._("%s rows are in the books", settlement.row_count)

    # --- the work -----------------------------------------------------------------------------------------------
    @api.model
    def _post(self, settlement):
        """Posting what is posted changes nothing; whoever comes while another posts is refused."""
        settlement.lock_for_update()
        if settlement.state == "posted":
            return
        settlement = settlement.with_company(settlement.company_id)
        self._check_setup(settlement)
        settlement.date = self._choose_date(settlement)
        documents, claims = self.env["marketplace.settlement.documents"], self.env["marketplace.settlement.claims"]
        sales = settlement.accrual_ids.sale_order_id
        documents._make_invoices(settlement)
        documents._make_refunds(settlement, claims._read(sales))
        book = claims._read(sales)
        rows, plan = self.env["marketplace.settlement.planner"]._plan(settlement, book)
        self._write_documents(settlement, book, rows, plan)
        self._prove(settlement, plan)
        self.env["marketplace.settlement.planner"]._show(settlement, book, rows, plan)
        settlement.accrual_ids.write({"state": "settled"})
        settlement.write(
            {
                "state": "posted",
                "problem": False,
                "posted_at": fields.Datetime.now(),
            }
        )

    # --- what must be there before ------------------------------------------------------------------------------
    def _check_setup(self, settlement):
        """One sentence that names everything that is missing, to whoever may set it."""
        account = settlement.account_id
        missing = self._find_missing(account)
        if missing:
            raise UserError(
                self.env._(
                    "Account %(account)s cannot book its money yet: %(missing)s. Complete its money settings, or let "
                    "«Set Up Accounting» do it.",
                    account=account.name,
                    missing="; ".join(missing),
                )
            )
        self._check_rate(settlement)

    def _find_missing(self, account):
        journal = account.payment_journal_id
        clearing = journal.default_account_id
        methods = journal.inbound_payment_method_line_ids[:1] + journal.outbound_payment_method_line_ids[:1]
        currency = account.money_currency_id
        checks = [
            (not journal, self.env._("no clearing journal")),
            (journal and not clearing.reconcile, self.env._("the clearing account does not allow reconciliation")),
            (
                journal and (len(methods) < 2 or any(line.payment_account_id != clearing for line in methods)),
                self.env._("payments of the clearing journal do not go to the clearing account"),
            ),
            (
                journal and (journal.currency_id or account.company_id.currency_id) != currency,
                self.env._("the clearing journal is not in %s", currency.name),
            ),
            (not account.suspense_account_id, self.env._("no suspense account")),
            (not account.service_account_id, self.env._("no account for services")),
            (not account.other_income_account_id, self.env._("no account for other income")),
            (not account.other_expense_account_id, self.env._("no account for fines and other expenses")),
            (not self._get_bill_journal(account), self.env._("the company has no purchase journal")),
        ]
        return [text for problem, text in checks if problem]

    def _check_rate(self, settlement):
        currency, company = settlement.currency_id, settlement.company_id
        domain = [
            ("currency_id", "=", currency.id),
            ("company_id", "in", (False, company.root_id.id)),
            ("name", "<=", settlement.date_to),
        ]
        if currency != company.currency_id and not self.env["res.currency.rate"].search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "There is no rate of %(currency)s for %(date)s: enter it under Accounting ‣ Currencies, then post "
                    "again.",
                    currency=currency.name,
                    date=settlement.date_to,
                )
            )

    def _get_bill_journal(self, account):
        domain = [*self.env["account.journal"]._check_company_domain(account.company_id), ("type", "=", "purchase")]
        return self.env["account.journal"].search(domain, limit=1)

    def _choose_date(self, settlement):
        """The period's last day, or the first open day after what is locked."""
        locks = settlement.company_id._get_lock_date_violations(settlement.date_to)
        return fields.Date.add(max(day for day, _name in locks), days=1) if locks else settlement.date_to

    # --- writing ------------------------------------------------------------------------------------------------
    def _write_documents(self, settlement, book, rows, plan):
        transfers = [
            *(("inbound", transfer) for transfer in plan.receipts if transfer.amount),
            *(("outbound", transfer) for transfer in plan.repayments if transfer.amount),
        ]
        payments = self._make_payments(settlement, rows, transfers)
        bill = self._make_bill(settlement, plan)
        self._prove_bill(bill, plan)
        bill_payment = self._pay_bill(settlement, bill, plan)
        self._make_entry(settlement, plan)
        self._reconcile(book, transfers, payments, bill, bill_payment)
        self._prove_closed(settlement, book, transfers)

    def _make_payments(self, settlement, rows, transfers):
        if not transfers:
            return self.env["account.payment"]
        sums = self._sum_by_claim(rows)
        orders = self._get_orders(settlement)
        payments = self.env["account.payment"].create(
            [self._prepare_payment_vals(settlement, kind, transfer, sums, orders) for kind, transfer in transfers]
        )
        payments.action_post()
        return payments

    def _sum_by_claim(self, rows):
        """{claim key: (commission, other services)}, signed as the rows."""
        sums = defaultdict(lambda: [ZERO, ZERO])
        for row in rows:
            if row.claim is not None and row.kind in money.SERVICES:
                sums[row.claim][row.kind != money.COMMISSION] += row.amount
        return sums

    def _get_orders(self, settlement):
        """{sale order id: posting}"""
        return {row.sale_order_id.id: row.order_id for row in settlement.accrual_ids if row.sale_order_id}

    def _prepare_payment_vals(self, settlement, payment_type, transfer, sums, orders):
        journal = settlement.account_id.payment_journal_id
        methods = journal[f"{payment_type}_payment_method_line_ids"]
        inbound = payment_type == "inbound"
        # What was charged for the orders is shown with their sale; the repayment of a return shows the return only.
        own = [sums[key] for key in transfer.claims] if inbound else []
        commission = sum((pair[0] for pair in own), ZERO)
        services = sum((pair[1] for pair in own), ZERO)
        gross = transfer.amount if inbound else -transfer.amount
        single = orders.get(transfer.claims[0]) if len(transfer.claims) == 1 else None
        return {
            "payment_type": payment_type,
            "partner_type": "customer",
            "partner_id": transfer.partner,
            "destination_account_id": transfer.receivable,
            "amount": float(transfer.amount),
            "currency_id": settlement.currency_id.id,
            "date": settlement.date,
            "journal_id": journal.id,
            "payment_method_line_id": methods[:1].id,
            "memo": f"{settlement.name} {single.number}" if single else settlement.name,
            "marketplace_settlement_id": settlement.id,
            "marketplace_order_id": single.id if single else False,
            "marketplace_gross": float(gross),
            "marketplace_commission": float(commission),
            "marketplace_services": float(services),
            "marketplace_net": float(gross + commission + services),
        }

    def _make_bill(self, settlement, plan):
        """The marketplace's bill for its services; its credit note where more came back than was charged."""
        account, bill = settlement.account_id, self.env["account.move"]
        if not plan.bill:
            return bill
        sign = -1 if plan.bill_total < 0 else 1
        bill = bill.create(
            {
                "move_type": "in_invoice" if sign > 0 else "in_refund",
                "partner_id": (account.vendor_id or account.partner_id).id,
                "journal_id": self._get_bill_journal(account).id,
                "currency_id": settlement.currency_id.id,
                "company_id": settlement.company_id.id,
                "invoice_date": settlement.date,
                "date": settlement.date,
                "invoice_date_due": settlement.date,
                "ref": settlement.name,
                "marketplace_settlement_id": settlement.id,
                "invoice_line_ids": [
                    Command.create(self._prepare_bill_line_vals(line, sign)) for line in plan.bill if line.amount
                ],
            }
        )
        bill.action_post()
        return bill

    def _prepare_bill_line_vals(self, line, sign):
        account, tax, analytic = line.book
        return {
            "name": self._name_line(line),
            "account_id": account,
            "quantity": 1.0,
            "price_unit": float(line.amount * sign),
            "tax_ids": [Command.set([tax] if tax else [])],
            "analytic_distribution": self._read_analytic(analytic),
        }

    def _pay_bill(self, settlement, bill, plan):
        if not plan.bill_total:
            return self.env["account.payment"]
        journal = settlement.account_id.payment_journal_id
        payment_type = "outbound" if plan.bill_total > 0 else "inbound"
        payable = bill.line_ids.filtered(lambda line: line.display_type == "payment_term").account_id
        payment = self.env["account.payment"].create(
            {
                "payment_type": payment_type,
                "partner_type": "supplier",
                "partner_id": bill.commercial_partner_id.id,
                "destination_account_id": payable.id,
                "amount": float(abs(plan.bill_total)),
                "currency_id": settlement.currency_id.id,
                "date": settlement.date,
                "journal_id": journal.id,
                "payment_method_line_id": journal[f"{payment_type}_payment_method_line_ids"][:1].id,
                "memo": self.env._("%s: services kept back", settlement.name),
                "marketplace_settlement_id": settlement.id,
            }
        )
        payment.action_post()
        return payment

    def _make_entry(self, settlement, plan):
        """Fines, compensations, and what waits on the suspense account."""
        lines = [line for line in plan.entry if line.amount]
        if not lines:
            return self.env["account.move"]
        journal = settlement.account_id.payment_journal_id
        items = [
            self._prepare_entry_line_vals(
                settlement, line.book[0], self._name_line(line), -line.amount, self._read_analytic(line.book[2])
            )
            for line in lines
        ]
        clearing = self._prepare_entry_line_vals(
            settlement, journal.default_account_id.id, settlement.name, plan.entry_total
        )
        # Each line is rounded in the company's currency by itself: the clearing line takes what that leaves.
        clearing["balance"] = -sum(item["balance"] for item in items)
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": settlement.date,
                "ref": settlement.name,
                "company_id": settlement.company_id.id,
                "currency_id": settlement.currency_id.id,
                "marketplace_settlement_id": settlement.id,
                "line_ids": [Command.create(vals) for vals in (*items, clearing)],
            }
        )
        entry.action_post()
        return entry

    def _prepare_entry_line_vals(self, settlement, account_id, name, amount, analytic=False):
        """:param amount: in the cabinet's currency, + is a debit"""
        company, amount = settlement.company_id, float(amount)
        return {
            "account_id": account_id,
            "name": name,
            "partner_id": settlement.account_id.partner_id.commercial_partner_id.id,
            "currency_id": settlement.currency_id.id,
            "amount_currency": amount,
            "balance": settlement.currency_id._convert(amount, company.currency_id, company, settlement.date),
            "analytic_distribution": analytic,
        }

    def _name_line(self, line):
        """Where it belongs is said of what came late."""
        if not line.month:
            return line.label
        month = self.env["marketplace.settlement.planner"]._describe_month(line.month)
        return f"{line.label} ({month})"

    def _read_analytic(self, text):
        return self.env["marketplace.settlement.planner"]._read_analytic(text)

    # --- reconciling --------------------------------------------------------------------------------------------
    def _reconcile(self, book, transfers, payments, bill, bill_payment):
        """Each payment with the documents of its own claims, all in one go."""
        items, groups = self.env["account.move.line"], defaultdict(lambda: self.env["account.move.line"])
        for (kind, transfer), payment in zip(transfers, payments, strict=True):
            refund = kind == "outbound"
            # An order that differs: whatever is left of its sale may meet what is left of its return.
            key = (refund, transfer.partner, transfer.receivable) if transfer.exact else transfer.claims[0]
            documents = [line for claim in transfer.claims for line in book.lines[claim, refund]]
            groups[key] |= items.browse(documents) | self._get_counterpart(payment, transfer.receivable)
        if bill_payment:
            payable = bill_payment.destination_account_id
            groups["bill"] = self._get_counterpart(bill_payment, payable.id) | bill.line_ids.filtered(
                lambda line: line.account_id == payable
            )
        plan = [lines for lines in groups.values() if len(lines) > 1]
        if plan:
            items.with_context(marketplace_settling=True)._reconcile_plan(plan)

    def _get_counterpart(self, payment, account_id):
        return payment.move_id.line_ids.filtered(lambda line: line.account_id.id == account_id)

    # --- the proof ----------------------------------------------------------------------------------------------
    def _prove(self, settlement, plan):
        """What the books say must be what the rows say, to the kopeck; else nothing of it stays."""
        moved = self._get_moved(settlement)
        if moved != plan.total:
            raise JobFailure(
                self.env._(
                    "The entries move the clearing account by %(moved)s, the rows are %(rows)s: nothing was booked.",
                    moved=moved,
                    rows=plan.total,
                )
            )

    def _prove_bill(self, bill, plan):
        """With its taxes it is exactly what was charged."""
        total = Decimal(str(bill.currency_id.round(bill.amount_total))) if bill else ZERO
        if total != abs(plan.bill_total):
            raise JobFailure(
                self.env._(
                    "The bill comes to %(bill)s, the services were %(rows)s: nothing was booked. One of its taxes is "
                    "not included in the price.",
                    bill=total,
                    rows=abs(plan.bill_total),
                )
            )

    def _prove_closed(self, settlement, book, transfers):
        """What is called exact leaves nothing open."""
        lines = [
            line
            for kind, transfer in transfers
            if transfer.exact
            for claim in transfer.claims
            for line in book.lines[claim, kind == "outbound"]
        ]
        left = self.env["account.move.line"].search([("id", "in", lines), ("reconciled", "=", False)])
        if left:
            raise JobFailure(
                self.env._(
                    "%s stay open although they were paid to the kopeck: nothing was booked.",
                    ", ".join(left.move_id.mapped("name")[:5]),
                )
            )

    @api.model
    def _get_moved(self, settlement):
        """By how much the settlement's documents change the clearing account, in the cabinet's currency."""
        moves = settlement.payment_ids.move_id | settlement.move_ids
        lines = self.env["account.move.line"].search(
            [
                ("move_id", "in", moves.ids),
                ("account_id", "=", settlement.account_id.payment_journal_id.default_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        amounts = (Decimal(str(settlement.currency_id.round(line.amount_currency))) for line in lines)
        return sum(amounts, Decimal("0.00"))
