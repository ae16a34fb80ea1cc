import logging
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_marketplace.services import marketplace_event_dispatcher

from .callbacks_case import CallbacksCase

_logger = logging.getLogger(__name__)
#: One call: the account, the news, the lane's trigger; and what Odoo asks for every call.
QUERIES = 8


@tagged("post_install", "-at_install")
class TestMegamarketCallbacksRefused(CallbacksCase):
    """Calls that are not taken, what a call costs, and what must be seen nowhere."""

    # --- what is refused --------------------------------------------------------------------------------------------
    def test_unknown_merchant(self):
        message = self._message(self._buy((self.products[0], 1)))
        for merchant in (1, "5046", None, "", True, {}):
            message["data"]["merchantId"] = merchant
            self._assert_refused(self._post(message))
        self.assertFalse(self._events())
        self.assertFalse(self._find_jobs("order_fetch"))

    def test_unknown_address(self):
        message = self._message(self._buy((self.products[0], 1)))
        base = f"/marketplace/webhook/{self.account.webhook_token}"
        wrong = [
            f"{base[:-1]}/order/new",
            f"{base}x/order/new",
            f"{base}%FF%00/order/new",
            "/marketplace/webhook/я/order/new",
        ]
        for path in [*wrong, base, f"{base}/order", f"{base}/order/return", f"{base}/order/new/x"]:
            self.assertEqual(self._post(message, path=path).status_code, 404, path)
        self.account.active = False
        self.assertEqual(self._post(message).status_code, 404)
        self.assertFalse(self._events())

    def test_junk(self):
        whole = self._message(self._buy((self.products[0], 1)))
        shipment = whole["data"]["shipments"][0]
        bodies = ["{broken", "", "[]", "null", '"text"', "{}", b"\xff\xfe", "[" * 100_000, {"data": None}, {"data": []}]
        for shipments in (None, [], {}, [None], ["1"], [{}], [{**shipment, "shipmentId": None}]):
            bodies.append({"data": {**whole["data"], "shipments": shipments}})
        for body in bodies:
            answer = self._post(body)
            self._assert_refused(answer)
            self.assertEqual(answer.json()["error"]["code"], "invalid", body)
        self.assertFalse(self._events())

    def test_cancellation_of_nothing(self):
        message = self._message(self._buy((self.products[0], 1)), "cancel", items=[1])
        for items in ([{}], [{"itemIndex": None}], "1"):
            message["data"]["shipments"][0]["items"] = items
            self._assert_refused(self._post(message, "cancel"))
        self.assertFalse(self._events())

    def test_cancellation_without_lots_is_of_the_whole_shipment(self):
        order = self._receive((self.products[0], 2))
        self._cancel_there(order.number)
        message = self._message(order.number, "cancel", items=[1])
        message["data"]["shipments"][0]["items"] = []
        self._call(message, "cancel", times=2)
        self._run_jobs()
        request = self._requests(order.number)
        self.assertEqual((len(request), request.what), (1, "The whole posting"))
        request.action_approve()
        self._run_jobs()
        self.assertEqual((request.state, order.status), ("approved", "cancelled"), request.problem)

    def test_strange_letters(self):
        number = self._buy((self.products[0], 1))
        message = self._message(number)
        message["data"]["shipments"][0]["note"] = "\u0000\ud800 юникод"
        message["data"]["shipments"][0]["customer"]["customerFullName"] = "А\u0000\ud800"
        self._call(message)
        self._run_jobs()
        self.assertEqual(self._find(number).state, "done")

    def test_too_large(self):
        message = self._message(self._buy((self.products[0], 1)))
        message["data"]["shipments"][0]["note"] = "x" * 3 * 1024 * 1024
        self._assert_refused(self._post(message), 413)
        self.assertFalse(self._events())

    def test_login(self):
        message = self._message(self._buy((self.products[0], 1)))
        self.account.write({"webhook_login": "market", "webhook_password": "тайна:1"})
        for login in (None, "market", "market:", "market:тайна", ":тайна:1", "other:тайна:1"):
            answer = self._post(message, login=login)
            self.assertEqual(answer.status_code, 401, login)
            self.assertIn("Basic", answer.headers["WWW-Authenticate"])
        self.assertFalse(self._events())
        self.assertEqual(self._post(message, login="market:тайна:1").json()["success"], 1)

    def test_login_by_the_marketplace_itself(self):
        number = self._buy((self.products[0], 1))
        self.account.write({"webhook_login": "market", "webhook_password": "secret"})
        self.assertEqual(self._announce(number)[0]["status"], 401)
        self._tell_addresses(login="market", password="secret")
        self.assertTrue(self._announce(number)[0]["ok"])
        self.assertTrue(self._events(number))

    def test_address_of_the_other_call(self):
        """The two were mixed up in the cabinet: what the call holds says what it is."""
        number = self._buy((self.products[0], 2))
        self._call(self._message(number), "cancel")
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.state, order.sale_order_id.state), ("done", "sale"))
        self.assertFalse(self._requests(number))
        self._cancel_there(number, 1)
        self._call(self._message(number, "cancel"), "new")
        self._run_jobs()
        self.assertEqual(self._requests(number).order_id, order)

    def test_paused_account_remembers(self):
        number = self._buy((self.products[0], 1))
        self.account.action_pause()
        self._call(self._message(number))
        self._run_jobs()
        self.assertFalse(self._find(number))
        self.account.action_resume()
        self._run_jobs()
        self.assertEqual(self._find(number).state, "done")

    def test_news_that_cannot_be_worked_on(self):
        """It is shown, keeps no other one back, and is worked on again when it is told again."""
        order, good = self._receive((self.products[0], 2)), self._buy((self.products[0], 1))
        self._cancel_there(order.number, 1)
        cancel = self._message(order.number, "cancel")
        self._call(cancel, "cancel")
        self._call(self._message(good))
        event = self._events(order.number)
        # As a version of this addon that packed other things might have left it.
        request, event.request = event.request, {"number": order.number}
        self._run_jobs()
        self.assertEqual(
            (event.state, self._requests(order.number)), ("failed", self.env["marketplace.cancel.request"])
        )
        self.assertTrue(event.problem)
        self.assertEqual(self._find(good).state, "done")
        event.request = request
        self._call(cancel, "cancel")
        self._run_jobs()
        self.assertEqual((event.state, event.times, self._requests(order.number).state), ("done", 2, "pending"))

    def test_two_calls_with_the_same_news_meet(self):
        """The later one looks again, and the marketplace hears of success."""
        number = self._buy((self.products[0], 1))
        dispatcher = self.env.registry["marketplace.event.dispatcher"]
        wake, calls = dispatcher._wake, []

        def meet(self, events):
            # What the database says to the second of two transactions that store the same news.
            calls.append(events.number)
            if len(calls) < 3:
                raise SerializationFailure
            return wake(self, events)

        with patch.object(dispatcher, "_wake", meet):
            self._call(self._message(number))
        self.assertEqual((calls, self._events(number).times), ([number] * 3, 1))

    def test_lane_is_woken_once(self):
        self._remember_waking()
        lane = self.env.ref("sale_marketplace.ir_cron_lane_orders")
        triggers = [("cron_id", "=", lane.id), ("call_at", "<=", fields.Datetime.now())]
        self.env["ir.cron.trigger"].search(triggers).unlink()
        numbers = [self._buy((self.products[0], 1)) for _place in range(2)]
        for number in numbers:
            self._call(self._message(number))
        self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", lane.id)]), 1)
        self._run_jobs()
        self.assertEqual([self._find(number).state for number in numbers], ["done", "done"])

    # --- what it costs ----------------------------------------------------------------------------------------------
    def _remember_waking(self):
        """However slow this machine is, whoever was woken counts as woken."""
        self.patch(marketplace_event_dispatcher, "WAKE_SECONDS", 3600)

    def test_queries_of_a_call(self):
        self._remember_waking()
        numbers = [self._buy((self.products[0], 1)) for _place in range(3)]
        messages = [self._message(number) for number in numbers]
        self._cancel_there(numbers[0], 1)
        cancel = self._message(numbers[0], "cancel")
        self._call(messages[0])
        for message, topic in ((messages[1], "new"), (messages[1], "new"), (messages[2], "new"), (cancel, "cancel")):
            queries = self._count_queries(lambda m=message, t=topic: self._call(m, t))
            _logger.info("%s queries for order/%s", queries, topic)
            self.assertLessEqual(queries, QUERIES, topic)

    def _count_queries(self, action):
        before = self.env.cr.sql_log_count
        action()
        return self.env.cr.sql_log_count - before

    def test_a_hundred_guesses(self):
        """404 each, the same work for each, nothing is kept, nobody is woken at night."""
        message = self._message(self._buy((self.products[0], 1)))
        paths = [f"/marketplace/webhook/guess-{place:040}/order/new" for place in range(101)]
        self._post(message, path=paths.pop())
        with self._listen() as lines:
            counts = {
                self._count_queries(lambda p=path: self.assertEqual(self._post(message, path=p).status_code, 404))
                for path in paths
            }
        self.assertFalse([line for line in lines if not line.startswith("INFO")])
        self.assertEqual(len(counts), 1, counts)
        self.assertLessEqual(max(counts), 8)
        self.assertFalse(self._events())
        self.assertFalse(self._find_jobs("order_fetch"))

    # --- secrets ----------------------------------------------------------------------------------------------------
    def test_wrong_token(self):
        number = self._buy((self.products[0], 1))
        token = "17500000-0000-4000-8000-DEADBEEF0000"
        self.account.api_key = token
        self._call(self._message(number))
        with self._listen() as lines:
            self._run_jobs(rounds=2)
        self.assertTrue(lines)
        self.assertEqual(self.account.state, "paused")
        self.assertIn("does not know the key", self.account.pause_reason)
        job = self._find_jobs("order_fetch")
        self.assertEqual((job.state, job.error_kind), ("pending", "auth"))
        exchanges = self.env["marketplace.exchange"].search(
            [("account_id", "=", self.account.id), ("failed", "=", True)]
        )
        self.assertTrue(exchanges)
        written = [*lines, job.error, self.account.pause_reason, *self.account.message_ids.mapped("body")]
        for exchange in self.env["marketplace.exchange"].search([("account_id", "=", self.account.id)]):
            written += [exchange.request, exchange.response, exchange.error]
        for secret in (token, "DEADBEEF", "17500000-0000"):
            self.assertFalse([text for text in written if text and secret.lower() in text.lower()])
        self.account.api_key = "17500000-0000-4000-8000-00000000D001"
        self.account.action_resume()
        self._run_jobs()
        self.assertEqual(self._find(number).state, "done")

    def test_buyer_is_in_no_log(self):
        number = self._buy_to_address()
        with self._listen() as lines:
            self._call(self._message(number))
            self._run_jobs()
        written = list(lines)
        for exchange in self.env["marketplace.exchange"].search([("account_id", "=", self.account.id)]):
            written += [exchange.request, exchange.response]
        self.assertFalse([text for text in written if "79000000000" in text or "Баумана" in text])

    @mute_logger("odoo.addons.sale_marketplace.marketplaces.megamarket.mapper")
    def test_call_that_the_mapper_cannot_read(self):
        """The news is a hint all the same: the order comes by the API."""
        number = self._buy((self.products[0], 1))
        message = self._message(number)
        message["data"]["shipments"][0]["items"][0].update({"price": "много", "quantity": 5})
        self._call(message)
        self._run_jobs()
        self.assertEqual(self._find(number).state, "done")
