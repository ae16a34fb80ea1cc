"""Token and envelope, refusals in all their shapes, and what is never shown."""

import requests

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base import errors
from odoo.addons.sale_marketplace.marketplaces.megamarket.endpoints import ENDPOINTS, RATES, WITHOUT_CALL

from .adapter_support import FakeAnswer
from .megamarket_support import (
    ORDERS,
    TOKEN,
    answer,
    done,
    found,
    make_adapter,
    make_lot,
    make_shipment,
    make_standard,
    read_fixture,
    refused,
)

#: How an answer tells a refusal: the marketplace does both.
STATUSES = (200, 400)


class TestMegamarketClient(BaseCase):
    def refuse(self, name, http_status=200, **changes):
        """The error that a fixture's refusal becomes for order/confirm."""
        body = read_fixture("refusals")[name]
        adapter, _session, self.exchanges, _clock = make_adapter(
            answer(make_standard(make_lot(1))), FakeAnswer(body, http_status), **changes
        )
        with self.assertRaises(errors.MarketplaceError) as caught:
            adapter.confirm_order("946032218")
        return caught.exception

    # --- envelope ---
    def test_call(self):
        adapter, session, _exchanges, _clock = make_adapter(found())
        adapter.check_credentials()
        (sent,) = session.sent
        self.assertEqual((sent["method"], sent["url"]), ("POST", f"https://api.megamarket.tech{ORDERS}order/search"))
        self.assertEqual(sent["json"]["meta"], {})
        self.assertEqual(sent["json"]["data"]["token"], TOKEN)
        self.assertEqual(sent["headers"]["Content-Type"], "application/json")
        self.assertFalse(sent["headers"]["User-Agent"].lower().startswith("python"))

    def test_what_could_not_work_is_not_sent(self):
        for changes, reason in (
            ({"client_id": "shop"}, "bad_client_id"),
            ({"client_id": ""}, "bad_client_id"),
            ({"api_key": ""}, "wrong_key"),
            ({"api_key": "ключ"}, "wrong_key"),
        ):
            adapter, session, _exchanges, _clock = make_adapter(**changes)
            with self.assertRaises(errors.AuthError) as caught:
                adapter.check_credentials()
            self.assertEqual(caught.exception.reason, reason)
            self.assertFalse(session.sent)

    def test_pace(self):
        """Never more than five calls within a second."""
        adapter, session, _exchanges, clock = make_adapter(*([found()] * 12), rates=RATES)
        moments = []
        for _call in range(12):
            adapter.check_credentials()
            moments.append(clock.seconds)
        for start in moments:
            self.assertLessEqual(sum(start <= moment < start + 1 for moment in moments), 5)
        self.assertEqual(len(session.sent), 12)

    # --- refusals ---
    def test_shapes(self):
        expected = {
            "object": ("Отправление не может быть изменено", None, {}),
            "list": (
                "1: Лот нельзя упаковать; 2: Лот нельзя упаковать",
                "LOT_STATUS",
                {"1": "Лот нельзя упаковать", "2": "Лот нельзя упаковать"},
            ),
            "error_text": (
                "5046*S00042*9: Короб не подходит: Неверный номер",
                "BOX",
                {"5046*S00042*9": "Короб не подходит: Неверный номер"},
            ),
            "mixed": (
                "1: Лот не найден; 2: Лот нельзя упаковать",
                None,
                {"1": "Лот не найден", "2": "Лот нельзя упаковать"},
            ),
            "text": ("Что-то пошло не так", None, {}),
        }
        for name, (message, code, items) in expected.items():
            for http_status in STATUSES:
                with self.subTest(name=name, http_status=http_status):
                    error = self.refuse(name, http_status)
                    self.assertIs(type(error), errors.Rejected)
                    self.assertEqual((error.message, error.code, error.item_errors), (message, code, items))
                    self.assertEqual((error.http_status, error.endpoint), (http_status, f"{ORDERS}order/confirm"))

    def test_words(self):
        expected = {
            "token": errors.AuthError,
            "not_found": errors.NotFound,
            "pending": errors.NotReady,
            "already": errors.AlreadyDone,
            "mute": errors.Rejected,
        }
        for name, kind in expected.items():
            for http_status in STATUSES:
                with self.subTest(name=name, http_status=http_status):
                    self.assertIs(type(self.refuse(name, http_status)), kind)

    def test_already_is_a_success_only_for_the_same_thing(self):
        adapter, *_rest = make_adapter(answer(make_shipment(make_lot(1))), refused("Заказ уже подтвержден"))
        with self.assertRaises(errors.Rejected) as caught:
            adapter.cancel_order("946032218", "OUT_OF_STOCK")
        self.assertNotIsInstance(caught.exception, errors.AlreadyDone)

    def test_the_token_is_never_seen(self):
        for token in (TOKEN, TOKEN.lower(), "OTHER-TOKEN-1"):
            for http_status in STATUSES:
                body = read_fixture("refusals")["token"]
                body["error"]["message"] = body["error"]["message"].format(token=token.upper())
                adapter, _session, exchanges, _clock = make_adapter(FakeAnswer(body, http_status), api_key=token)
                with self.assertRaises(errors.AuthError) as caught:
                    adapter.check_credentials()
                self.assertEqual(caught.exception.reason, "wrong_key")
                self.assertEqual(caught.exception.message, "Авторизационный токен: *** невалидный.")
                shown = f"{caught.exception!r} {exchanges!r}"
                self.assertNotIn(token.lower(), shown.lower())
                self.assertIn('"token": "***"', exchanges[0].request_body)

    def test_the_token_of_somebody_else_is_not_seen_either(self):
        adapter, *_rest = make_adapter(refused("Токен 11111111-2222-3333-4444-555555555555 невалиден"))
        with self.assertRaises(errors.AuthError) as caught:
            adapter.check_credentials()
        self.assertNotIn("11111111", caught.exception.message)

    def test_buyers_are_not_seen(self):
        adapter, _session, exchanges, _clock = make_adapter(read_fixture("order_get_dbs"))
        adapter.get_order("9324005500001")
        shown = exchanges[0].response_body
        for personal in ("Тест", "Петров", "Примерная", "79000000000", "позвоните"):
            self.assertNotIn(personal, shown)
        self.assertIn("TYRE-19", shown)

    def test_wall_against_robots(self):
        for content in (b"<html>Forbidden</html>", b"", b'{"message": "blocked"}'):
            adapter, *_rest = make_adapter(FakeAnswer(content, 403))
            with self.assertRaises(errors.Forbidden) as caught:
                adapter.check_credentials()
            self.assertEqual(caught.exception.reason, "wall")
            self.assertIn("robots", caught.exception.message)

    def test_answers_of_somebody_in_between(self):
        for http_status, kind in ((401, errors.AuthError), (404, errors.Obsolete), (405, errors.Obsolete)):
            for content in (b"<html></html>", b'{"message": "no"}'):
                adapter, *_rest = make_adapter(FakeAnswer(content, http_status))
                with self.assertRaises(kind):
                    adapter.check_credentials()
        # The API's own words are better than any status.
        adapter, *_rest = make_adapter(FakeAnswer(refused("Отправление не найдено"), 404))
        with self.assertRaises(errors.NotFound):
            adapter.check_credentials()

    # --- doubt ---
    def test_reading_is_repeated(self):
        for trouble in (
            FakeAnswer(b"<html>", 500),
            FakeAnswer({"success": 0, "error": {"message": "Внутренняя ошибка"}}, 500),
            FakeAnswer(b"", 408),
            FakeAnswer(b"", 429),
            FakeAnswer(b"", 504),
            requests.exceptions.ReadTimeout(),
        ):
            adapter, session, _exchanges, _clock = make_adapter(trouble, found())
            adapter.check_credentials()
            self.assertEqual(len(session.sent), 2)

    def test_a_change_is_not_repeated_blindly(self):
        for trouble in (
            FakeAnswer(b"<html>", 500),
            FakeAnswer({"success": 0, "error": {"message": "Внутренняя ошибка"}}, 502),
            FakeAnswer(b"", 408),
            FakeAnswer(b"<html>", 200),
            FakeAnswer({"meta": {}}, 200),
            requests.exceptions.ReadTimeout(),
        ):
            adapter, session, _exchanges, _clock = make_adapter(answer(make_standard(make_lot(1))), trouble)
            with self.assertRaises(errors.UnknownOutcome):
                adapter.confirm_order("946032218")
            self.assertEqual(len(session.sent), 2)
        # … and the next try sees what became of it.
        adapter, session, _exchanges, _clock = make_adapter(answer(make_standard(make_lot(1, "CONFIRMED"))))
        with self.assertRaises(errors.AlreadyDone):
            adapter.confirm_order("946032218")

    def test_too_many_calls(self):
        for trouble in (FakeAnswer(b"", 429), refused("Слишком много запросов")):
            adapter, *_rest = make_adapter(trouble, trouble, trouble)
            with self.assertRaises(errors.RateLimited):
                adapter.check_credentials()

    def test_neither_success_nor_refusal(self):
        for body in ({"meta": {}, "data": {"shipments": []}}, {"success": 2, "data": {"shipments": []}}, []):
            adapter, *_rest = make_adapter(body)
            with self.assertRaises(errors.PayloadError):
                adapter.check_credentials()

    def test_a_success_that_names_errors_is_none(self):
        body = {"success": 1, "meta": {}, "data": {"result": 1}, "error": [{"message": "Лот 2 не принят"}]}
        adapter, *_rest = make_adapter(answer(make_standard(make_lot(1))), body)
        with self.assertRaises(errors.Rejected):
            adapter.confirm_order("946032218")
        for nothing in ({}, [], None, "", {"code": 0, "message": ""}):
            adapter, *_rest = make_adapter(answer(make_standard(make_lot(1))), {**done(), "error": nothing})
            adapter.confirm_order("946032218")

    def test_a_result_of_zero_is_a_refusal(self):
        body = {"success": 1, "meta": {}, "data": {"result": 0}}
        adapter, *_rest = make_adapter(answer(make_standard(make_lot(1))), body)
        with self.assertRaises(errors.Rejected):
            adapter.confirm_order("946032218")

    # --- account ---
    def test_operations_by_scheme(self):
        operations = {}
        for scheme in ("fbs", "rfbs", ""):
            adapter, session, _exchanges, _clock = make_adapter(found(), scheme=scheme)
            info = adapter.check_credentials()
            self.assertEqual((info.company_name, info.currency), ("MegaMarket 5046", "RUB"))
            self.assertEqual(session.told[0]["count"], 1)
            operations[scheme] = info.operations
        self.assertEqual(
            operations["fbs"] - operations["rfbs"], {"confirm", "label_request", "label_state", "label_file"}
        )
        self.assertEqual(
            operations["rfbs"] - operations["fbs"],
            {"close", "delivery_window", "delivery_window_set", "cancel_request_decide"},
        )
        self.assertEqual(operations[""], operations["rfbs"])
        self.assertEqual(operations["fbs"] | operations["rfbs"], adapter.info.operations)

    def test_every_operation_has_an_endpoint(self):
        served = {operation for endpoint in ENDPOINTS.values() for operation in endpoint.operations}
        self.assertEqual(served | WITHOUT_CALL, make_adapter()[0].info.operations)
        self.assertFalse(served & WITHOUT_CALL)

    def test_the_one_warehouse(self):
        (warehouse,) = make_adapter(scheme="fbs")[0].iter_warehouses()
        self.assertEqual((warehouse.external_id, warehouse.name), ("5046", "MegaMarket 5046"))
        self.assertEqual((warehouse.scheme, warehouse.active), ("fbs", True))
        (warehouse,) = make_adapter()[0].iter_warehouses()
        self.assertEqual(warehouse.scheme, "rfbs")
