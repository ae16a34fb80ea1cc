"""MegaMarket behind ``MarketplaceAdapter``: which call, in which order, and what is tolerated. No JSON is read here."""

from datetime import timedelta
from decimal import Decimal

from ..base import dto, status
from ..base.adapter import MarketplaceAdapter, MarketplaceInfo
from ..base.client import utc_now
from ..base.errors import NotFound, NotReady, PayloadError
from . import accrual_report, events, mapper, offer_mapper, paging, requests, units
from .adapter_cancelling import MegamarketCancelling
from .adapter_delivery import MegamarketDelivery
from .adapter_offers import MegamarketOffers
from .adapter_shipping import MegamarketShipping
from .client import MegamarketClient
from .lots import read_shipment

#: What only one of the schemes has; everything else is of both.
_ONLY_IN = {
    status.FBS: frozenset({"confirm", "label_request", "label_state", "label_file"}),
    status.RFBS: frozenset({"close", "delivery_window", "delivery_window_set", "cancel_request_decide"}),
}
_SHARED = frozenset(
    {
        *("check", "warehouses", "orders", "order", "ship", "delivery_status", "cancel_reasons", "cancel"),
        *("cancel_lines", "return_report", "events", "stock_set", "price_set"),
    }
)
#: The search is by creation: an order that waits for something now may have been created so long before.
_OLDER = timedelta(days=30)
#: The marketplace's clock may be ahead of ours.
_AHEAD = timedelta(days=1)
_CHECK_PERIOD = timedelta(days=1)


