from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.marketplace_order import STATUSES

MAX_NUMBERS = 500


class MarketplaceOrderFetch(models.TransientModel):
    """Load postings by hand: a period, or numbers; or only see what loading would do."""

    _name = "marketplace.order.fetch"
    _description = "Load Postings"

    account_id = fields.Many2one(
        "marketplace.account",
        required=True,
        domain="[('state', '=', 'connected')]",
        default=lambda self: self._get_only_account(),
    )
    kind = fields.Selection([("period", "A period"), ("numbers", "By number")], default="period", required=True)
    since = fields.Datetime(default=lambda self: fields.Datetime.now() - timedelta(days=1))
    until = fields.Datetime(default=fields.Datetime.now)
    numbers = fields.Text("Posting Numbers", help="One per line, or separated by blanks or commas.")
    dry_run = fields.Boolean("Only Show What Would Happen")
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("done", "Done")], default="draft", required=True
    )
    line_ids = fields.One2many("marketplace.order.fetch.line", "fetch_id")
    summary = fields.Char(compute="_compute_summary")

    @api.depends("line_ids.outcome", "state")
    def _compute_summary(self):
        labels = dict(self.env["marketplace.order.fetch.line"]._fields["outcome"]._description_selection(self.env))
        for fetch in self:
            groups = fetch.line_ids.grouped("outcome")
            parts = [f"{labels[outcome]}: {len(lines)}" for outcome, lines in groups.items() if outcome]
            fetch.summary = ", ".join(parts) or (fetch.state == "done" and self.env._("No postings found."))

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind != "period":
            self.dry_run = False

    def _get_only_account(self):
        """Nothing to choose where only one account is connected."""
        accounts = self.env["marketplace.account"].search([("state", "=", "connected")], limit=2)
        return accounts if len(accounts) == 1 else accounts.browse()

    # === ACTION METHODS === #
    def action_start(self):
        self.ensure_one()
        self.line_ids.unlink()
        if self.kind == "numbers":
            self._start_numbers()
        else:
            self._start_period()
        self.state = "running"
        return self._reopen()

    def action_refresh(self):
        """What was only stored may be an order by now."""
        stored = self.line_ids.filtered(lambda line: line.outcome == "stored").mapped("number")
        orders = self.env["marketplace.order"].search(
            [("account_id", "=", self.account_id.id), ("number", "in", stored)]
        )
        self._write_lines([self._describe(order) for order in orders])
        return self._reopen()

    # === BUSINESS METHODS === #
    def _start_period(self):
        if not self.since or not self.until or self.since >= self.until:
            raise UserError(self.env._("The period must end after it begins."))
        self.account_id._check_operation("orders")
        payload = {
            "since": fields.Datetime.to_string(self.since),
            "until": fields.Datetime.to_string(self.until),
            "dry_run": self.dry_run,
        }
        self.env["marketplace.job"]._enqueue("orders_fetch", self.account_id, self, payload, priority=2)

    def _start_numbers(self):
        numbers = self._get_numbers()
        if not numbers:
            raise UserError(self.env._("Enter at least one posting number."))
        if len(numbers) > MAX_NUMBERS:
            raise UserError(self.env._("At most %s numbers at once; for more load a period.", MAX_NUMBERS))
        if self.dry_run:
            raise UserError(self.env._("The preview works for a period only."))
        self.account_id._check_operation("order")
        for number in numbers:
            self.env["marketplace.job"]._enqueue(
                "order_fetch", self.account_id, self, {"number": number}, priority=1, unique=False
            )

    def _get_numbers(self):
        return list(dict.fromkeys((self.numbers or "").replace(",", " ").replace(";", " ").split()))

    def _add_orders(self, account, postings):
        """What a page of postings has become so far."""
        numbers = [posting.number for posting in postings]
        orders = self.env["marketplace.order"].search([("account_id", "=", account.id), ("number", "in", numbers)])
        self._write_lines([self._describe(order) for order in orders])

    def _add_number(self, number):
        order = self.env["marketplace.order"].search(
            [("account_id", "=", self.account_id.id), ("number", "=", number)], limit=1
        )
        self._write_lines([self._describe(order)])

    def _add_dry(self, account, postings):
        """Store and check as in earnest, look, and take everything back."""
        known = set(
            self.env["marketplace.order"]
            .search([("account_id", "=", account.id), ("number", "in", [posting.number for posting in postings])])
            .mapped("number")
        )
        fresh = [posting for posting in postings if posting.number not in known]
        vals_list = [
            {"number": posting.number, "outcome": "known", "status": getattr(posting, "status", False)}
            for posting in postings
            if posting.number in known
        ]
        savepoint = self.env.cr.savepoint()
        with savepoint:
            vals_list += self._try(account, fresh)
            savepoint.rollback()
        self._write_lines(vals_list)

    def _try(self, account, postings):
        orders, _busy = self.env["marketplace.order.store"]._store(account, postings)
        processor = self.env["marketplace.order.processor"]
        rest = processor._set_aside(orders.filtered(lambda order: order.state == "received"))
        processor._link_offers(rest)
        ready = processor._check_each(rest)
        return [self._describe(order, would_be="order" if order in ready else None) for order in orders]

    def _describe(self, order, would_be=None):
        outcomes = {"done": "order", "child": "order", "mapping": "mapping", "problem": "problem", "received": "stored"}
        return {
            "number": order.number,
            "status": order.status,
            "outcome": would_be or outcomes.get(order.state, "ignored"),
            "total": order.total,
            "currency_id": order.currency_id.id,
            "message": order.problem,
        }

    def _write_lines(self, vals_list):
        known = {line.number: line for line in self.line_ids}
        for vals in vals_list:
            if vals["number"] in known:
                known[vals["number"]].write(vals)
            else:
                self.env["marketplace.order.fetch.line"].create({"fetch_id": self.id, **vals})

    def _finish(self):
        """Done when each number has its answer, or the period is read; the person who asked is told."""
        for fetch in self.filtered(lambda fetch: fetch.state != "done"):
            if fetch.kind == "period" or set(fetch._get_numbers()) <= set(fetch.line_ids.mapped("number")):
                fetch.state = "done"
                fetch.create_uid._bus_send(
                    "simple_notification",
                    {"type": "success", "message": self.env._("Loading postings: %s", fetch.summary or "")},
                )

    def _on_job_ended(self, job, vals):
        """The engine tells why a job of this dialog failed, or has to wait."""
        if vals["state"] == "failed":
            number = job.payload.get("number") or "–"
            self._write_lines([{"number": number, "outcome": "missing", "message": vals["error"]}])
            self._finish()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Postings"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class MarketplaceOrderFetchLine(models.TransientModel):
    _name = "marketplace.order.fetch.line"
    _description = "Loaded Posting"
    _order = "id"

    fetch_id = fields.Many2one("marketplace.order.fetch", required=True, ondelete="cascade", index=True)
    number = fields.Char("Posting", readonly=True)
    status = fields.Selection(STATUSES, "Marketplace Status", readonly=True)
    outcome = fields.Selection(
        [
            ("order", "Order"),
            ("mapping", "Awaiting Mapping"),
            ("problem", "Needs Attention"),
            ("ignored", "Not Loaded"),
            ("known", "There Already"),
            ("missing", "Not Found"),
            ("stored", "Stored, Being Worked On"),
        ],
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    total = fields.Monetary(readonly=True)
    message = fields.Char(readonly=True)
