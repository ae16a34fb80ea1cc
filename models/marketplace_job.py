import time
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, mute_logger

from ..engine import LANES, OPERATIONS

#: Waits between the tries to remember a job whose twin is just being started, or was just remembered by another.
TWIN_PAUSES = (0.02, 0.1, 0)


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
            if waiting and waiting._join(payload, eta, priority):
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
        # What waits to be written fails here, if it fails, and not where it would be taken for a twin.
        self.env.flush_all()
        for pause in TWIN_PAUSES:
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    job = self.sudo().create(vals)
            except UniqueViolation:
                # Somebody remembered the same a moment ago, or is about to start what waited: the latter frees its key.
                time.sleep(pause)
            else:
                self._trigger_lanes([job.lane], eta)
                return job
        return self.browse()

    @api.model
    def _enqueue_numbers(self, operation, account, payloads, priority=5):
        """The same for many postings at once. :param payloads: dicts with a ``number``"""
        wanted = {f"{account.id}:{operation}:{payload['number']}": payload for payload in payloads}
        known = self.sudo().search([("identity_key", "in", list(wanted)), ("state", "in", ("pending", "failed"))])
        taken = set(known.mapped("identity_key"))
        now = fields.Datetime.now()
        vals_list = [
            {
                "account_id": account.id,
                "operation": operation,
                "payload": payload,
                "identity_key": key,
                "eta": now,
                "priority": priority,
            }
            for key, payload in wanted.items()
            if key not in taken
        ]
        self.env.flush_all()
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                jobs = self.sudo().create(vals_list)
        except UniqueViolation:
            # Somebody remembers one of them at the same moment.
            taken = set(wanted)
        else:
            self._trigger_lanes(set(jobs.mapped("lane")) or ())
        for key in taken:
            self._enqueue(operation, account, payload=wanted[key], priority=priority)

    def _join(self, payload, eta, priority):
        """Let this waiting job do what is asked for now. Returns False when it may have begun without that."""
        now = fields.Datetime.now()
        vals = {"payload": payload} if payload and payload != self.payload else {}
        if (eta or now) < self.eta:
            vals["eta"] = eta or now
        if priority < self.priority and (eta is None or "eta" in vals):
            vals["priority"] = priority
        if vals:
            self.write(vals)
        elif not self._hold_back():
            return False
        if eta is None or "eta" in vals:
            self._trigger_lanes([self.lane], eta)
        return True

    def _hold_back(self):
        """Keep this waiting job from starting before our transaction ends: only then it sees what it is to do.

        A shared lock, not a write: many may ask for the same work at once, and none of them has to be repeated.
        Returns False when a worker has the job already, or has changed it since our transaction began.
        """
        self.flush_recordset()
        query = SQL("SELECT id FROM marketplace_job WHERE id = %s AND state = 'pending' FOR SHARE SKIP LOCKED", self.id)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                return bool(self.env.execute_query(query))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            return False

    @api.model
    def _trigger_lanes(self, lanes=None, at=None):
        for lane in set(dict(LANES) if lanes is None else lanes):
            self.env.ref(f"sale_marketplace.ir_cron_lane_{lane}").sudo()._trigger(at=at)

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
        """The record no longer needs these; nobody has to look after those that failed, either."""
        self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "in", record.ids),
                ("operation", "in", operations),
                ("state", "in", ("pending", "failed")),
            ]
        ).write({"state": "cancelled"})
