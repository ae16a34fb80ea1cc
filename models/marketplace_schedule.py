import re
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import OPERATIONS

#: task → (label, job operation, active by default, kind, every)
TASKS = {
    "orders": ("New orders", "orders_poll", True, "minutes", 5),
    "statuses": ("Order statuses", "statuses_poll", True, "minutes", 10),
    "fbo": ("FBO orders", "fbo_poll", True, "minutes", 15),
    "cancel_requests": ("Cancellation requests", "cancel_requests_poll", True, "minutes", 15),
    "returns": ("Returns", "returns_poll", True, "minutes", 60),
    "own_returns": ("Return requests", "own_returns_poll", True, "minutes", 60),
    "cancel_reasons": ("Cancellation reasons", "cancel_reasons_poll", True, "days", 7),
    "stock": ("Stock", "stock_push", True, "change", 1),
    "stock_full": ("All Stock, Nightly", "stock_full", True, "times", 1),
    "stock_check": ("Stock in the Cabinet", "stock_check", True, "hours", 6),
    "fbo_stock_check": ("FBO Stock", "fbo_stock_check", True, "hours", 6),
    "prices": ("Prices", "price_push", True, "hours", 1),
    "prices_check": ("Prices in the Cabinet", "price_check", True, "hours", 6),
    "offers": ("Offers", "offers_poll", True, "hours", 6),
    "feed": ("Product feed", "feed_build", True, "hours", 1),
    "accrual_types": ("Accrual Types", "accrual_types_poll", True, "days", 1),
    "accruals": ("Accruals", "accruals_poll", True, "hours", 6),
    "payouts": ("Payouts", "payouts_poll", True, "days", 1),
    "settlements": ("Settlements to Post", "settlement_prepare", False, "days", 1),
    "simple_payments": ("Payments the Simple Way", "simple_pay", True, "times", 1),
    "realization": ("Realization Report", "realization_poll", True, "monthly", 7),
    "money_check": ("Three-Way Check", "money_check", True, "monthly", 8),
    "warehouses": ("Warehouses", "warehouses_poll", True, "days", 1),
    "completeness": ("Completeness check", "completeness", True, "times", 1),
    "check": ("Key and methods", "account_check", True, "days", 1),
}
#: Off for accounts that existed before the task did: what they do by themselves is for people to extend.
OFF_WHERE_ADDED = ("realization",)
#: Tasks that something in Odoo can set off.
ON_CHANGE = ("stock", "prices")
TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


