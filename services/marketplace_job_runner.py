"""Runs locked jobs in a cursor of their own and says how each one ended."""

import time

from odoo import SUPERUSER_ID, api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..engine import ALWAYS_READY, MAX_ATTEMPTS, OPERATIONS, JobFailure

#: Waits before it is tried again to tell how a job ended.
TELL_PAUSES = (0.1, 0.5, 2)


class MarketplaceJobRunner(models.AbstractModel):
    """A handler is a method ``(jobs, adapter, deadline)``; it returns None, a text, or {job id: outcome}.

    Raising ends all jobs of the call the same way. A handler never touches the job rows (their lock is held by the
    engine's own transaction); it may commit what is finished by ``_checkpoint``.
    """

    _name = "marketplace.job.runner"
    _description = "Marketplace Job Runner"

    @api.model
    def _execute(self, jobs, deadline):
        """Returns ({job id: None | str | exception}, exchanges)."""
        exchanges = []
        problem = self._get_refusal(jobs)
        if problem:
            return dict.fromkeys(jobs.ids, JobFailure(problem)), exchanges
        try:
            language = jobs.account_id._get_language()
            with self.env.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {"marketplace_engine": True, "lang": language})
                outcomes = self.with_env(env)._call_handler(jobs.with_env(env), exchanges, deadline)
        except Exception as exc:  # noqa: BLE001 - whatever it is, it becomes the job's recorded outcome
            return dict.fromkeys(jobs.ids, exc), exchanges
        return {job_id: outcomes.get(job_id) for job_id in jobs.ids}, exchanges

    def _call_handler(self, jobs, exchanges, deadline):
        operation = OPERATIONS[jobs[0].operation]
        account = jobs.account_id.with_company(jobs.company_id)
        company_context = {"allowed_company_ids": account.company_id.ids}
        handler = self.env[operation.service].with_context(**company_context)
        adapter = account._get_adapter(observe=exchanges.append)
        outcome = getattr(handler, operation.method)(jobs.with_context(**company_context), adapter, deadline)
        return outcome if isinstance(outcome, dict) else dict.fromkeys(jobs.ids, outcome)

    @api.model
    def _get_refusal(self, jobs):
        if jobs[0].interrupted and jobs[0].attempts >= MAX_ATTEMPTS:
            return self.env._(
                "The server stopped %s times while it did this: it is not tried again by itself.", jobs[0].attempts
            )
        needs = OPERATIONS[jobs[0].operation].needs
        return needs and jobs.account_id._get_operation_problem(needs)

    @api.model
    def _checkpoint(self):
        """Make what is done so far lasting. Outside the engine (tests, shell) the caller's transaction decides."""
        if self.env.context.get("marketplace_engine"):
            self.env.flush_all()
            # The engine's work cursor: its handlers finish page by page, batch by batch.
            self.env.cr.commit()  # pylint: disable=invalid-commit
            # What others have changed meanwhile is read again, not overwritten.
            self.env.invalidate_all(flush=False)
        else:
            self.env.flush_all()

    @api.model
    def _has_time(self, deadline):
        return deadline is None or time.monotonic() < deadline

    @api.model
    def _tell(self, endings):
        """Show what went wrong where the user stands, in a fresh transaction: the engine's own began before the work
        and could not touch rows that the work has changed.

        :param endings: {job: values to record}
        """
        endings = {job: vals for job, vals in endings.items() if vals.get("error")}
        if not endings:
            return
        for wait in TELL_PAUSES:
            try:
                self._tell_now(endings)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody works on the same record at this moment.
                time.sleep(wait)
            else:
                return
        self._tell_now(endings)

    def _tell_now(self, endings):
        with self.env.registry.cursor() as cr:
            language = next(iter(endings)).account_id._get_language()
            env = api.Environment(cr, SUPERUSER_ID, {"lang": language})
            for job, vals in endings.items():
                self.with_env(env)._tell_one(job.with_env(env), vals)

    def _tell_one(self, job, vals):
        if vals.get("error_kind") == "auth":
            job.account_id._pause(vals["error"])
        record = job.res_model and job.res_id and self.env[job.res_model].browse(job.res_id).exists()
        shown = record and hasattr(record, "_on_job_ended")
        if shown:
            record._on_job_ended(job, vals)
        elif vals.get("error_kind") == "obsolete":
            self.env["marketplace.account.checker"]._warn_once(
                job.account_id, self.env._("A method of the marketplace is switched off"), vals["error"]
            )
        if not shown and vals["state"] == "failed" and job.operation not in ALWAYS_READY:
            # A notification that fails is shown in its own list: telling it would go the same way.
            self.env["marketplace.notifier"]._tell("job_failed", job, {job.id: vals["error"]})
        job.account_id._get_schedule_of_operation(job.operation)._note_run(
            "failed", vals["error"], job.started_at or job.create_date
        )
