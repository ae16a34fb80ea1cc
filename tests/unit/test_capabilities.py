"""What an adapter says it can do is what it does."""

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces import ADAPTERS
from odoo.addons.sale_marketplace.marketplaces.base import status
from odoo.addons.sale_marketplace.marketplaces.base.adapter import AdapterConfig, MarketplaceAdapter
from odoo.addons.sale_marketplace.marketplaces.base.errors import NotSupported
from odoo.addons.sale_marketplace.marketplaces.base.operations import OPERATIONS, WRITE_OPERATIONS
from odoo.addons.sale_marketplace.marketplaces.ozon.endpoints import DEAD, ENDPOINTS

#: Writing the same again is the same, or is refused as done: these may be repeated without looking.
REPEATABLE = {
    *("cargo_places", "tracking", "exemplars_set", "exemplars_commit", "country_set"),
    *(
        "ship_by_set",
        "confirm",
        "close",
        "return_report",
        "cancel_request_decide",
        "delivery_status",
        "stock_set",
        "price_set",
    ),
}


class TestCapabilities(BaseCase):
    def test_operations_are_the_overridden_methods(self):
        for code, adapter in ADAPTERS.items():
            with self.subTest(code=code):
                overridden = {
                    operation for operation, method in OPERATIONS.items() if self._find_owner(adapter, method)
                }
                self.assertEqual(adapter.info.operations, overridden)
                self.assertEqual(adapter.info.code, code)
                self.assertLessEqual(set(adapter.info.schemes), set(status.SCHEMES))
                self.assertLessEqual(set(adapter.info.limits), set(OPERATIONS))

    def _find_owner(self, adapter, method):
        """The first class above the base that has it; parts of an adapter may stand in files of their own."""
        above = [cls for cls in adapter.__mro__ if cls not in (MarketplaceAdapter, *MarketplaceAdapter.__mro__)]
        return next((cls for cls in above if method in vars(cls)), None)

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
        for operation in WRITE_OPERATIONS & ADAPTERS["ozon"].info.operations - REPEATABLE:
            writers = [each for each in ENDPOINTS.values() if operation in each.operations]
            self.assertTrue([each.name for each in writers if not each.idempotent], operation)
