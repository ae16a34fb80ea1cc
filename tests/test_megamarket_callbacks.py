import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.sale_marketplace.services.marketplace_order_poller import ANNOUNCED_LIMIT

from .callbacks_case import CallbacksCase


@tagged("post_install", "-at_install")
class TestMegamarketCallbacks(CallbacksCase):
    """What is answered, at once and whatever comes; DBS."""

    # --- new orders -------------------------------------------------------------------------------------------------
    def test_new_order_is_stored_and_answered_at_once(self):
        number = self._buy((self.products[0], 2), delivery_price=300)
        [answer] = self._announce(number)
        self.assertEqual((answer["status"], answer["ok"]), (200, True), answer)
        self.assertEqual(answer["body"]["data"], {})
        event = self._events(number)
        self.assertEqual((event.kind, event.raw_kind, event.times), ("order_new", "order/new", 1))
        self.assertFalse(self._find(number), "Nothing is done while the marketplace waits for the answer")
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.state, order.scheme), ("done", "rfbs"), order.problem)
        self.assertEqual(order.sale_order_id.amount_total, order.total)

    def test_repeated_call(self):
        number = self._buy((self.products[0], 1))
        answers = self._announce(number, times=3)
        self._run_jobs()
        answers += self._announce(number, times=2)
        self._run_jobs()
        self._poll()
        self.assertEqual([answer["ok"] for answer in answers], [True] * 5)
        self.assertEqual(self._events(number).times, 5)
        self.assertEqual((len(self._find(number)), self._count_sales(number)), (1, 1))

    def test_several_shipments_in_one_call(self):
        numbers = [self._buy((self.products[place], 1)) for place in range(3)]
        messages = [self._message(number) for number in numbers]
        messages[0]["data"]["shipments"] = [message["data"]["shipments"][0] for message in messages]
        self._call(messages[0])
        self._run_jobs()
        self.assertEqual([self._find(number).state for number in numbers], ["done"] * 3)

    def test_call_is_a_hint_and_never_the_truth(self):
        number = self._buy((self.products[0], 1, {"price": 500}))
        message = self._message(number)
        message["data"]["shipments"][0]["items"][0].update({"price": 1, "finalPrice": 1, "offerId": "T-009"})
        self._call(message)
        self._run_jobs()
        order = self._find(number)
        self.assertEqual(order.line_ids.mapped(lambda line: (line.article, line.price)), [("T-001", 500)])

    def test_shipment_of_somebody_else(self):
        message = self._message(self._buy((self.products[0], 1)))
        message["data"]["shipments"][0]["shipmentId"] = "1"
        self._call(message)
        self._run_jobs(rounds=2)
        self.assertFalse(self._find("1"))

    def test_odd_types(self):
        self._set(odd_types=True)
        number = self._buy((self.products[0], 2), delivery_price=300)
        message = self._message(number)
        self.assertEqual(message["data"]["shipments"][0]["items"][0]["itemIndex"], 1, "a number")
        self._call(message)
        self._run_jobs()
        self.assertEqual(self._find(number).line_ids.mapped("unit_numbers"), ["1,2", "3"])

    def test_handover_is_missing(self):
        number = self._buy((self.products[0], 1), missing_handover=True)
        self.assertNotIn("handover", self._message(number)["data"]["shipments"][0])
        self._call(self._message(number))
        self._run_jobs()
        self.assertEqual((self._events().kind, self._find(number).state), ("order_new", "done"))

    def test_three_hundred_pieces_of_one_offer(self):
        """Their names and discounts in Russian, escaped: the call is large."""
        discounts = [{"type": "BPG20", "amount": 10, "discountDescription": "Скидка за бонусы " * 4}] * 2
        name = "Пылесос вертикальный беспроводной с турбощёткой, контейнером и подставкой " * 2
        number = self._buy((self.products[0], 300, {"name": name, "discounts": discounts}))
        message = self._message(number)
        self.assertGreater(len(json.dumps(message)), 256 * 1024)
        self._call(message)
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.state, order.line_ids.quantity), ("done", 300), order.problem)
        self.assertEqual(len(order.line_ids._get_numbers()), 300)

    def test_unknown_vat(self):
        number = self._buy((self.products[0], 1, {"tax_rate": "19"}), (self.products[1], 1, {"tax_rate": None}))
        self._call(self._message(number))
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.state, order.sale_order_id.state), ("done", "sale"), order.problem)
        self.assertEqual(order.line_ids.mapped("vat_word"), ["19", False])

    # --- what only the call tells -----------------------------------------------------------------------------------
    def _assert_address(self, order):
        self.assertEqual(
            (order.buyer_city, order.buyer_zip, order.buyer_phone), ("Казань", "420111", "79000000000"), order.state
        )
        self.assertIn("улица", order.buyer_street)

    def test_address(self):
        number = self._buy_to_address()
        self._call(self._message(number))
        self._run_jobs()
        order = self._find(number)
        self._assert_address(order)
        contact = order.sale_order_id.partner_shipping_id
        self.assertEqual((contact.city, contact.zip, contact.phone), ("Казань", "420111", "79000000000"))

    def test_address_of_a_call_that_is_slower_than_polling(self):
        number = self._buy_to_address()
        self._poll()
        order = self._find(number)
        self.assertEqual((order.state, order.buyer_city), ("done", False))
        self._call(self._message(number))
        self._run_jobs()
        self._assert_address(order)
        sale = order.sale_order_id
        contact = sale.partner_shipping_id
        self.assertEqual((contact.city, contact.zip, contact.phone), ("Казань", "420111", "79000000000"))
        self.assertEqual(order.picking_ids.partner_id, contact)

    def test_address_stays_while_the_order_goes_on(self):
        number = self._buy_to_address()
        self._call(self._message(number))
        self._run_jobs()
        order = self._find(number)
        self._validate(order.picking_ids)
        self.assertEqual(order.status, "assembled", order.ship_problem)
        self._assert_address(order)
        self._poll("statuses_poll")
        self._assert_address(order)

    # --- calls that are quicker than the API ------------------------------------------------------------------------
    def _announce_early(self):
        self._set(api_delay=3600)
        number = self._buy((self.products[0], 1))
        self._call(self._message(number))
        self._run_jobs(rounds=2)
        return number, self._find_jobs("order_fetch")

    def test_announced_before_the_api_knows_it(self):
        number, job = self._announce_early()
        self.assertEqual((job.state, job.attempts), ("pending", 0))
        self.assertIn("Announced", job.result)
        self.assertGreater(job.eta, fields.Datetime.now())
        self._set(api_delay=0)
        self._run_jobs()
        self.assertEqual((job.state, self._find(number).state), ("done", "done"))

    def test_announced_and_never_known(self):
        number, job = self._announce_early()
        self._age(job, ANNOUNCED_LIMIT + timedelta(minutes=1))
        self._run_jobs(rounds=2)
        self.assertEqual((job.state, job.error_kind), ("failed", "rejected"))
        self.assertIn(number, job.error)
        self.assertIn("does not find it", job.error)

    def test_announced_again_after_it_was_given_up(self):
        number, job = self._announce_early()
        self._age(job, ANNOUNCED_LIMIT + timedelta(minutes=1))
        self._run_jobs(rounds=2)
        self._set(api_delay=0)
        self._call(self._message(number))
        self._run_jobs()
        self.assertEqual(self._find(number).state, "done")
        self.assertEqual(self._events(number).times, 2)

    def _age(self, record, age):
        self.env.cr.execute(
            "UPDATE marketplace_job SET create_date = create_date - %s WHERE id IN %s", (age, tuple(record.ids))
        )
        record.invalidate_recordset(["create_date"])

    def test_many_are_read_by_few_calls(self):
        numbers = [self._buy((self.products[0], 1)) for _place in range(20)]
        for number in numbers:
            self._call(self._message(number))
        self.simulator.control("DELETE", "requests")
        self._run_jobs()
        self.assertEqual({self._find(number).state for number in numbers}, {"done"})
        calls = self.simulator.control("GET", "requests?path=/megamarket")["requests"]
        self.assertEqual([call["path"].rpartition("/")[2] for call in calls], ["get"])

    def test_one_of_many_is_not_known_yet(self):
        known = self._buy((self.products[0], 1))
        unknown = self._buy((self.products[0], 1), created_at="2099-01-01T00:00:00Z")
        for number in (known, unknown):
            self._call(self._message(number))
        self._run_jobs(rounds=2)
        self.assertEqual(self._find(known).state, "done")
        states = {job.payload["number"]: job.state for job in self._find_jobs("order_fetch")}
        self.assertEqual(states, {known: "done", unknown: "pending"})

    # --- buyers who cancel ------------------------------------------------------------------------------------------
    def test_request_to_cancel(self):
        order = self._receive((self.products[0], 3))
        self._cancel_there(order.number, 2)
        answers = self._announce(order.number, "cancel", times=2)
        self.assertEqual([answer["ok"] for answer in answers], [True, True])
        self._run_jobs()
        request = self._requests(order.number)
        self.assertEqual((request.state, request.unit_numbers, request.order_id), ("pending", "2", order))

    def test_request_that_comes_before_its_order(self):
        number = self._buy((self.products[0], 2))
        self._cancel_there(number, 2)
        self._set(api_delay=3600)
        self._call(self._message(number, "cancel"), "cancel")
        self._run_jobs(rounds=2)
        request = self._requests(number)
        self.assertEqual((len(request), request.order_id.id), (1, False))
        self._set(api_delay=0)
        self._call(self._message(number))
        self._run_jobs()
        order = self._find(number)
        self.assertEqual(self._count_sales(number), 1)
        self.assertEqual((order.state, request.order_id, request.what), ("done", order, "Товар 1 × 1"))
        request.action_approve()
        self._run_jobs()
        self.assertEqual(self._statuses_there(order), {"1": "NEW", "2": "CUSTOMER_CANCELED"})

    def test_request_and_order_that_two_workers_store_at_once(self):
        order = self._receive((self.products[0], 2))
        self._cancel_there(order.number, 2)
        self._call(self._message(order.number, "cancel"), "cancel")
        # The one worker does not see yet what the other one has stored.
        number, order.number = order.number, f"{order.number}-unseen"
        self.env["marketplace.event.dispatcher"]._absorb()
        order.number = number
        self.assertEqual((self._events().state, self._requests(order.number).order_id.id), ("done", False))
        self._run_jobs()
        self.assertEqual(self._requests(order.number).order_id, order)


