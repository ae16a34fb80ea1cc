import logging
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import limiter

from .builders import make_line, make_order
from .notifications_case import NotificationsCase
from .orders_case import OrdersCase, OrdersSimulatorCase
from .roles_case import ADMINISTRATOR, USER, RolesCase
from .simulator_process import SimulatorProcess

# As long as a real one, so that what hides tokens knows it.
TOKEN, CHAT = "4200000001:demo-token-that-nobody-may-ever-see", "-1001"


class TelegramCase(NotificationsCase):
    """An account whose bot writes to the simulator's chat."""

    simulator = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.simulator:
            cls.simulator = SimulatorProcess(products=0, postings=0).start()
            cls.addClassCleanup(cls.simulator.stop)
        cls.anna = cls._make_responsible("anna")
        cls._set_up(cls.account)

    @classmethod
    def _set_up(cls, account):
        url = f"{cls.simulator.url}/telegram"
        account.write({"telegram_url": url, "telegram_token": TOKEN, "telegram_chat": CHAT})

    def setUp(self):
        super().setUp()
        self.simulator.control("DELETE", "faults")
        self.simulator.control("DELETE", "telegram/messages")
        self.simulator.control("POST", "telegram/options", {"tokens": [TOKEN], "chats": [CHAT]})
        # How fast a bot may write holds for the whole process.
        limiter._shared.clear()
        self.addCleanup(limiter._shared.clear)

    def _fail(self, kind="status", **spec):
        self.simulator.control("POST", "faults", {"path": "/telegram/sendMessage", "kind": kind, **spec})

    def _get_messages(self):
        """What arrived in the chat; ``plain`` is what a reader sees."""
        return self.simulator.control("GET", "telegram/messages")["messages"]

    def _find_job(self, operation="notify"):
        return self.env["marketplace.job"].search(
            [("account_id", "=", self.account.id), ("operation", "=", operation)], order="id desc", limit=1
        )


