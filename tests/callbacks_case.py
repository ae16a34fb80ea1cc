import base64
import json
import logging
from contextlib import contextmanager
from urllib.parse import urlsplit

from odoo.tests import HttpCase

from .common import TestModeCase
from .megamarket_case import MegamarketCase

ADDRESS = {"city": "Казань", "street": "улица Баумана", "house": "7", "postal_code": "420111"}


class CallbacksCase(TestModeCase, MegamarketCase, HttpCase):
    """The simulated MegaMarket calls our addresses, or writes a message that the test sends."""

    def setUp(self):
        super().setUp()
        self.paths = {
            topic: urlsplit(self.account[f"webhook_{topic}_url"]).path.rstrip("/") for topic in ("new", "cancel")
        }
        self._tell_addresses()

    def _tell_addresses(self, **values):
        """What is entered in the cabinet."""
        addresses = {f"{topic}_url": self.base_url() + path for topic, path in self.paths.items()}
        self._control("merchants", {"merchant_id": self.account.client_id, **addresses, **values})

    # --- calls ------------------------------------------------------------------------------------------------------
    def _announce(self, number, kind="new", times=1, **values):
        """The marketplace itself calls; returns what it was answered."""
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            result = self._control(f"postings/{number}/announce", {"kind": kind, "times": times, **values})
        self.env.invalidate_all()
        return result["answers"]

    def _post(self, body, topic="new", path=None, login=None):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        if login:
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        return self.url_open(path or self.paths[topic], data=data, headers=headers, method="POST")

    def _call(self, body, topic="new", times=1):
        """Calls that are answered with success."""
        for _time in range(times):
            answer = self._post(body, topic)
            self.assertEqual((answer.status_code, answer.json()["success"]), (200, 1), answer.text)

    def _assert_refused(self, answer, status=200):
        self.assertEqual((answer.status_code, answer.json()["success"]), (status, 0), answer.text)

    def _buy_to_address(self):
        """``order/get`` tells nobody's address."""
        hidden = {"customerAddress": "", "customer": None}
        return self._buy((self.products[0], 1), customer=ADDRESS, get_overrides=hidden)

    # --- what became of it --------------------------------------------------------------------------------------------
    def _events(self, number=None):
        domain = [("account_id", "=", self.account.id)]
        return self.env["marketplace.event"].search(domain + ([("number", "=", number)] if number else []))

    def _requests(self, number):
        return self.env["marketplace.cancel.request"].search([("number", "=", number)])

    def _count_sales(self, number):
        return self.env["sale.order"].search_count([("marketplace_number", "=", number)])

    @contextmanager
    def _listen(self):
        """Everything that is written to any log meanwhile, tracebacks too."""
        lines, handler = [], logging.Handler()
        form = logging.Formatter("%(levelname)s %(name)s %(message)s")
        handler.emit = lambda record: lines.append(form.format(record))
        logging.getLogger().addHandler(handler)
        try:
            yield lines
        finally:
            logging.getLogger().removeHandler(handler)
