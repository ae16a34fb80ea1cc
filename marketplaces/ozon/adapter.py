"""Ozon behind ``MarketplaceAdapter``: which call, in which order, and what is tolerated. No JSON is read here."""

from dataclasses import replace
from urllib.parse import urlsplit

from ..base import dto, parse, status
from ..base.adapter import MarketplaceAdapter, MarketplaceInfo
from ..base.client import utc_now
from ..base.errors import Forbidden, MarketplaceError, NotFound, NotReady, PayloadError, Rejected
from ..base.operations import OPERATIONS
from . import (
    account_mapper,
    accrual_units,
    endpoints,
    events,
    mapper,
    offer_mapper,
    price_mapper,
    requests,
    shipping_mapper,
    stock_mapper,
)
from .adapter_delivery import OzonDelivery
from .adapter_finance import OzonFinance
from .adapter_prices import OzonPrices
from .adapter_returns import OzonReturns
from .adapter_stock import OzonStock
from .client import OzonClient
from .paging import iter_pages, iter_product_pages, iter_slices

#: ALL means "all but archived" at Ozon.
_VISIBILITIES = ("ALL", "ARCHIVED")
#: What other marketplaces ask of the seller and Ozon does not.
_ELSEWHERE = {"confirm", "close", "return_report"}
_TOO_LONG = "PERIOD_IS_TOO_LONG"