@tagged("post_install", "-at_install")
class TestTelegram(TelegramCase, RolesCase, OrdersCase):
    def _make_orders(self, count=1):
        return self._store(*(make_order([make_line(self.offers[0])]) for _number in range(count)))

    def _fail_orders(self, count=1, text="refused"):
        orders = self._make_orders(count)
        return orders, self._tell("ship_failed", orders, {order.id: text for order in orders})

    # --- what arrives -------------------------------------------------------------------------------------------
    def test_one_message_per_event(self):
        self._switch("ship_failed", telegram=True)
        self._switch("order_new", telegram=True)
        orders, _rows = self._fail_orders(3, "wrong <b>box</b> & more")
        self._tell("order_new", orders[:1])
        self._send()
        failed, new = self._get_messages()
        self.assertEqual((failed["chat_id"], new["chat_id"]), (CHAT, CHAT))
        self.assertFalse(failed["link_preview"], "a link to Odoo has nothing to show to Telegram")
        self.assertTrue(failed["plain"].startswith("Ozon Тест · Assembling failed: 3\n"))
        for order in orders:
            self.assertIn(f"• {order.number}: wrong <b>box</b> & more", failed["plain"])
            self.assertIn(f'/odoo/marketplace.order/{order.id}">{order.number}</a>', failed["text"])
        self.assertIn("New orders\n", new["plain"])
        self.assertEqual(set(self._get_rows(account_id=self.account.id).mapped("telegram_state")), {"sent"})
        self.assertFalse(self._get_chat(self.anna))

    def test_fifty_long_failures_fit_into_one_message(self):
        self._switch("ship_failed", telegram=True)
        self._fail_orders(50, "«Ж» & <ё> " * 100)
        self._send()
        (message,) = self._get_messages()
        self.assertIn("Assembling failed: 50", message["plain"])
        shown = message["plain"].count("•")
        self.assertGreater(shown, 10)
        self.assertIn(f"… and {50 - shown} more", message["plain"])

    def test_two_accounts_have_their_own_chats(self):
        other = self._make_account(name="Ozon Второй", client_id="2042")
        for account in (self.account, other):
            self._switch("account_paused", account, telegram=True)
        rows = self._tell("account_paused", self.account | other, {self.account.id: "mine", other.id: "theirs"})
        self._send(2)
        (message,) = self._get_messages()
        self.assertIn("mine", message["plain"])
        self.assertEqual(
            dict(zip(rows.mapped("text"), rows.mapped("state"), strict=True)), {"mine": "sent", "theirs": "failed"}
        )
        self.assertIn("not set up", rows.filtered("problem").problem)

    # --- Telegram is out of order -------------------------------------------------------------------------------
    def test_down_telegram_is_tried_again_and_told_once_by_each_channel(self):
        self._switch("ship_failed", telegram=True, inbox=True, email=True)
        _orders, row = self._fail_orders()
        self._fail(status=503, times=2)
        for _time in range(2):
            self._send()
            self.assertEqual((row.state, row.telegram_state), ("waiting", "waiting"))
            self.assertEqual((row.inbox_state, row.email_state), ("sent", "sent"))
            job = self._find_job()
            self.assertEqual(job.state, "pending")
            self.assertGreater(job.eta, fields.Datetime.now() + timedelta(seconds=20))
        self._send(2)
        self.assertEqual((row.state, self._find_job().state), ("sent", "done"))
        self.assertEqual(len(self._get_messages()), 1)
        self.assertEqual(len(self._get_chat(self.anna)), 1)
        self.assertEqual(len(self._get_mails("anna@example.com")), 1)
        self.assertFalse(self.account.activity_ids)

    def test_no_connection_and_unreadable_answers_are_tried_again(self):
        self._switch("ship_failed", telegram=True)
        _orders, row = self._fail_orders()
        self.account.write({"telegram_url": "http://127.0.0.1:9/telegram", "telegram_token": TOKEN})
        self._send()
        self.assertEqual(row.state, "waiting")
        self._set_up(self.account)
        self._fail(status=200, body="<html>a proxy</html>")
        self._send()
        self.assertEqual(row.state, "waiting")
        self._send()
        self.assertEqual((row.state, len(self._get_messages())), ("sent", 1))

    def test_told_to_wait_it_waits_so_long(self):
        self._switch("ship_failed", telegram=True)
        _orders, row = self._fail_orders()
        self._fail("rate_limit", retry_after=300)
        self._send()
        self.assertEqual(row.state, "waiting")
        wait = (self._find_job().eta - fields.Datetime.now()).total_seconds()
        self.assertTrue(290 < wait < 310, wait)

    def test_after_a_day_old_news_are_given_up(self):
        self._switch("ship_failed", telegram=True)
        _orders, old = self._fail_orders()
        self.env.cr.execute(
            "UPDATE marketplace_notification SET create_date = create_date - interval '25 hours' WHERE id = %s",
            [old.id],
        )
        self.env.invalidate_all()
        _orders, new = self._fail_orders()
        self._fail(status=503)
        self._send()
        self.assertEqual((old.state, new.state), ("failed", "waiting"))
        self.assertIn("cannot be reached", old.problem)

    # --- wrongly set up -----------------------------------------------------------------------------------------
    def test_wrong_token_is_told_once_and_pauses_nothing(self):
        self._switch("ship_failed", telegram=True, inbox=True)
        self.account.telegram_token = "4200000002:another-token-that-nobody-knows-here"
        for text in ("first", "second"):
            _orders, row = self._fail_orders(text=text)
            self._send()
            self.assertEqual((row.state, row.telegram_state, row.inbox_state), ("failed", "failed", "sent"))
            self.assertIn("token", row.problem)
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(len(self.account.activity_ids), 1)
        self._set_up(self.account)
        self._get_rows(state="failed").action_retry()
        self._send()
        self.assertEqual(len(self._get_messages()), 1)
        self.assertEqual(len(self._get_chat(self.anna)), 2)

    def test_unknown_chat_is_named(self):
        self._switch("ship_failed", telegram=True)
        self.account.telegram_chat = "-999"
        _orders, row = self._fail_orders()
        self._send()
        self.assertEqual(row.state, "failed")
        self.assertIn("-999", row.problem)
        self.assertIn("chat not found", row.problem)
        self.assertEqual(len(self.account.activity_ids), 1)

    # --- the account is paused ----------------------------------------------------------------------------------
    def test_a_paused_account_still_tells_that_it_is(self):
        self._switch("account_paused", telegram=True)
        self.account._pause("The key has expired.")
        self._send()
        self.assertEqual(self.account.state, "paused")
        self.assertIn("The key has expired.", self._get_messages()[0]["plain"])

    # --- test message -------------------------------------------------------------------------------------------
    def test_the_test_message_works_before_the_account_is_connected(self):
        self.account.state = "draft"
        self.account.action_notify_test()
        self.assertFalse(self._get_messages(), "a button sends nothing by itself")
        self._send()
        self.assertIn("test message", self._get_messages()[0]["plain"])
        self.assertEqual(
            self.account.notify_result.splitlines(),
            ["In Odoo: sent.", "E-mail: given to the mail queue.", "Telegram: sent."],
        )
        self.account.telegram_chat = "-999"
        self.account.action_notify_test()
        self._send()
        self.assertIn("chat not found", self.account.notify_result)
        self._fail(status=503)
        self.account.action_notify_test()
        self._send()
        self.assertIn("cannot be reached", self.account.notify_result)

    # --- the token ----------------------------------------------------------------------------------------------
    def test_the_token_is_nowhere_to_be_read(self):
        self._switch("ship_failed", telegram=True)
        self.account.action_notify_test()
        with self.assertLogs(level=logging.DEBUG) as logs:
            for status in (0, 503, 401, 400):
                limiter._shared.clear()
                self._fail_orders(text=f"reason {status}")
                if status:
                    self._fail(status=status, message=f"refused bot{TOKEN}")
                self._send()
            self.account.write({"telegram_url": "http://127.0.0.1:9/telegram", "telegram_token": TOKEN})
            self._fail_orders()
            self._send()
        secret = TOKEN.partition(":")[2]
        self.assertTrue(any("/bot***/sendMessage" in line for line in logs.output), "the logs were not read")
        self.assertFalse([line for line in logs.output if secret in line and "odoo.sql_db" not in line])
        exchanges = self.env["marketplace.exchange"].search([("endpoint", "=", "telegram:sendMessage")])
        self.assertGreater(len(exchanges), 4)
        jobs = self.env["marketplace.job"].search([("lane", "=", "notifications")])
        for records in (exchanges, jobs, self._get_rows(), self.account.activity_ids, self.account.message_ids):
            for values in records.read():
                self.assertNotIn(secret, str(values))
        self.assertNotIn(secret, self.account.notify_result)

    def test_the_administrator_enters_a_token_and_reads_none(self):
        users = {group: self._make_user(group) for group in (ADMINISTRATOR, USER)}
        admin = self.account.with_user(users[ADMINISTRATOR]).with_context(allowed_company_ids=self.company.ids)
        admin.telegram_token_entry = " 77:new-token "
        self.assertEqual(self.account.telegram_token, "77:new-token")
        self.assertEqual((admin.telegram_token_entry, admin.telegram_token_hint), (False, "••••oken"))
        admin.telegram_token_entry = ""
        self.assertEqual(self.account.telegram_token, "77:new-token", "saving the form again keeps it")
        for user, name in ((ADMINISTRATOR, "telegram_token"), (USER, "telegram_token"), (USER, "telegram_token_entry")):
            with self.assertRaises(AccessError):
                self.account.with_user(users[user]).read([name])

    def test_another_address_does_not_get_the_token(self):
        self.account.telegram_url = "https://thief.example.com"
        self.assertFalse(self.account.telegram_token)


