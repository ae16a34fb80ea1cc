from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import split_every

from ..engine import Again
from ..marketplaces.base import dto, errors, status

PAGE = 100
#: A posting that was announced and is not known to the API: first wait, and when a person should look.
ANNOUNCED_SECONDS = 5
ANNOUNCED_LIMIT = timedelta(minutes=30)
#: News are read again from so long before the last reading: an answer that was late, or out of order, is not lost.
OVERLAP = timedelta(hours=2)
#: The marketplace's clock may be ahead of ours.
AHEAD = timedelta(minutes=5)
#: Postings that wait for assembly are asked for by their ship-by time, from far back to far ahead.
UNFULFILLED_BACK, UNFULFILLED_AHEAD = timedelta(days=30), timedelta(days=60)
#: One slice of a long period: what is finished of it stays finished.
SLICE = timedelta(days=1)


class MarketplaceOrderPoller(models.AbstractModel):
    """Reads postings from the marketplace: new ones, changed ones, a period, or one by number."""

    _name = "marketplace.order.poller"
    _description = "Marketplace Order Poller"

    # --- handlers of the engine ---------------------------------------------------------------------------------
    @api.model
    def _run_new(self, jobs, adapter, deadline):
        """Everything that is not delivered yet: complete in itself, so nothing depends on when it ran last."""
        account, started = jobs.account_id, fields.Datetime.now()
        query = self._make_query("unfulfilled", started - UNFULFILLED_BACK, started + UNFULFILLED_AHEAD)
        seen, new = self._read(account, adapter, adapter.iter_orders(query))
        return self._finish(account, "orders", seen, new, started)

    @api.model
    def _run_changed(self, jobs, adapter, deadline):
        """What changed since the last complete reading, with an overlap; a gap is closed slice by slice."""
        account, started = jobs.account_id, fields.Datetime.now()
        schedule = account._get_schedule("statuses")
        seen = new = 0
        since = min(schedule.read_until or account.start_date or started - OVERLAP, started)
        complete = False
        while not complete:
            until = min(since + SLICE, started)
            numbers = self._get_alive(account) if until >= started else ()
            query = self._make_query("changed", since - OVERLAP, until + AHEAD, numbers=numbers)
            counts = self._read(account, adapter, adapter.iter_orders(query))
            seen, new = seen + counts[0], new + counts[1]
            # Taken before the reading began and moved only after it was complete.
            schedule.read_until = since = until
            self._checkpoint()
            complete = since >= started
            if not complete and not self.env["marketplace.job.runner"]._has_time(deadline):
                raise Again(note=self.env._("Read up to %s", fields.Datetime.to_string(since)))
        return self._finish(account, "statuses", seen, new, started)

    def _get_alive(self, account):
        """Postings whose state may still change, for a marketplace that cannot list what has changed."""
        if account._get_info().lists_changes:
            return ()
        # A posting without a readable number has a name of our making.
        domain = [("account_id", "=", account.id), ("status", "not in", status.FINAL), ("number", "not like", "?%")]
        return self.env["marketplace.order"].search(domain, order="id").mapped("number")

    @api.model
    def _run_period(self, jobs, adapter, deadline):
        """A period asked for by hand; also the dry run of the same."""
        account = jobs.account_id
        fetch = self.env["marketplace.order.fetch"].browse(jobs.res_id).exists()
        since = fields.Datetime.to_datetime(jobs.payload["since"])
        until = fields.Datetime.to_datetime(jobs.payload["until"])
        while since < until:
            end = min(since + SLICE, until)
            postings = adapter.iter_orders(self._make_query("created", since, end))
            if jobs.payload.get("dry_run"):
                self._read_dry(account, fetch, postings)
            else:
                self._read(account, adapter, postings, fetch)
            since = end
            self._checkpoint()
            if since < until and not self.env["marketplace.job.runner"]._has_time(deadline):
                raise Again(payload={**jobs.payload, "since": fields.Datetime.to_string(since)})
        fetch._finish()
        return self.env._("Period read")

    @api.model
    def _run_fetch(self, jobs, adapter, deadline):
        """Postings by number; each ends on its own."""
        numbers = list(dict.fromkeys(job.payload["number"] for job in jobs))
        postings = adapter.find_orders(numbers) if len(numbers) > 1 else None
        if postings is None:
            return {job.id: self._fetch_one(job, adapter) for job in jobs}
        return self._fetch_together(jobs, adapter, postings)

    def _fetch_together(self, jobs, adapter, postings):
        """One call has told all that are known there."""
        account, known = jobs.account_id, {posting.number for posting in postings}
        self._checkpoint()
        busy = self._keep(account, self._complete(account, postings, adapter))
        outcomes = {}
        for job in jobs:
            number = job.payload["number"]
            if number not in known:
                absent = errors.NotFound(self.env._("There is no posting %s in this cabinet", number))
                outcomes[job.id] = self._wait_for_announced(job) or absent
            elif number in busy:
                outcomes[job.id] = self._wait_for_other()
            else:
                self._finish_fetch(job)
        self._checkpoint()
        return outcomes

    def _keep(self, account, postings):
        """Store, and let orders be made of it. Returns the numbers that another worker holds."""
        orders, busy = self.env["marketplace.order.store"]._store(account, postings)
        if orders:
            # The job that makes orders is one row for all workers: it is not touched without need.
            self._process(account)
        self.env["marketplace.cancel.request"]._link_numbers(account, [posting.number for posting in postings])
        return busy

    def _wait_for_other(self):
        return Again(3, note=self.env._("Another worker is at this posting."))

    def _fetch_one(self, job, adapter):
        try:
            posting = self._ask(job.account_id, adapter, job.payload)
        except errors.AuthError:
            # The same for every number: one refusal is enough.
            raise
        except errors.NotFound as exc:
            return self._wait_for_announced(job) or exc
        except errors.MarketplaceError as exc:
            return exc
        self._checkpoint()
        if self._keep(job.account_id, self._complete(job.account_id, [posting], adapter)):
            return self._wait_for_other()
        self._finish_fetch(job)
        self._checkpoint()
        return None

    def _wait_for_announced(self, job):
        """The marketplace has announced it and does not know it yet."""
        age = fields.Datetime.now() - job.create_date
        if not job.payload.get("announced") or age > ANNOUNCED_LIMIT:
            return None
        # Soon at first; the older the announcement, the less often.
        return Again(max(ANNOUNCED_SECONDS, age.total_seconds() / 2), note=self.env._("Announced, not known there yet"))

    def _complete(self, account, postings, adapter):
        """Postings with what only the news of their coming has told."""
        numbers = [posting.number for posting in postings if isinstance(posting, dto.Order)]
        raws = self.env["marketplace.event"]._find_announcements(account, numbers) if adapter.completes_orders else {}
        return [
            adapter.complete_order(posting, raws[posting.number])
            if isinstance(posting, dto.Order) and posting.number in raws
            else posting
            for posting in postings
        ]

    def _ask(self, account, adapter, payload):
        """One posting by its number; where the scheme is not known, the marketplace's own warehouse is asked last."""
        number, scheme = payload["number"], payload.get("scheme")
        may_ask_fbo = "fbo_order" in (account.operations or ["fbo_order"]) and account._has_scheme(status.FBO)
        if scheme == status.FBO:
            return adapter.get_fbo_order(number)
        try:
            return adapter.get_order(number)
        except errors.NotFound:
            if scheme or not may_ask_fbo:
                raise
            return adapter.get_fbo_order(number)

    def _finish_fetch(self, job):
        if job.res_model == "marketplace.order.fetch":
            fetch = self.env["marketplace.order.fetch"].browse(job.res_id).exists()
            fetch._add_number(job.payload["number"])
            fetch._finish()

    # --- shared -------------------------------------------------------------------------------------------------
    def _make_query(self, by, since, until, statuses=(), numbers=()):
        return dto.OrderQuery(
            by=by,
            since=self._aware(since),
            until=self._aware(until),
            statuses=tuple(statuses),
            numbers=tuple(numbers),
        )

    @api.model
    def _aware(self, moment):
        """What Odoo stores → aware UTC."""
        return moment.replace(tzinfo=timezone.utc)

    def _read(self, account, adapter, postings, fetch=None):
        """Store page by page, each page lasting before the next is asked for. Returns (seen, new or changed)."""
        seen = changed = 0
        for page in split_every(PAGE, postings):
            # The page took its time to come: what others have stored meanwhile must be seen.
            self._checkpoint()
            page = self._complete(account, page, adapter)
            orders, busy = self.env["marketplace.order.store"]._store_patiently(account, page)
            seen += len(page)
            changed += len(orders)
            if fetch:
                fetch._add_orders(account, page)
            if busy:
                self._fetch_later(account, busy)
            if orders:
                self._process(account)
            self._checkpoint()
        return seen, changed

    def _fetch_later(self, account, numbers):
        """Another worker holds these: look again soon, whatever becomes of it there."""
        eta = fields.Datetime.now() + timedelta(seconds=15)
        for number in numbers:
            self.env["marketplace.job"]._enqueue("order_fetch", account, payload={"number": number}, eta=eta)

    def _read_dry(self, account, fetch, postings):
        for page in split_every(PAGE, postings):
            fetch._add_dry(account, page)

    def _process(self, account):
        # As urgent as the scheduled readings: what has been read gets its turn before more is read.
        self.env["marketplace.job"]._enqueue("order_process", account, priority=3)

    def _finish(self, account, task, seen, new, started):
        result = self.env._("%(seen)s postings read, %(new)s new or changed", seen=seen, new=new)
        account._get_schedule(task)._note_run("done", result, started)
        self._wake(account)
        return result

    def _wake(self, account):
        """What waits in Odoo is taken up even if the job for it was lost between two transactions."""
        Order = self.env["marketplace.order"]
        if Order.search_count([("account_id", "=", account.id), ("state", "=", "received")], limit=1):
            self._process(account)
        if Order.search_count([("account_id", "=", account.id), ("to_apply", "=", True)], limit=1):
            self.env["marketplace.status.applier"]._wake(account)

    def _checkpoint(self):
        self.env["marketplace.job.runner"]._checkpoint()

    @api.model
    def _wanted_statuses(self, account, scheme=status.FBS):
        """Unified statuses that become orders: by the account's setting, and all that the marketplace packs itself."""
        wanted = {status.TO_CONFIRM, status.TO_ASSEMBLE}
        if account.load_statuses in ("assembled", "all") or scheme == status.FBO:
            wanted |= {status.ASSEMBLED}
        if account.load_statuses == "all" or scheme == status.FBO:
            wanted |= {status.HANDED_OVER, status.DELIVERING, status.DELIVERED, status.NOT_ACCEPTED, status.DISPUTE}
        return wanted
