"""What an adapter says it can do is what it does."""

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces import ADAPTERS
from odoo.addons.sale_marketplace.marketplaces.base import status
from odoo.addons.sale_marketplace.marketplaces.base.adapter import (
    OPERATIONS,
    WRITE_OPERATIONS,
    AdapterConfig,
    MarketplaceAdapter,
)
from odoo.addons.sale_marketplace.marketplaces.base.errors import NotSupported
from odoo.addons.sale_marketplace.marketplaces.ozon.endpoints import DEAD, ENDPOINTS


class TestCapabilities(BaseCase):
    def test_operations_are_the_overridden_methods(self):
        for code, adapter in ADAPTERS.items():
            with self.subTest(code=code):
                overridden = {operation for operation, method in OPERATIONS.items() if method in vars(adapter)}
                self.assertEqual(adapter.info.operations, overridden)
                self.assertEqual(adapter.info.code, code)
                self.assertLessEqual(set(adapter.info.schemes), set(status.SCHEMES))
                self.assertLessEqual(set(adapter.info.limits), set(OPERATIONS))

    def test_write_operations_exist(self):
        self.assertLessEqual(WRITE_OPERATIONS, set(OPERATIONS))

    def test_what_is_not_implemented_is_refused(self):
        adapter = MarketplaceAdapter.__new__(type("Empty", (MarketplaceAdapter,), {"info": ADAPTERS["ozon"].info}))
        adapter.config = AdapterConfig(base_url="", client_id="", api_key="")
        with self.assertRaises(NotSupported):
            adapter.get_order("1")

    def test_the_key_is_not_in_the_repr(self):
        self.assertNotIn("secret-key", repr(AdapterConfig(base_url="", client_id="1", api_key="secret-key")))

    def test_every_ozon_operation_has_an_endpoint(self):
        served = {operation for endpoint in ENDPOINTS.values() for operation in endpoint.operations}
        self.assertEqual(served, set(ADAPTERS["ozon"].info.operations) - {"events"})
        self.assertFalse({endpoint.path for endpoint in ENDPOINTS.values()} & set(DEAD))
        for operation in WRITE_OPERATIONS - {"cargo_places"}:
            writers = [each for each in ENDPOINTS.values() if operation in each.operations]
            self.assertFalse([each.name for each in writers if each.idempotent], operation)