@tagged("post_install", "-at_install")
class TestFailuresAreTold(TelegramCase, OrdersSimulatorCase):
    """From the engine to the phone."""

    def test_a_refused_key(self):
        self._switch("account_paused", telegram=True)
        self.account.api_key = "wrong-key"
        self._poll()
        self.assertEqual(self.account.state, "paused")
        self._send()
        (message,) = self._get_messages()
        self.assertIn(self.account.pause_reason, message["plain"])

    def test_a_job_that_no_record_shows(self):
        self._switch("job_failed", telegram=True)
        self._enqueue("order_fetch", payload={"number": "0-0-0"})
        self._enqueue("orders_poll")
        self._fault("/v3/posting/fbs/list", "status", status=400, times=None)
        self._fault("/v4/posting/fbs/list", "status", status=400, times=None)
        self._run_jobs("orders")
        failed = self.env["marketplace.job"].search([("account_id", "=", self.account.id), ("state", "=", "failed")])
        self.assertTrue(failed)
        self._send()
        (message,) = self._get_messages()
        for job in failed:
            self.assertIn(job.error[:40], message["plain"])

    def test_postings_show_their_own_failures(self):
        order = self._find_or_poll()
        runner = self.env["marketplace.job.runner"]
        events = {"ship": "ship_failed", "ship_watch": "ship_failed", "label": "label_failed"}
        for operation, event in events.items():
            with self.subTest(operation=operation):
                job = self._enqueue(operation, record=order)
                runner._tell_one(job, {"state": "pending", "error": f"{operation} later", "error_kind": "retry"})
                runner._tell_one(job, {"state": "failed", "error": f"{operation} refused", "error_kind": "rejected"})
                row = self._get_rows(event=event, res_id=order.id)
                self.assertEqual(row.text, f"{operation} refused")
        self.assertFalse(self._get_rows(event="job_failed"))

    def _find_or_poll(self):
        number = self._buy((self.products[0], 1))
        self._poll()
        return self._find(number)

    def test_a_failing_notification_is_not_told(self):
        job = self._enqueue("notify")
        vals = {"state": "failed", "error": "a bug", "error_kind": "bug"}
        self.env["marketplace.job.runner"]._tell_one(job, vals)
        self.assertFalse(self._get_rows(event="job_failed"))
