"""Transport: what is retried, what is not, and what the caller gets to know."""

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import client as client_module
from odoo.addons.sale_marketplace.marketplaces.base.client import HttpClient
from odoo.addons.sale_marketplace.marketplaces.base.errors import (
    AuthError,
    NotFound,
    PayloadError,
    RateLimited,
    Rejected,
    Unavailable,
    UnknownOutcome,
)
from odoo.addons.sale_marketplace.marketplaces.base.limiter import COMMON, Limiter, Rate
from odoo.addons.sale_marketplace.marketplaces.base.messages import Call
from odoo.addons.sale_marketplace.marketplaces.base.policy import Policy
from odoo.addons.sale_marketplace.marketplaces.ozon.client import OzonVendor

from .adapter_support import PDF, FakeAnswer, FakeClock, FakeSession
from .ozon_support import API_KEY, make_config, refusal

READ = Call(name="posting_get", path="/v3/posting/fbs/get", json={}, idempotent=True)
WRITE = Call(name="ship", path="/v4/posting/fbs/ship", json={})
TIMEOUT = requests.exceptions.ReadTimeout("slow")
CUT = requests.exceptions.ConnectionError("Connection aborted")
UNSENT = requests.exceptions.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))


class TestClient(BaseCase):
    def setUp(self):
        super().setUp()
        self.clock = FakeClock()
        self.exchanges = []

    def make_client(self, *answers, rates=None, policy=None, **config):
        self.session = FakeSession(*answers)
        config = make_config(**config)
        return HttpClient(
            config,
            OzonVendor(config.client_id, config.api_key),
            Limiter(rates or {COMMON: Rate(100, burst=100)}, self.clock),
            session=self.session,
            policy=policy or Policy(jitter=lambda delay: delay),
            observe=self.exchanges.append,
            sleep=self.clock.sleep,
            clock=self.clock,
            now=self.clock.now,
        )

    # --- what is sent ---
    def test_request_carries_keys_timeouts_and_own_name(self):
        self.make_client({"ok": 1}).request(READ)
        sent = self.session.sent[0]
        self.assertEqual(sent["url"], "https://api-seller.ozon.ru/v3/posting/fbs/get")
        self.assertEqual(sent["headers"]["Client-Id"], "123456")
        self.assertEqual(sent["headers"]["Api-Key"], API_KEY)
        self.assertEqual(sent["headers"]["Content-Type"], "application/json")
        self.assertNotIn("python-requests", sent["headers"]["User-Agent"])
        self.assertEqual(sent["timeout"], 30.0)
        self.assertIs(sent["verify"], True)
        self.assertIs(sent["allow_redirects"], False)

    def test_file_host_gets_no_keys(self):
        call = Call(name="file", url="https://files.example.com/a.pdf", method="GET", binary=True, idempotent=True)
        answer = self.make_client(PDF).request(call)
        self.assertEqual(answer.content, PDF)
        self.assertNotIn(API_KEY, str(self.session.sent))
        self.assertNotIn("Client-Id", self.session.sent[0]["headers"])

    def test_file_host_refusing_is_not_a_wrong_key(self):
        call = Call(name="file", url="https://files.example.com/a.pdf", method="GET", binary=True, idempotent=True)
        with self.assertRaises(NotFound):
            self.make_client(FakeAnswer(b"<Error/>", 403)).request(call)

    def test_unusable_keys_are_refused_before_sending(self):
        for config, reason in (({"client_id": "abc"}, "bad_client_id"), ({"api_key": "ключ\n"}, "wrong_key")):
            with self.subTest(reason=reason), self.assertRaises(AuthError) as caught:
                self.make_client(**config).request(READ)
            self.assertEqual(caught.exception.reason, reason)
            self.assertFalse(self.session.sent)

    # --- what is repeated ---
    def test_idempotent_call_is_repeated(self):
        for failure in (TIMEOUT, CUT, FakeAnswer(b"<html>Bad Gateway</html>", 502), refusal("Internal error", 500, 13)):
            with self.subTest(failure=failure):
                answer = self.make_client(failure, {"ok": 1}).request(READ)
                self.assertEqual(answer.data, {"ok": 1})
                self.assertEqual(len(self.session.sent), 2)

    def test_repeating_ends(self):
        with self.assertRaises(Unavailable):
            self.make_client(TIMEOUT, TIMEOUT, TIMEOUT).request(READ)
        self.assertEqual(self.clock.slept, [0.5, 1.0])
        self.assertEqual([exchange.status for exchange in self.exchanges], [None] * 3)

    def test_lost_write_is_never_repeated(self):
        for failure in (TIMEOUT, CUT, requests.exceptions.ChunkedEncodingError("cut"), FakeAnswer(b"<html>", 504)):
            with self.subTest(failure=failure), self.assertRaises(UnknownOutcome):
                self.make_client(failure).request(WRITE)
            self.assertEqual(len(self.session.sent), 1)

    def test_write_that_was_never_sent_is_repeated(self):
        for failure in (UNSENT, requests.exceptions.ConnectTimeout("no route")):
            with self.subTest(failure=failure):
                self.make_client(failure, {"result": []}).request(WRITE)
                self.assertEqual(len(self.session.sent), 2)

    def test_refused_certificate_was_never_sent(self):
        failure = requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get issuer")
        with self.assertRaises(Unavailable):
            self.make_client(failure, failure, failure).request(WRITE)

    def test_refusal_is_not_repeated(self):
        with self.assertRaises(Rejected) as caught:
            self.make_client(refusal("HAS_INCORRECT_STATUS")).request(WRITE)
        self.assertEqual(caught.exception.code, "HAS_INCORRECT_STATUS")
        self.assertEqual(caught.exception.http_status, 400)
        self.assertEqual(caught.exception.endpoint, "/v4/posting/fbs/ship")

    # --- limits ---
    def test_short_retry_after_is_slept_even_for_a_write(self):
        throttled = FakeAnswer({"code": 8, "message": "slow down"}, 429, {"Retry-After": "2"})
        self.make_client(throttled, {"result": []}).request(WRITE)
        self.assertGreaterEqual(sum(self.clock.slept), 2)

    def test_long_retry_after_is_raised(self):
        with self.assertRaises(RateLimited) as caught:
            self.make_client(FakeAnswer({"message": "slow down"}, 429, {"Retry-After": "60"})).request(READ)
        self.assertEqual(caught.exception.retry_after, 60)
        self.assertFalse(self.clock.slept)

    def test_retry_after_that_is_a_date_is_no_number(self):
        headers = {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}
        answer = self.make_client(FakeAnswer(b"", 429, headers), {"ok": 1}).request(READ)
        self.assertEqual(answer.data, {"ok": 1})

    def test_own_limit_is_waited_for_or_raised(self):
        client = self.make_client({}, {}, rates={COMMON: Rate(0.5)})
        client.request(READ)
        client.request(READ)
        self.assertEqual(self.clock.slept, [2.0])
        client = self.make_client({}, rates={COMMON: Rate(0.01)})
        client.request(READ)
        with self.assertRaises(RateLimited) as caught:
            client.request(READ)
        self.assertGreater(caught.exception.retry_after, 50)

    # --- odd answers ---
    def test_broken_json(self):
        with self.assertRaises(PayloadError):
            self.make_client(b'{"postings": [').request(READ)
        with self.assertRaises(UnknownOutcome):
            self.make_client(b"<html>Hello</html>").request(WRITE)

    def test_html_refusal_has_a_clean_message(self):
        page = b"<html><head><title>404</title></head></html>"
        with self.assertRaises(Unavailable) as caught:
            self.make_client(*[FakeAnswer(page, 404)] * 3).request(READ)
        self.assertEqual(str(caught.exception), "The marketplace answered with HTTP 404")

    def test_redirect_is_not_followed(self):
        with self.assertRaises(Unavailable):
            self.make_client(*[FakeAnswer(b"", 302, {"Location": "https://evil.example"})] * 3).request(READ)

    def test_size_is_limited(self):
        policy = Policy(max_json_bytes=10)
        with self.assertRaises(PayloadError):
            self.make_client({"a": "b" * 100}, policy=policy).request(READ)

    def test_endless_answer_is_cut(self):
        class Dripping(FakeAnswer):
            def iter_content(inner, size):
                while True:
                    self.clock.sleep(50)
                    yield b" "

        with self.assertRaises(UnknownOutcome):
            self.make_client(Dripping()).request(WRITE)

    def test_what_postgresql_cannot_store_is_left_out(self):
        answer = self.make_client(b'{"a": "x\\u0000y", "b": "\\\\u0000", "c": NaN}').request(READ)
        self.assertEqual(answer.data, {"a": "xy", "b": "\\u0000", "c": None})

    # --- the record of it ---
    def test_exchange(self):
        body = {"customer": {"name": "Иван", "phone": "+79031234567"}, "status": "ok"}
        self.make_client(body).request(READ)
        exchange = self.exchanges[0]
        self.assertEqual((exchange.endpoint, exchange.method, exchange.status), ("posting_get", "POST", 200))
        self.assertEqual(exchange.url, "/v3/posting/fbs/get")
        self.assertEqual(exchange.at, self.clock.now())
        self.assertIn('"status": "ok"', exchange.response_body)
        self.assertNotIn("Иван", exchange.response_body)
        self.assertNotIn(API_KEY, str(exchange))

    def test_exchange_of_a_failure_and_of_a_file(self):
        with self.assertRaises(Rejected) as caught:
            self.make_client(refusal(f"odd key {API_KEY}")).request(WRITE)
        self.assertNotIn(API_KEY, str(caught.exception))
        self.assertNotIn(API_KEY, str(self.exchanges))
        self.assertIn("odd key", self.exchanges[0].error)
        call = Call(name="act_pdf", path="/v2/posting/fbs/act/get-pdf", json={"id": 1}, binary=True, idempotent=True)
        self.make_client(PDF).request(call)
        self.assertEqual(self.exchanges[-1].response_body, f"<{len(PDF)} bytes>")

    def test_long_body_is_cut(self):
        self.make_client({"a": "b" * 100_000}).request(READ)
        self.assertLessEqual(len(self.exchanges[0].response_body), client_module.KEPT_BODY + 1)
