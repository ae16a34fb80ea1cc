import logging
import random
import time
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import mute_logger

from ..engine import ALWAYS_READY, LANES, MAX_ATTEMPTS, OPERATIONS, Again, JobFailure
from ..marketplaces.base import errors

_logger = logging.getLogger(__name__)

#: Another worker was quicker, or is at it: the same work succeeds, or finds itself done, a moment later.
LOST_RACES = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)
#: Where the caller's time budget is unknown: so long may one lane work before it lets others have their turn.
RUN_SECONDS = 240


class MarketplaceJob(models.Model):
    """The intent to do something outside, as a row that survives a crash."""

    _name = "marketplace.job"
    _description = "Marketplace Job"
    _order = "priority, eta, id"

    name = fields.Char(compute="_compute_name")
    account_id = fields.Many2one("marketplace.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    operation = fields.Selection([(code, spec.label) for code, spec in OPERATIONS.items()], required=True, index=True)
    lane = fields.Selection(LANES, compute="_compute_lane", store=True, index=True)
    priority = fields.Integer(default=5, aggregator=None)
    res_model = fields.Char("Record Type")
    res_id = fields.Many2oneReference("Record", model_field="res_model", index=True)
    payload = fields.Json()
    identity_key = fields.Char(index="btree_not_null")
    #   pending → running → done
    #      ↑        ├──→ pending    a retry: eta later, attempts + 1 (or progress made: eta now)
    #      └────────┴──→ failed     refused, or attempts used up; "Try again" makes it pending
    #   pending → cancelled         by hand
    # A job that is running but whose row nobody holds died with its worker: it is taken up again, and its handler
    # looks at the marketplace before it sends anything a second time.
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="pending",
        required=True,
        index=True,
    )
    eta = fields.Datetime("Not Before", default=fields.Datetime.now, required=True)
    attempts = fields.Integer(readonly=True, aggregator=None)
    started_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    duration = fields.Float("Seconds", readonly=True, digits=(8, 2))
    interrupted = fields.Boolean(readonly=True, help="A worker died on it: the outcome was looked up before repeating.")
    result = fields.Char(readonly=True)
    error = fields.Text("Last Error", readonly=True)
    error_kind = fields.Selection(
        [
            ("retry", "Temporary"),
            ("auth", "Key"),
            ("forbidden", "Right missing"),
            ("rejected", "Refused"),
            ("payload", "Unreadable answer"),
            ("obsolete", "Method switched off"),
            ("user", "Settings or data"),
            ("bug", "Program error"),
        ],
        readonly=True,
    )
    exchange_ids = fields.One2many("marketplace.exchange", "job_id", groups="sale_marketplace.group_user")

    # While it waits, the same intent is there once. A running one does not count: news that arrive meanwhile need
    # a new run.
    _identity_uniq = models.UniqueIndex("(identity_key) WHERE state = 'pending'", "The same job is waiting already.")
    _ready_idx = models.Index("(lane, priority, eta) WHERE state IN ('pending', 'running')")

    # === COMPUTE METHODS === #
    @api.depends("operation", "account_id")
    def _compute_name(self):
        labels = dict(self._fields["operation"]._description_selection(self.env))
        for job in self:
            job.name = f"{labels.get(job.operation, '')} – {job.account_id.name or ''}"

    @api.depends("operation")
    def _compute_lane(self):
        for job in self:
            job.lane = OPERATIONS[job.operation].lane if job.operation else False

    # === ACTION METHODS === #
    def action_retry(self):
        failed = self.filtered(lambda job: job.state in ("failed", "cancelled", "pending"))
        if not failed:
            raise UserError(self.env._("Only jobs that failed or wait can be tried again."))
        for job in failed:
            twin = job.identity_key and self.search(
                [("identity_key", "=", job.identity_key), ("state", "=", "pending"), ("id", "!=", job.id)], limit=1
            )
            if twin:
                job.write({"state": "cancelled", "result": self.env._("A newer job does the same.")})
                twin.eta = fields.Datetime.now()
            else:
                job.write(
                    {
                        "state": "pending",
                        "eta": fields.Datetime.now(),
                        "attempts": 0,
                        "error": False,
                        "error_kind": False,
                    }
                )
        self._trigger_lanes(failed.mapped("lane"))

    def action_cancel(self):
        self.filtered(lambda job: job.state in ("pending", "failed")).write({"state": "cancelled"})

    def action_view_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    # === ENQUEUE === #
    @api.model
    def _enqueue(self, operation, account, record=None, payload=None, *, eta=None, priority=5, unique=True):
        """Remember to do something and wake the lane. Returns the job, an existing one when the same waits already.

        :param record: what it is about, also what the user sees it on
        :param eta: naive UTC datetime, not before
        :param unique: False for jobs of which several may wait at once
        """
        key = False
        if unique:
            target = f"{record._name},{record.id}" if record else (payload or {}).get("number", "")
            key = f"{account.id}:{operation}:{target}"
            known = self.sudo().search([("identity_key", "=", key), ("state", "in", ("pending", "failed"))])
            waiting = known.filtered(lambda job: job.state == "pending")
            # What is asked for again is no failure to look after any more.
            (known - waiting).write({"state": "cancelled", "result": self.env._("A newer job does the same.")})
            if waiting:
                if payload and payload != waiting.payload:
                    waiting.payload = payload
                if eta is None or eta < waiting.eta:
                    waiting.write({"eta": eta or fields.Datetime.now(), "priority": min(priority, waiting.priority)})
                    self._trigger_lanes([waiting.lane], eta)
                return waiting
        vals = {
            "account_id": account.id,
            "operation": operation,
            "res_model": record._name if record else False,
            "res_id": record.id if record else False,
            "payload": payload or {},
            "identity_key": key,
            "eta": eta or fields.Datetime.now(),
            "priority": priority,
        }
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                job = self.sudo().create(vals)
        except UniqueViolation:
            # Somebody remembered the same a moment ago, in a transaction that we cannot see yet.
            return self.browse()
        self._trigger_lanes([job.lane], eta)
        return job

    @api.model
    def _trigger_lanes(self, lanes=None, at=None):
        for lane in set(lanes or dict(LANES)):
            self.env.ref(f"sale_marketplace.ir_cron_lane_{lane}").sudo()._trigger(at=at)

    # === ENGINE === #
    @api.model
    def _get_ready_domain(self, lane):
        return [
            ("lane", "=", lane),
            ("state", "in", ("pending", "running")),
            ("eta", "<=", fields.Datetime.now()),
            "|",
            ("account_id.state", "=", "connected"),
            ("operation", "in", ALWAYS_READY),
            ("account_id.active", "=", True),
        ]

    @api.model
    def _cron_run_lane(self, lane):
        """Body of a lane's scheduled action: take what is ready, lock, run, record, go on while there is time."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(self._get_ready_domain(lane)))
        deadline = time.monotonic() + RUN_SECONDS
        while jobs := self._take_next(lane):
            jobs._run(deadline)
            if not progress(len(jobs), remaining=self.search_count(self._get_ready_domain(lane))):
                break
            if time.monotonic() > deadline:
                break

    @api.model
    def _take_next(self, lane):
        """Lock the most urgent jobs that fit into one call: one account, one operation. Empty when nothing is free."""
        for candidate in self.search(self._get_ready_domain(lane), limit=50):
            first = candidate.try_lock_for_update().filtered_domain(self._get_ready_domain(lane))
            if not first:
                continue
            size = OPERATIONS[first.operation].size
            if size == 1 or first.state == "running":
                # What a worker died on is tried alone: the next death names the culprit.
                return first
            similar = self.search(
                [
                    *self._get_ready_domain(lane),
                    ("account_id", "=", first.account_id.id),
                    ("operation", "=", first.operation),
                    ("state", "=", "pending"),
                    ("id", "!=", first.id),
                ],
                limit=size - 1,
            )
            return first + similar.try_lock_for_update().filtered_domain(self._get_ready_domain(lane))
        return self.browse()

    def _run(self, deadline):
        """Do the work in a transaction of its own, then record how it ended in this one: a failure's own rollback
        can never take the record of the failure with it."""
        started = time.monotonic()
        jobs = self._mark_started()
        if not jobs:
            return
        runner = self.env["marketplace.job.runner"]
        outcomes, exchanges = runner._execute(jobs, deadline)
        duration = (time.monotonic() - started) / len(jobs)
        endings = {job: job._get_ending(outcomes[job.id]) for job in jobs}
        runner._tell(endings)
        for job, vals in endings.items():
            job._record({**vals, "duration": duration})
        self.env["marketplace.exchange"]._store(jobs.account_id, exchanges, jobs[0])

    def _mark_started(self):
        """Commit the mark before anything leaves the house, then hold the rows again."""
        now = fields.Datetime.now()
        for dead in self.filtered(lambda job: job.state == "running"):
            dead.write({"interrupted": True, "attempts": dead.attempts + 1})
        self.write({"state": "running", "started_at": now})
        # The one commit that must come before a call: a crash during the call leaves the mark behind.
        self.env["ir.cron"]._commit_progress()
        return self.try_lock_for_update().filtered_domain([("state", "=", "running"), ("started_at", "=", now)])

    def _get_ending(self, outcome):
        """Values that record how the job ended.

        :param outcome: None | str when done, else the exception that ended it
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if outcome is None or isinstance(outcome, str):
            return {
                "state": "done",
                "done_at": now,
                "result": outcome or False,
                "error": False,
                "error_kind": False,
                "interrupted": False,
            }
        if isinstance(outcome, Again):
            vals = {"state": "pending", "eta": now + timedelta(seconds=outcome.seconds), "result": outcome.note}
            if outcome.payload is not None:
                vals["payload"] = outcome.payload
            # It went on: what failed before no longer counts.
            return {**vals, "interrupted": False, "attempts": 0}
        return self._get_failure_vals(outcome, now)

    def _record(self, vals):
        self.ensure_one()
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.write({**vals, "started_at": False})
        except UniqueViolation:
            # The same was asked for again meanwhile, maybe in a transaction that ours cannot see.
            text = self.env._("A newer job does the same.")
            self.write({**vals, "state": "cancelled", "result": text, "started_at": False})
        if self.state == "pending":
            later = self.eta > fields.Datetime.now()
            self._trigger_lanes([self.lane], self.eta if later else None)

    def _get_failure_vals(self, exc, now):
        """How an exception is kept: what to tell, whether and when to try again."""
        explainer = self.env["marketplace.error.text"].with_context(lang=self.account_id._get_language())
        kind, text = explainer._explain(exc, self.account_id)
        attempts = self.attempts + 1
        vals = {"attempts": attempts, "error": text, "error_kind": kind}
        # A body that is no JSON was cut, or is the page of a proxy: the next one may be whole.
        cut = isinstance(exc, errors.PayloadError) and exc.path == "body"
        temporary = cut or isinstance(exc, (errors.Retryable, *LOST_RACES))
        if isinstance(exc, errors.AuthError):
            # The account is paused (see the runner); its jobs wait for a working key and lose no attempt.
            return {**vals, "state": "pending", "eta": now, "attempts": self.attempts}
        if isinstance(exc, errors.RateLimited) or (temporary and attempts < MAX_ATTEMPTS):
            # Being asked to wait is not a failure: however often, the job only waits.
            wait = getattr(exc, "retry_after", None) or self._get_backoff(attempts)
            return {**vals, "state": "pending", "eta": now + timedelta(seconds=wait)}
        if not isinstance(exc, (errors.MarketplaceError, UserError, JobFailure)) and not temporary:
            _logger.error("Marketplace job %s (%s) failed", self.id, self.operation, exc_info=exc)
        return {**vals, "state": "failed", "done_at": now}

    @api.model
    def _get_backoff(self, attempts):
        """Seconds: 10, 20, 40 … at most half an hour, with a little chance so that a crowd does not return at once."""
        return min(10 * 2 ** (attempts - 1), 1800) * random.uniform(0.9, 1.1)

    @api.autovacuum
    def _gc_done(self):
        limit = fields.Datetime.now() - timedelta(days=14)
        old = self.search([("state", "in", ("done", "cancelled")), ("write_date", "<", limit)], limit=10000)
        count = len(old)
        old.unlink()
        return count, int(count == 10000)

    @api.model
    def _find_open(self, record, operation):
        """Jobs about the record that have not ended yet."""
        return self.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "in", record.ids),
                ("operation", "=", operation),
                ("state", "in", ("pending", "running")),
            ]
        )

    @api.model
    def _cancel_waiting(self, record, operations):
        """The record no longer needs these."""
        self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "in", record.ids),
                ("operation", "in", operations),
                ("state", "=", "pending"),
            ]
        ).write({"state": "cancelled"})