class MegamarketAdapter(
    MegamarketShipping, MegamarketDelivery, MegamarketCancelling, MegamarketOffers, MarketplaceAdapter
):
    """DBS (told as rfbs) and Standard (told as fbs) of MegaMarket's merchant API.

    One account is one shop of the cabinet: one merchant id, one token, one scheme, one warehouse. Options after
    ``config`` are for tests and go to ``HttpClient``: ``session``, ``limiter``, ``policy``, ``sleep``, ``clock``;
    ``now`` is the wall clock.
    """

    info = MarketplaceInfo(
        code="megamarket",
        label="MegaMarket",
        bank_words=("megamarket", "мегамаркет"),
        base_url="https://api.megamarket.tech",
        test_url="https://api-test.megamarket.tech",
        schemes=(status.FBS, status.RFBS),
        one_scheme=True,
        operations=_SHARED.union(*_ONLY_IN.values()),
        limits={
            "orders": requests.GET_BATCH,
            "stock_set": offer_mapper.WRITE_BATCH,
            "price_set": offer_mapper.WRITE_BATCH,
        },
        docs_url="https://partner-wiki.megamarket.ru/",
        client_id_pattern=r"[0-9]{4,9}",
        confirmed_schemes=(status.FBS,),
        steps={status.FBS: (status.HANDED_OVER,), status.RFBS: (status.DELIVERED,)},
        lists_changes=False,
        cancel_lines_in=(status.TO_CONFIRM, status.TO_ASSEMBLE, status.ASSEMBLED),
        cancel_lines_message=False,
        lock_orders=True,
        price_step=Decimal(1),
        accrual_kinds=accrual_report.KINDS,
        accrual_names=accrual_report.NAMES,
        report_columns=accrual_report.COLUMNS,
        event_topics=(events.NEW, events.CANCEL),
        events_name_client=True,
        # Three hundred lots with their discounts, all letters escaped, and the marking sheet.
        event_size=2 * 1024 * 1024,
    )

    def __init__(self, config, *, observe=None, now=utc_now, **options):
        super().__init__(config, observe=observe)
        self._now = now
        self._client = MegamarketClient(config, observe=observe, now=now, **options)

    # --- account ---
    def check_credentials(self):
        """The API tells nothing of the merchant: a search that works proves the token."""
        until = self._now()
        paging.read_list(self._client.post("search", requests.search(until - _CHECK_PERIOD, until, count=1)))
        scheme = self.config.scheme or status.RFBS
        return dto.AccountInfo(company_name=self._name, currency=units.CURRENCY, operations=_SHARED | _ONLY_IN[scheme])

    def iter_warehouses(self):
        """The API knows none: a shop has one warehouse, which therefore bears its id."""
        yield dto.Warehouse(
            external_id=self.config.client_id, name=self._name, scheme=self.config.scheme or status.RFBS
        )

    @property
    def _name(self):
        return f"{self.info.label} {self.config.client_id}"

    # --- orders ---
    def iter_orders(self, query):
        """Statuses are filtered here: the search filters by those of lots, with words that not all are known of."""
        numbers = {"created": self._iter_created, "changed": self._iter_changed, "unfulfilled": self._iter_unfulfilled}
        unfinished = query.by == "unfulfilled"
        for order in self._iter_read(numbers[query.by](query)):
            readable = isinstance(order, dto.Order)
            if readable and unfinished and order.status in status.FINAL:
                continue
            if not readable or not query.statuses or order.status in query.statuses:
                yield order

    def _iter_created(self, query):
        return paging.iter_numbers(self._client, query.since, query.until)

    def _iter_changed(self, query):
        """Changes cannot be searched for: those that the caller knows are looked at, and what was created meanwhile."""
        yield from query.numbers
        yield from self._iter_created(query)

    def _iter_unfulfilled(self, query):
        """The search cannot ask for a ship-by time: everything unfinished that was created up to now."""
        until = min(query.until, self._now() + _AHEAD)
        return paging.iter_numbers(self._client, query.since - _OLDER, until, units.UNFINISHED_FILTER)

    def _iter_read(self, numbers):
        """Read as they are found, in batches, each number once."""
        batch, seen, failure = [], set(), None
        try:
            for number in numbers:
                if number in seen:
                    continue
                seen.add(number)
                batch.append(number)
                if len(batch) == requests.GET_BATCH:
                    yield from self._read_batch(batch)
                    batch = []
        except PayloadError as error:
            # An incomplete search tells so at its end: what it found is read nevertheless.
            failure = error
        yield from self._read_batch(batch)
        if failure:
            raise failure

    def _read_batch(self, numbers):
        for observed_at, raw in paging.iter_shipments(self._client, numbers, self._now):
            yield mapper.parse_order(raw, observed_at, self.config)

    def get_order(self, number):
        observed_at, raw = self._get_raw(number)
        return mapper.parse_order(raw, observed_at, self.config)

    def find_orders(self, numbers):
        return list(self._read_batch(numbers))

    def _get_raw(self, number):
        """(time of the request, raw shipment)."""
        for observed_at, raw in paging.iter_shipments(self._client, [number], self._now):
            if mapper.find_number(raw) == number:
                return observed_at, raw
        raise NotFound(f"There is no shipment {number} in this cabinet", endpoint="order/get")

    def parse_order(self, raw, observed_at):
        return mapper.parse_order(raw, observed_at, self.config)

    def complete_order(self, order, raw):
        return mapper.complete_order(order, raw, self.config)

    # --- shared by all that change something ---
    def _look(self, number):
        """``lots.Shipment`` as it is now: which lots there are and what each waits for.

        ``NotReady`` while the marketplace is at work on one: it would refuse the next step.
        """
        shipment = read_shipment(self._get_raw(number)[1], self.config)
        waiting = [lot for lot in shipment.open_lots if lot.word in units.PENDING]
        if waiting:
            raise NotReady(f"MegaMarket is still at work on shipment {number} ({waiting[0].word or 'no status yet'})")
        return shipment

    # --- events ---
    @classmethod
    def parse_event(cls, headers, body, topic=""):
        return events.parse_event(body, topic)

    @classmethod
    def event_answer(cls, events_seen, error=""):
        return events.make_answer(error)
