import logging
import random
import time
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import mute_logger

from ..engine import ALWAYS_READY, MAX_ATTEMPTS, OPERATIONS, Again, JobFailure
from ..marketplaces.base import errors

_logger = logging.getLogger(__name__)

#: Where the caller's time budget is unknown: so long may one lane work before it lets others have their turn.
RUN_SECONDS = 240
#: A job that lost a race waits at most so long; whoever won is through by then.
MAX_RACE_SECONDS = 15
#: Batches of news that are taken in at once.
NEWS_ROUNDS = 4


class MarketplaceJob(models.Model):
    """How jobs are taken, run and ended, lane by lane."""

    _inherit = "marketplace.job"

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
        self._take_news(lane)
        progress(remaining=self.search_count(self._get_ready_domain(lane)))
        deadline = time.monotonic() + RUN_SECONDS
        while jobs := self._take_next(lane):
            jobs._run(deadline)
            if not progress(len(jobs), remaining=self.search_count(self._get_ready_domain(lane))):
                break
            if time.monotonic() > deadline:
                break
            self._take_news(lane)

    @api.model
    def _take_news(self, lane):
        """What the marketplace has told meanwhile becomes jobs of the lane; of very much some, then jobs get a turn."""
        rounds = NEWS_ROUNDS if lane == "orders" else 0
        while rounds:
            rounds -= 1
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    more = self.env["marketplace.event.dispatcher"]._absorb()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Another worker has just taken the same ones.
                more = False
            if more and not rounds:
                self._trigger_lanes([lane])
            self.env["ir.cron"]._commit_progress()
            rounds = rounds and more

    @api.model
    def _take_next(self, lane):
        """Lock the most urgent jobs that fit into one call: one account, one operation. Empty when nothing is free."""
        for candidate in self.search(self._get_ready_domain(lane), limit=50):
            first = candidate._lock_ready(lane)
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
            return first + similar._lock_ready(lane)
        return self.browse()

    def _lock_ready(self, lane):
        """Those of these jobs that nobody else has. One that was changed since our snapshot is somebody else's."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                return self.try_lock_for_update().filtered_domain(self._get_ready_domain(lane))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            return self.browse()

    def _is_outranked(self):
        """Whether something more urgent has come into the lane: what takes long lets it pass now and then."""
        urgent = [*self._get_ready_domain(self.lane), ("priority", "<", self.priority), ("state", "=", "pending")]
        return bool(self.search_count(urgent, limit=1))

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
        twin = isinstance(exc, UniqueViolation) and self.attempts < MAX_ATTEMPTS - 1
        if twin or isinstance(exc, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            return self._get_race_vals(now)
        explainer = self.env["marketplace.error.text"].with_context(lang=self.account_id._get_language())
        kind, text = explainer._explain(exc, self.account_id)
        attempts = self.attempts + 1
        vals = {"attempts": attempts, "error": text, "error_kind": kind}
        # A body that is no JSON was cut, or is the page of a proxy: the next one may be whole.
        cut = isinstance(exc, errors.PayloadError) and exc.path == "body"
        temporary = cut or isinstance(exc, errors.Retryable)
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

    def _get_race_vals(self, now):
        """Another worker changed the same rows first. Nothing failed, nobody has to hear of it, it is done again soon.

        It counts as an attempt all the same: what may have been sent before is looked up before it is sent again.
        """
        attempts = min(self.attempts + 1, MAX_ATTEMPTS - 1)
        wait = min(2 ** (attempts - 1), MAX_RACE_SECONDS) * random.uniform(0.3, 1)
        return {
            "state": "pending",
            "attempts": attempts,
            "eta": now + timedelta(seconds=wait),
            "result": self.env._("Another worker changed the same records: it is done again."),
        }

    @api.model
    def _get_backoff(self, attempts):
        """Seconds: 10, 20, 40 … at most half an hour, with a little chance so that a crowd does not return at once."""
        return min(10 * 2 ** (attempts - 1), 1800) * random.uniform(0.9, 1.1)
