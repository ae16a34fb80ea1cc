"""Shared by the tests of ``marketplaces/ozon``: fixtures, adapters, refusals."""

from odoo.addons.sale_marketplace.marketplaces.ozon.adapter import OzonAdapter
from odoo.addons.sale_marketplace.marketplaces.ozon.endpoints import RATES

from .adapter_support import AdapterSupport, FakeAnswer, FakeSession

API_KEY = "0f1e2d3c-aaaa-bbbb-cccc-1234567890ab"
BASE_URL = "https://api-seller.ozon.ru"


class Session(FakeSession):
    @property
    def paths(self):
        return [sent["url"].removeprefix(BASE_URL) for sent in self.sent]


_SUPPORT = AdapterSupport("ozon", OzonAdapter, RATES, Session, base_url=BASE_URL, client_id="123456", api_key=API_KEY)
read_fixture, make_config, make_adapter = _SUPPORT.read_fixture, _SUPPORT.make_config, _SUPPORT.make_adapter


def refusal(message, status=400, code=9):
    return FakeAnswer({"code": code, "message": message, "details": []}, status)