class OzonAdapter(OzonDelivery, OzonFinance, OzonPrices, OzonReturns, OzonStock, MarketplaceAdapter):
    """FBS, rFBS and FBO of Ozon's Seller API.

    Options after ``config`` are for tests and go to ``HttpClient``: ``session``, ``limiter``, ``policy``, ``sleep``,
    ``clock``; ``now`` is the wall clock.
    """

    info = MarketplaceInfo(
        code="ozon",
        label="Ozon",
        # The name, and the company that pays.
        bank_words=("ozon", "озон", "интернет решения"),
        base_url="https://api-seller.ozon.ru",
        schemes=("fbs", "rfbs", "fbo"),
        operations=frozenset(OPERATIONS) - _ELSEWHERE,
        limits={
            "orders": requests.POSTING_PAGE,
            "offers": requests.PRODUCT_PAGE,
            "label_request": requests.LABEL_BATCH,
            "tracking": requests.TRACKING_BATCH,
            "stock_set": stock_mapper.WRITE_BATCH,
            "price_set": price_mapper.WRITE_BATCH,
        },
        pauses={"stock_set": stock_mapper.REPEAT_SECONDS},
        docs_url="https://docs.ozon.ru/api/seller/",
        client_id_pattern=r"[0-9]+",
        accrual_kinds=accrual_units.KINDS,
        balance_days=requests.BALANCE_DAYS,
        steps={status.RFBS: (status.DELIVERING, status.LAST_MILE, status.DELIVERED)},
    )

    def __init__(self, config, *, observe=None, now=utc_now, **options):
        super().__init__(config, observe=observe)
        self._now = now
        self._client = OzonClient(config, observe=observe, now=now, **options)

    # --- account ---
    def check_credentials(self):
        roles = self._client.post("roles", {})
        methods = {method for role in account_mapper.parse_roles(roles) for method in role.methods}
        allowed = endpoints.get_allowed_operations(methods, self.info.operations)
        return account_mapper.parse_account(roles, self._get_seller(), allowed)

    def _get_seller(self):
        """A key for postings only may not ask who it belongs to: the connection works all the same."""
        try:
            return self._client.post("seller_info", {})
        except Forbidden:
            return {}

    def iter_warehouses(self):
        warehouses = list(self._iter_listed("warehouse_list", "warehouses", requests.warehouse_list))
        methods = self._get_delivery_methods(account_mapper.get_own_delivery_ids(warehouses))
        for raw in warehouses:
            yield account_mapper.parse_warehouse(raw, methods)

    def _get_delivery_methods(self, warehouse_ids):
        """Warehouse id → its delivery methods. Empty where the key may not ask for them."""
        found = {}
        size = requests.DELIVERY_METHOD_PAGE
        try:
            for start in range(0, len(warehouse_ids), size):
                part = warehouse_ids[start : start + size]
                for raw in self._iter_listed(
                    "delivery_method_list",
                    "delivery_methods",
                    lambda cursor, part=part: requests.delivery_method_list(part, cursor),
                ):
                    warehouse_id, method = account_mapper.parse_delivery_method(raw)
                    found.setdefault(warehouse_id, []).append(method)
        except Forbidden:
            return {}
        return found

    @classmethod
    def endpoint_warnings(cls, now):
        return endpoints.get_warnings(now)

    # --- offers ---
    def iter_offers(self):
        for visibility in _VISIBILITIES:
            for rows in iter_product_pages(self._client, visibility):
                details = self._get_product_details(rows)
                for row in rows:
                    yield offer_mapper.parse_offer(row, details)

    def _get_product_details(self, rows):
        answer = self._client.post("product_info", requests.product_info(offer_mapper.get_product_ids(rows)))
        return offer_mapper.index_details(answer)

    # --- orders ---
    def iter_orders(self, query):
        listing = {"created": self._iter_created, "changed": self._iter_changed, "unfulfilled": self._iter_unfulfilled}
        for order in listing[query.by](query):
            # A word that Ozon's filter does not know is filtered here.
            if isinstance(order, dto.UnreadableOrder) or not query.statuses or order.status in query.statuses:
                yield order

    def _iter_created(self, query):
        for since, until in iter_slices(query.since, query.until, requests.CREATED_PERIOD):
            yield from self._iter_period(since, until, query.statuses)

    def _iter_changed(self, query):
        """The list always wants a period of creation too: a wide one."""
        changed = (query.since, query.until)
        yield from self._iter_period(query.since - requests.OLDEST_ALIVE, query.until, query.statuses, changed)

    def _iter_period(self, since, until, statuses, changed=None):
        """One period of creation; halved when Ozon finds it too long."""
        try:
            yield from self._iter_postings(
                "posting_list",
                lambda cursor: requests.posting_list(since, until, statuses, changed, cursor),
            )
        except Rejected as error:
            if error.code != _TOO_LONG or until - since <= requests.CREATED_PERIOD:
                raise
            middle = since + (until - since) / 2
            yield from self._iter_period(since, middle, statuses, changed)
            yield from self._iter_period(middle, until, statuses, changed)

    def _iter_unfulfilled(self, query):
        for since, until in iter_slices(query.since, query.until, requests.CUTOFF_PERIOD):
            yield from self._iter_postings(
                "posting_unfulfilled",
                lambda cursor, since=since, until=until: requests.posting_unfulfilled(
                    since,
                    until,
                    query.statuses,
                    cursor,
                ),
            )

    def _iter_postings(self, endpoint, make_body):
        for observed_at, page in iter_pages(self._client, endpoint, "postings", make_body, self._now):
            for raw in page:
                yield mapper.parse_order(raw, observed_at)

    def get_order(self, number):
        observed_at = self._now()
        order = mapper.parse_order(self._client.post("posting_get", requests.posting_get(number)), observed_at)
        return order if order.number else replace(order, number=number)

    def parse_order(self, raw, observed_at):
        return mapper.parse_order(raw, observed_at)

    # --- the marketplace's own warehouse ---
    def iter_fbo_orders(self, query):
        numbers = list(query.numbers)
        for start in range(0, len(numbers) or 1, requests.FBO_NUMBERS):
            part = numbers[start : start + requests.FBO_NUMBERS]
            for since, until in iter_slices(query.since, query.until, requests.FBO_PERIOD):
                yield from self._iter_fbo_period(since, until, query.statuses, part)

    def _iter_fbo_period(self, since, until, statuses, numbers):
        return self._iter_postings(
            "fbo_list", lambda cursor: requests.fbo_list(since, until, statuses, numbers, cursor)
        )

    def get_fbo_order(self, number):
        """From the list: the method for one posting tells less of a cancellation."""
        until = self._now()
        for order in self._iter_fbo_period(until - requests.FBO_PERIOD, until, (), [number]):
            return order
        raise NotFound(f"Posting {number} is not in Ozon's own warehouse", code="POSTING_NOT_FOUND")

    # --- shipping ---
    def ship_order(self, number, packages):
        answer = self._client.post("ship", requests.ship(number, packages))
        return shipping_mapper.parse_ship_result(answer, number)

    def ship_part(self, number, lines):
        answer = self._client.post("ship_part", requests.ship_part(number, lines))
        return shipping_mapper.parse_ship_result(answer, number)

    def set_cargo_places(self, number, quantity):
        answer = self._client.post("multibox_set", requests.multibox_set(number, quantity))
        if parse.mapping(answer.get("result"), "result").get("result") is not True:
            raise NotReady("Ozon has not taken the number of boxes; repeat", endpoint="multibox_set")

    def request_labels(self, numbers):
        tasks = []
        for start in range(0, len(numbers), requests.LABEL_BATCH):
            part = numbers[start : start + requests.LABEL_BATCH]
            answer = self._client.post("label_create", requests.label_create(part))
            tasks += shipping_mapper.parse_label_tasks(answer, part)
        return tasks

    def get_label_task(self, task_id):
        return shipping_mapper.parse_label_state(self._client.post("label_get", requests.label_get(task_id)))

    def download_label(self, url):
        self._check_file_address(url)
        return shipping_mapper.read_pdf(self._client.download(url))

    def _check_file_address(self, url):
        """Any https host; plain http only from where the API itself is (the simulator)."""
        try:
            address = urlsplit(url)
        except ValueError:
            raise PayloadError("file_url", url, "is not an address") from None
        same_host = address.netloc == urlsplit(self.config.base_url).netloc
        if not address.hostname or not (address.scheme == "https" or (address.scheme == "http" and same_host)):
            raise PayloadError("file_url", url, "is not an address to fetch files from")

    # --- hand-over ---
    def iter_handover_slots(self, day):
        for method in self._iter_listed(
            "carriage_slots",
            "methods",
            lambda cursor: requests.carriage_slots(day, cursor),
        ):
            yield from shipping_mapper.parse_handover_slots(method)

    def create_handover(self, delivery_method_id, departure_at):
        answer = self._client.post("carriage_create", requests.carriage_create(delivery_method_id, departure_at))
        return parse.identifier(answer.get("carriage_id"), "carriage_id")

    def approve_handover(self, handover_id, containers=0):
        self._client.post("carriage_approve", requests.carriage_approve(handover_id, containers))

    def get_handover(self, handover_id):
        carriage = self._client.post("carriage_get", requests.carriage_get(handover_id))
        state = shipping_mapper.parse_carriage(carriage, handover_id)
        if state is None:
            return self._get_document_state(handover_id)
        return replace(state, numbers=self._get_carriage_numbers(handover_id))

    def _get_document_state(self, handover_id):
        try:
            answer = self._client.post("act_status", requests.act(handover_id))
        except NotReady as error:
            return dto.HandoverState(external_id=handover_id, state="forming", raw_status=error.message)
        return shipping_mapper.parse_document_state(answer, handover_id)

    def _get_carriage_numbers(self, handover_id):
        """What stands in a carriage without a document; nice to show, not needed."""
        try:
            return shipping_mapper.parse_act_postings(self._client.post("act_postings", requests.act(handover_id)))
        except MarketplaceError:
            return ()

    def get_handover_document(self, handover_id):
        return shipping_mapper.read_pdf(self._client.post_binary("act_pdf", requests.act(handover_id)))

    def get_handover_barcode(self, handover_id):
        return parse.identifier(self._client.post("act_barcode", requests.act(handover_id)).get("result"), "result")

    # --- events ---
    @classmethod
    def parse_event(cls, headers, body, topic=""):
        return events.parse_event(body)

    @classmethod
    def event_answer(cls, events_seen, error=""):
        return events.make_answer(events_seen, error)

    # --- helpers ---
    def _iter_listed(self, endpoint, key, make_body):
        for _at, page in iter_pages(self._client, endpoint, key, make_body, self._now):
            yield from (parse.mapping(item, key) for item in page)
