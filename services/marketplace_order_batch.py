import logging
import time

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..engine import Again

_logger = logging.getLogger(__name__)

BATCH = 50
#: A batch that loses against others (people who pack the same goods) is repeated in smaller ones, down to this.
SMALLEST = 5
#: So long it may go on while something more urgent waits: neither stops the other.
TURN_SECONDS = 10


class MarketplaceOrderBatch(models.AbstractModel):
    """Works off a queue of postings in batches; one that fails never stops the others."""

    _name = "marketplace.order.batch"
    _description = "Batch of Postings"
    #: Which postings wait, and which of them come first; the work takes them out of this domain.
    _queue_domain = []
    _queue_order = "id"

    @api.model
    def _drain(self, jobs, deadline, work):
        """Body of a handler of the engine: batch by batch, each lasting, until nothing waits or the time is up.

        :param work: function of a batch
        """
        account, runner = jobs.account_id, self.env["marketplace.job.runner"]
        size = max(SMALLEST, BATCH >> jobs.attempts)
        count, began = 0, time.monotonic()
        while orders := self._take(account, size):
            work(orders)
            count += len(orders)
            runner._checkpoint()
            turn_is_over = time.monotonic() - began > TURN_SECONDS and jobs._is_outranked()
            if turn_is_over or not runner._has_time(deadline):
                raise Again(note=self.env._("%s postings so far", count))
        return self.env._("%s postings", count)

    def _take(self, account, size=BATCH):
        """The next postings that nobody else works on."""
        domain = [("account_id", "=", account.id), *self._queue_domain]
        orders = self.env["marketplace.order"].search(domain, order=self._queue_order, limit=size)
        return orders.try_lock_for_update().filtered_domain(self._queue_domain)

    @api.model
    def _all_or_each(self, orders, work, tell_failure):
        """All at once; where that fails, one by one, so that only the culprit stays behind.

        :param work: function of postings
        :param tell_failure: function (one posting, exception)
        """
        if not orders:
            return
        try:
            with self.env.cr.savepoint():
                work(orders)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as exc:  # noqa: BLE001 - the reason is found, and told, posting by posting
            if len(orders) == 1:
                orders.invalidate_recordset()
                tell_failure(orders, exc)
                return
            _logger.info("A batch of %s postings failed (%s): one by one now", len(orders), exc)
            for order in orders:
                self._all_or_each(order, work, tell_failure)
