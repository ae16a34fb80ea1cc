import json

import requests

from odoo.tests import tagged

from .shipping_case import HttpShippingCase


@tagged("post_install", "-at_install")
class TestWebhook(HttpShippingCase):
    def setUp(self):
        super().setUp()
        self.address = f"/marketplace/webhook/{self.account.webhook_token}"

    def _post(self, body, address=None):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        return self.url_open(address or self.address, data=data, headers=headers, method="POST")

    def _message(self, kind, number=None, **values):
        """A message as the simulated marketplace writes it; nobody receives it yet."""
        body = {"message_type": kind, "body": values, **({"number": number} if number else {})}
        return self.simulator.control("POST", "ozon/push", body)["message"]

    def _send(self, kind, number=None, times=1, **values):
        message = self._message(kind, number, **values)
        answers = [self._post(message) for _time in range(times)]
        self.assertEqual({answer.status_code for answer in answers}, {200})
        self.assertEqual({answer.text for answer in answers}, {'{"result": true}'})
        return answers

    def _events(self, **values):
        domain = [("account_id", "=", self.account.id), *((name, "=", value) for name, value in values.items())]
        return self.env["marketplace.event"].search(domain)

    # --- what is answered ---------------------------------------------------------------------------------------
    def test_ping(self):
        answer = self._post(self._message("TYPE_PING"))
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(set(answer.json()), {"version", "name", "time"})
        self.assertFalse(self._events(), "A ping is no news")

    def test_wrong_address(self):
        message = self._message("TYPE_NEW_POSTING", self._buy((self.products[0], 1)))
        for token in ("x", self.account.webhook_token[:-1], self.account.webhook_token + "x"):
            answer = self._post(message, f"/marketplace/webhook/{token}")
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self._events())

    def test_renewed_address(self):
        self.account.action_renew_webhook()
        message = self._message("TYPE_PING")
        self.assertEqual(self._post(message).status_code, 404)
        self.assertEqual(self._post(message, f"/marketplace/webhook/{self.account.webhook_token}").status_code, 200)

    def test_address_of_an_archived_account(self):
        self.account.active = False
        self.assertEqual(self._post(self._message("TYPE_PING")).status_code, 404)

    def test_only_post(self):
        answer = self.url_open(self.address)
        self.assertEqual(answer.status_code, 405)

    def test_unreadable_bodies(self):
        for body in (
            "{broken",
            "",
            "[]",
            '"text"',
            "null",
            "{}",
            b"\xff\xfe",
            '{"message_type": 7',
            '{"message_type": {}}',
        ):
            answer = self._post(body)
            self.assertEqual(answer.status_code, 400, body)
            self.assertEqual(answer.json()["error"]["code"], "ERROR_PARAMETER_VALUE_MISSED", body)
        nameless = self._post({"message_type": "TYPE_NEW_POSTING"})
        self.assertEqual(nameless.status_code, 400)
        self.assertFalse(self._events())

    def test_deeply_nested_body(self):
        self.assertEqual(self._post("[" * 100_000).status_code, 400)

    def test_huge_body_is_refused(self):
        answer = self._post(json.dumps({"message_type": "TYPE_NEW_POSTING", "posting_number": "x" * 300_000}))
        self.assertEqual(answer.status_code, 413)
        self.assertIn("error", answer.json())
        self.assertFalse(self._events())

    def test_ten_megabytes_are_not_even_read(self):
        """Announced, and never sent: the answer does not wait for it."""
        headers = {"Content-Type": "application/json", "Content-Length": str(10 * 1024 * 1024)}
        request = self.opener.prepare_request(
            requests.Request("POST", self.base_url() + self.address, data=b"{", headers=headers)
        )
        request.headers["Content-Length"] = headers["Content-Length"]
        with self.allow_requests():
            request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.opener.cookies.items())
            answer = self.opener.send(request, timeout=10)
        self.assertEqual(answer.status_code, 413)

    def test_unknown_kinds_are_kept_and_change_nothing(self):
        self._send("TYPE_SOMETHING_OF_TOMORROW")
        event = self._events()
        self.assertEqual((event.raw_kind, event.kind, event.state), ("TYPE_SOMETHING_OF_TOMORROW", "other", "ignored"))
        self.assertFalse(self.env["marketplace.job"].search([("account_id", "=", self.account.id)]))

    def test_strange_letters_and_numbers(self):
        message = {"message_type": "TYPE_X", "seller_id": 1042, "note": "\u0000\ud800 юникод", "n": 1e308}
        self.assertEqual(self._post(message).status_code, 200)
        self.assertEqual(len(self._events()), 1)

    # --- what becomes of it -------------------------------------------------------------------------------------
    def test_new_posting_becomes_an_order(self):
        number = self._buy((self.products[0], 2, "150.00"))
        self._send("TYPE_NEW_POSTING", number)
        event = self._events()
        self.assertEqual((event.kind, event.number, event.times, event.state), ("order_new", number, 1, "new"))
        self.assertTrue(event.occurred_at)
        self.assertFalse(self._find(number), "Nothing is done while the marketplace waits for the answer")
        self._run_jobs()
        self.assertEqual((event.state, self._find(number).state), ("done", "done"))
        self.assertEqual(self._find(number).sale_order_id.amount_total, 300)

    def test_the_same_news_five_times(self):
        number = self._buy((self.products[0], 1))
        self._send("TYPE_NEW_POSTING", number, times=5)
        self.assertEqual(self._events().times, 5)
        self._run_jobs()
        self._poll()
        order = self._find(number)
        self.assertEqual(order.state, "done")
        self.assertEqual(self.env["sale.order"].search_count([("marketplace_number", "=", number)]), 1)

    def test_body_is_a_hint_and_never_the_truth(self):
        number = self._buy((self.products[0], 1, "99.00"))
        lies = [{"sku": 1, "offer_id": self.products[5].default_code, "quantity": 100}]
        self._send("TYPE_NEW_POSTING", number, products=lies)
        self._send("TYPE_POSTING_CANCELLED", number, new_state="posting_canceled")
        self._run_jobs()
        order = self._find(number)
        self.assertEqual(order.status, "to_assemble", "Nobody has cancelled it there")
        self.assertEqual(order.sale_order_id.state, "sale")
        self.assertEqual(order.sale_order_id.order_line.product_id, self.products[0])
        self.assertEqual(order.sale_order_id.amount_total, 99)

    def test_posting_of_somebody_else(self):
        self._post({"message_type": "TYPE_NEW_POSTING", "seller_id": 1042, "posting_number": "99999999-0001-1"})
        self._run_jobs(rounds=2)
        self.assertFalse(self._find("99999999-0001-1"))
        job = self._find_jobs("order_fetch")
        self.assertEqual(job.state, "pending", "It may be known there a moment later")
        self.env.cr.execute("UPDATE marketplace_job SET create_date = create_date - interval '1 hour'")
        self.env.invalidate_all()
        self._run_jobs(rounds=2)
        self.assertEqual(job.state, "failed")
        self.assertIn("does not find it", job.error)

    def test_cancelled(self):
        order = self._receive((self.products[0], 1))
        self._cancel_there(order)
        self._send("TYPE_POSTING_CANCELLED", order.number)
        self._run_jobs()
        self.assertEqual(order.status, "cancelled")
        self.assertEqual(order.sale_order_id.state, "cancel")

    def test_changed_status(self):
        order = self._receive((self.products[0], 1))
        self.simulator.control("POST", f"ozon/postings/{order.number}/status", {"status": "delivering"})
        self._send("TYPE_STATE_CHANGED", order.number)
        self._run_jobs()
        self.assertEqual(order.status, "delivering")
        self.assertEqual(order.ship_state, "shipped")

    def test_news_in_disorder(self):
        number = self._buy((self.products[0], 1))
        new = self._message("TYPE_NEW_POSTING", number)
        self.simulator.control("POST", f"ozon/postings/{number}/cancel", {"by": "client"})
        self._send("TYPE_POSTING_CANCELLED", number)
        self._run_jobs()
        self.assertEqual(self._post(new).status_code, 200)
        self._run_jobs()
        order = self._find(number)
        self.assertEqual((order.status, order.state), ("cancelled", "cancelled"))
        self.assertFalse(order.sale_order_id)

    def test_paused_account_remembers(self):
        number = self._buy((self.products[0], 1))
        self.account.action_pause()
        self._send("TYPE_NEW_POSTING", number)
        self._run_jobs()
        self.assertFalse(self._find(number))
        self.assertEqual(self._events().state, "done")
        self.account.action_resume()
        self._run_jobs()
        self.assertEqual(self._find(number).state, "done")

    def test_pushed_by_the_marketplace_itself(self):
        """The whole way: it sends over the network, twice each, and is content with the answers."""
        number = self._buy((self.products[0], 1))
        with self.allow_requests(all_requests=True):
            result = self.simulator.control(
                "POST",
                "ozon/push",
                {
                    "url": self.base_url() + self.address,
                    "message_type": "TYPE_NEW_POSTING",
                    "number": number,
                    "times": 2,
                },
            )
        self.assertEqual([answer["status"] for answer in result["answers"]], [200, 200])
        self.assertEqual([answer["body"] for answer in result["answers"]], [{"result": True}] * 2)
        self.assertEqual(self._events().times, 2)
