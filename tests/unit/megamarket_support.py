"""Shared by the tests of ``marketplaces/megamarket``: fixtures, and shipments of any kind."""

import copy

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.base.limiter import COMMON, Rate
from odoo.addons.sale_marketplace.marketplaces.megamarket.adapter import MegamarketAdapter

from .adapter_support import NOW, AdapterSupport, FakeSession

TOKEN = "0F1E2D3C-AAAA-BBBB-CCCC-1234567890AB"
BASE_URL = "https://api.megamarket.tech"
ORDERS = "/api/market/v1/orderService/"
OFFERS = "/api/merchantIntegration/v1/offerService/"
#: The paid delivery, as ``make_lot`` takes it.
DELIVERY = {"offer": "delivery", "price": 300, "goodsData": {"name": "Доставка", "isDelivery": True}}
MARK = "0104601653003004215!AbCdEfGhIj\x1d91EE10\x1d92abcdefghijklmnopqrstuvwxyz0123456789"
#: As good as no limit: the pace has a test of its own.
FAST = {COMMON: Rate(1000, burst=1000)}


class Session(FakeSession):
    """Also tells the calls without what every one of them has."""

    @property
    def methods(self):
        return [sent["url"].removeprefix(BASE_URL).removeprefix(ORDERS).removeprefix(OFFERS) for sent in self.sent]

    @property
    def told(self):
        """``data`` of the calls, less the token."""
        return [{key: value for key, value in body["data"].items() if key != "token"} for body in self.bodies]


_SUPPORT = AdapterSupport(
    "megamarket", MegamarketAdapter, FAST, Session, base_url=BASE_URL, client_id="5046", api_key=TOKEN
)
read_fixture, make_config, make_adapter = _SUPPORT.read_fixture, _SUPPORT.make_config, _SUPPORT.make_adapter


def make_lot(index, status="NEW", offer="A-1", price=100, **values):
    return {
        "itemIndex": str(index),
        "status": status,
        "subStatus": None,
        "offerId": offer,
        "price": price,
        "finalPrice": price,
        "quantity": 1,
        "goodsData": {"name": "Кружка"},
        "events": [],
        **values,
    }


def make_shipment(*lots, scheme="DELIVERY_BY_MERCHANT", number="946032218", **values):
    """A shipment as ``order/get`` tells it; its status is that of its first lot."""
    lots = list(lots)
    return {
        "shipmentId": number,
        "status": lots[0]["status"],
        "serviceScheme": scheme,
        "creationDate": "2026-09-10T09:00:00+03:00",
        "items": lots,
        **values,
    }


def make_standard(*lots, **values):
    return make_shipment(*lots, scheme="DELIVERY_BY_GOODS", **values)


def answer(*shipments):
    """Of ``order/get``."""
    return {"success": 1, "meta": {}, "data": {"shipments": copy.deepcopy(list(shipments))}}


def found(*numbers):
    """Of ``order/search``."""
    return {"success": 1, "meta": {}, "data": {"shipments": list(numbers)}}


def done():
    return read_fixture("result")


def refused(message="Нельзя", **entry):
    return {"success": 0, "meta": {}, "error": [{"code": "", "message": message, **entry}]}


def parse(raw, **config):
    return make_adapter(**config)[0].parse_order(raw, NOW)


def package(*lines):
    """One ``dto.Package`` of (sku, quantity, exemplars…)."""
    return dto.Package(
        lines=tuple(
            dto.PackageLine(sku=sku, quantity=quantity, exemplars=tuple(units)) for sku, quantity, *units in lines
        )
    )


def piece(index, code=""):
    marks = (dto.Mark(kind="mandatory_mark", code=code),) if code else ()
    return dto.Exemplar(external_id=index, marks=marks)