class MarketplaceSchedule(models.Model):
    """When a thing runs by itself for an account, and how it went the last time."""

    _name = "marketplace.schedule"
    _description = "Marketplace Schedule"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    task = fields.Selection([(code, spec[0]) for code, spec in TASKS.items()], required=True)
    active = fields.Boolean("Runs", default=True)
    kind = fields.Selection(
        [
            ("change", "On Change"),
            ("minutes", "Every … Minutes"),
            ("hours", "Every … Hours"),
            ("days", "Every … Days"),
            ("times", "Daily at"),
            ("monthly", "Monthly on Day"),
        ],
        required=True,
        default="minutes",
    )
    every = fields.Integer(
        default=5, aggregator=None, help="Minutes, hours or days between two runs; the day for monthly ones."
    )
    times = fields.Char(help="Times of day in your time zone, such as 03:30 or 09:00, 18:00.")
    tz = fields.Selection(
        lambda self: [(zone, zone) for zone in pytz.common_timezones],
        "Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "Europe/Moscow",
    )
    last_run = fields.Datetime(readonly=True)
    next_run = fields.Datetime(readonly=True, index=True)
    last_state = fields.Selection(
        [("done", "Done"), ("failed", "Failed"), ("running", "Running")], "Result", readonly=True
    )
    last_result = fields.Char("What Happened", readonly=True)
    last_duration = fields.Float("Seconds", readonly=True, digits=(8, 1), aggregator=None)
    # Where incremental reading stands: everything up to here has been read without a gap.
    read_until = fields.Datetime(readonly=True)

    _task_uniq = models.Constraint("UNIQUE(account_id, task)", "This task has its schedule already.")

    # === COMPUTE METHODS === #
    @api.depends("task")
    def _compute_display_name(self):
        labels = dict(self._fields["task"]._description_selection(self.env))
        for schedule in self:
            schedule.display_name = labels.get(schedule.task, "")

    # === CONSTRAINT METHODS === #
    @api.constrains("kind", "every", "times")
    def _check_timing(self):
        for schedule in self:
            if schedule.kind == "change" and schedule.task not in ON_CHANGE:
                raise ValidationError(
                    self.env._("Nothing in Odoo sets «%s» off: choose times for it.", schedule.display_name)
                )
            if schedule.kind == "times" and not schedule._get_times():
                raise ValidationError(self.env._("Enter times of day such as 03:30 or 09:00, 18:00."))
            if schedule.kind == "monthly" and not 1 <= schedule.every <= 31:
                raise ValidationError(self.env._("A month has days 1 to 31."))
            if schedule.kind in ("minutes", "hours", "days") and schedule.every < 1:
                raise ValidationError(self.env._("The interval must be at least 1."))

    @api.model_create_multi
    def create(self, vals_list):
        schedules = super().create(vals_list)
        schedules._plan()
        return schedules

    def write(self, vals):
        result = super().write(vals)
        if {"active", "kind", "every", "times", "tz"} & vals.keys():
            self._plan()
        return result

    # === ACTION METHODS === #
    def action_run_now(self):
        for schedule in self:
            account = schedule.account_id
            if account.state != "connected":
                raise UserError(account._get_operation_problem("check"))
            self.env["marketplace.job"]._enqueue(TASKS[schedule.task][1], account, priority=3)
            schedule.last_state = "running"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("It starts within seconds; the result appears in this list."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === BUSINESS METHODS === #
    @api.model
    def _cron_enqueue_due(self):
        """Body of the scheduled action that runs each minute: due schedules become jobs."""
        due = self.search(
            [
                ("next_run", "<=", fields.Datetime.now()),
                ("account_id.state", "=", "connected"),
                ("account_id.active", "=", True),
            ]
        )
        for schedule in due.try_lock_for_update():
            schedule._enqueue_due()
            schedule._plan()
        self.env["ir.cron"]._commit_progress(len(due), remaining=0)

    def _enqueue_due(self):
        """What the key does not allow is told here, not tried again and again."""
        operation = TASKS[self.task][1]
        if not self.account_id._wants_task(self.task):
            return
        problem = self.account_id._get_operation_problem(OPERATIONS[operation].needs)
        if not problem:
            self.env["marketplace.job"]._enqueue(operation, self.account_id)
        elif self.last_result != problem[:250]:
            self._note_run("failed", problem, fields.Datetime.now())

    def _plan(self):
        now = fields.Datetime.now()
        for schedule in self:
            schedule.next_run = schedule._get_next_run(now) if schedule.active else False

    def _get_times(self):
        """[(hour, minute)] or [] when the text is not a list of times."""
        parts = [part.strip() for part in (self.times or "").split(",") if part.strip()]
        matches = [TIME.match(part) for part in parts]
        return [(int(match[1]), int(match[2])) for match in matches] if all(matches) else []

    def _get_next_run(self, now):
        """The next moment after ``now`` (naive UTC), as naive UTC; none for what is set off by a change."""
        self.ensure_one()
        if self.kind == "change":
            return False
        if self.kind in ("minutes", "hours", "days"):
            return now + timedelta(**{self.kind: self.every})
        zone = pytz.timezone(self.tz)
        local = pytz.utc.localize(now).astimezone(zone)
        moments = [(0, 30)] if self.kind == "monthly" else self._get_times()
        candidates = []
        for offset in range(0, 63):
            day = local.date() + timedelta(days=offset)
            if self.kind == "monthly" and not self._is_month_day(day):
                continue
            candidates += [zone.localize(datetime.combine(day, time(*moment))) for moment in moments]
            if any(candidate > local for candidate in candidates):
                break
        chosen = min(candidate for candidate in candidates if candidate > local)
        return chosen.astimezone(pytz.utc).replace(tzinfo=None)

    def _is_month_day(self, day):
        """Day 31 means the last day in shorter months."""
        last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return day.day == min(self.every, last.day)

    def _note_run(self, state, result, started):
        """Record a run: ``started`` is the naive UTC moment it began."""
        now = fields.Datetime.now()
        for schedule in self:
            schedule.write(
                {
                    "last_run": started,
                    "last_state": state,
                    "last_result": (result or "")[:250],
                    "last_duration": (now - started).total_seconds(),
                }
            )
