from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .builders import make_return
from .returns_case import ReturnsCase
from .roles_case import ACCOUNTANT, USER, RolesCase


@tagged("post_install", "-at_install")
class TestOverview(RolesCase, ReturnsCase):
    """The numbers on an account's card, and the lists that they lead to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (USER, ACCOUNTANT)}

    def _find(self, action):
        """What the list shows that a number leads to."""
        domain, context = action["domain"], action["context"]
        view = self.env[action["res_model"]].get_view(
            action["search_view_id"] and action["search_view_id"][0], "search"
        )
        filters = {node.get("name"): node.get("domain") for node in etree.fromstring(view["arch"]).iter("filter")}
        chosen = [name.removeprefix("search_default_") for name in context if name.startswith("search_default_")]
        self.assertLessEqual(set(chosen), set(filters), "a filter that does not exist is silently left out")
        records = self.env[action["res_model"]].search(domain)
        kept = records.browse()
        for name in chosen:
            kept |= records.filtered_domain(safe_eval(filters[name]))
        return kept

    def test_what_buyers_have_done(self):
        cancelled, returned, fetched = self._sell(), self._sell(), self._sell()
        self._see(cancelled, "cancelled")
        self._tell(
            make_return(returned, self.offers[0], stage="ready"),
            make_return(fetched, self.offers[0], stage="moving"),
        )
        request = dto.CancelRequest(external_id="1", number=returned.number, state="pending")
        self.env["marketplace.cancel.request.service"]._store(self.account, [request])
        for role in (USER, ACCOUNTANT):
            account = self._as(role, self.account)
            account.invalidate_recordset()
            self.assertEqual((account.cancelled_count, account.request_count, account.return_count), (1, 1, 1), role)
        self.assertEqual(self._find(self.account.action_open_cancelled()), cancelled)
        self.assertEqual(self._find(self.account.action_open_requests()).order_id, returned)
        self.assertEqual(self._find(self.account.action_open_returns()).order_id, returned)