@tagged("post_install", "-at_install")
class TestMegamarketCallbacksStandard(CallbacksCase):
    """The marketplace carries; its buyers cancel without asking."""

    scheme = "fbs"

    def test_new_order(self):
        number = self._buy((self.products[0], 2))
        answers = self._announce(number, times=2)
        self.assertEqual([answer["ok"] for answer in answers], [True, True])
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.state, order.status, order.scheme), ("done", "to_confirm", "fbs"), order.problem)
        self.assertEqual(self._count_sales(number), 1)
        self.assertFalse(order.buyer_phone)

    def test_cancelled_by_lots(self):
        order = self._receive((self.products[0], 3))
        self._cancel_there(order.number, 1)
        self._announce(order.number, "cancel")
        self._run_jobs()
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 2)
        self._cancel_there(order.number)
        self._announce(order.number, "cancel", times=2)
        self._run_jobs()
        self.assertEqual((order.status, order.sale_order_id.state), ("cancelled", "cancel"))
        self.assertFalse(self._requests(order.number))

    def test_cancelled_before_it_was_new(self):
        number = self._buy((self.products[0], 1))
        new = self._message(number)
        self._cancel_there(number)
        self._announce(number, "cancel")
        self._run_jobs()
        self._call(new)
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.status, order.state), ("cancelled", "cancelled"))
        self.assertFalse(order.sale_order_id)

    def test_some_lots_cancelled_before_it_was_new(self):
        number = self._buy((self.products[0], 2), (self.products[1], 1))
        new = self._message(number)
        self._cancel_there(number, 1, 3)
        self._announce(number, "cancel")
        self._call(new)
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.status, order.state), ("to_confirm", "done"), order.problem)
        self.assertEqual((order.line_ids.quantity, order.line_ids.unit_numbers), (1, "2"))
        self.assertEqual(order.sale_order_id.order_line.product_uom_qty, 1)

    def test_cancelled_before_the_api_knows_it(self):
        self._set(api_delay=3600)
        number = self._buy((self.products[0], 1))
        self._call(self._message(number, "cancel", items=[1]), "cancel")
        self._run_jobs(rounds=2)
        self.assertEqual(self._find_jobs("order_fetch").state, "pending")
        self._cancel_there(number)
        self._set(api_delay=0)
        self._run_jobs()
        self.assertEqual(self._find(number).state, "cancelled")
