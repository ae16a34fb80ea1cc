from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.models.marketplace_notification_rule import EVENTS

from .builders import make_line, make_order
from .notifications_case import NotificationsCase
from .orders_case import OrdersCase


@tagged("post_install", "-at_install")
class TestNotifications(NotificationsCase, OrdersCase):
    """Rules, outbox, and the two channels that need nobody outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls._make_responsible("anna")

    def _make_orders(self, count=1, account=None, **values):
        offers = self._make_offers(account=account) if account else self.offers
        postings = [make_order([make_line(offers[0])], **values) for _number in range(count)]
        return self._store(*postings, account=account)

    def _see(self, order, status, **values):
        """The marketplace shows another status a minute later."""
        posting = make_order(
            [make_line(self.offers[0])],
            number=order.number,
            status=status,
            observed_at=datetime.now(timezone.utc) + timedelta(minutes=1),
            ordered_at=order.ordered_at.replace(tzinfo=timezone.utc),
            **values,
        )
        return self._store(posting)

    # --- rules --------------------------------------------------------------------------------------------------
    def test_each_account_has_a_rule_per_event(self):
        rules = self.account.notification_rule_ids
        self.assertEqual(rules.mapped("event"), list(EVENTS))
        self.assertFalse(any(rule.email or rule.telegram for rule in rules), "nothing leaves Odoo unasked")
        self.assertEqual(
            set(rules.filtered("inbox").mapped("event")),
            set(EVENTS) - {"order_new", "status_changed", "return_changed"},
        )

    def test_an_update_adds_events_and_keeps_what_was_set(self):
        rules = self.account.notification_rule_ids
        rules.filtered(lambda rule: rule.event == "job_failed").write({"active": False, "email": True})
        rules.filtered(lambda rule: rule.event == "order_new").unlink()
        self.account.active = False
        self.env["marketplace.account"]._complete_all()
        rules = self.account.with_context(active_test=False).notification_rule_ids
        self.assertEqual(set(rules.mapped("event")), set(EVENTS))
        kept = rules.filtered(lambda rule: rule.event == "job_failed")
        self.assertEqual((kept.active, kept.email), (False, True))

    def test_an_unwanted_event_costs_one_query_and_leaves_nothing(self):
        orders = self._make_orders(3)
        self._switch("order_new")
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertFalse(self._tell("order_new", orders))
        self._switch("order_new", inbox=True, active=False)
        self.assertFalse(self._tell("order_new", orders))
        self.assertFalse(self._get_rows(event="order_new"))

    def test_many_records_are_remembered_by_few_queries(self):
        self._switch("order_new", inbox=True)
        few, many = self._make_orders(2), self._make_orders(40)
        self._tell("order_new", few[:1])
        self.env.flush_all()
        with self.assertQueryCount(8):
            self._tell("order_new", many)
            self.env.flush_all()
        self.assertEqual(len(self._get_rows(event="order_new")), 41)

    def test_an_unknown_event_is_a_mistake_of_the_caller(self):
        with self.assertRaises(ValueError):
            self._tell("order_old", self._make_orders())

    # --- never one per retry ------------------------------------------------------------------------------------
    def test_what_waits_is_told_once_with_its_latest_words(self):
        order = self._make_orders()
        self._tell("ship_failed", order, {order.id: "first"})
        self._tell("ship_failed", order, {order.id: "second"})
        self._tell("label_failed", order, {order.id: "another event"})
        rows = self._get_rows(res_id=order.id)
        self.assertEqual(rows.mapped("text"), ["second", "another event"])

    def test_a_retry_that_fails_the_same_way_is_no_news(self):
        order = self._make_orders()
        self._tell("ship_failed", order, {order.id: "refused"})
        self._send()
        self.assertEqual(len(self._get_chat(self.anna)), 1)
        self.assertFalse(self._tell("ship_failed", order, {order.id: "refused"}))
        self._send()
        self.assertEqual(len(self._get_chat(self.anna)), 1)
        self._tell("ship_failed", order, {order.id: "refused for another reason"})
        self._send()
        self.assertEqual(len(self._get_chat(self.anna)), 2)

    def test_the_same_failure_is_news_again_on_another_day(self):
        order = self._make_orders()
        row = self._tell("ship_failed", order, {order.id: "refused"})
        self._send()
        self.env.cr.execute(
            "UPDATE marketplace_notification SET create_date = create_date - interval '7 hours' WHERE id = %s", [row.id]
        )
        self.env.invalidate_all()
        self.assertTrue(self._tell("ship_failed", order, {order.id: "refused"}))

    def test_fifty_failures_are_one_message(self):
        orders = self._make_orders(50)
        self._tell("ship_failed", orders, {order.id: f"refused <{order.id}>" for order in orders})
        self._send()
        message = self._get_chat(self.anna)
        self.assertEqual(len(message), 1)
        self.assertEqual(message.body.count("<li>"), 15)
        self.assertIn("50", message.body)
        self.assertIn("… and 35 more", message.body)
        self.assertIn(f"refused &lt;{orders[0].id}&gt;", message.body)
        self.assertEqual(set(self._get_rows(event="ship_failed").mapped("state")), {"sent"})

    # --- channels -----------------------------------------------------------------------------------------------
    def test_in_odoo_everybody_of_the_rule_is_told(self):
        boris = self._make_responsible("boris")
        self.account.user_id = self.anna
        self._switch("order_new", inbox=True, user_ids=[(6, 0, (self.anna | boris).ids)])
        order = self._make_orders()
        self._tell("order_new", order)
        self._send()
        for user in (self.anna, boris):
            message = self._get_chat(user)
            self.assertEqual(len(message), 1)
            self.assertIn(order.number, message.body)
            self.assertIn(f"/odoo/marketplace.order/{order.id}", message.body)
            chat = self.env["discuss.channel"].browse(message.res_id).with_user(user)
            self.assertEqual(chat.self_member_id.message_unread_counter, 1)

    def test_email_goes_to_the_people_and_the_accounts_address(self):
        self.account.notify_email = "team@example.com, Boss <boss@example.com>"
        self._switch("cancelled", email=True)
        orders = self._make_orders(2)
        self._tell("cancelled", orders, {orders[0].id: "Покупатель <b>передумал</b>"})
        self._send()
        mail = self._get_mails("team@example.com")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(set(mail.email_to.split(",")), {"team@example.com", "boss@example.com", "anna@example.com"})
        self.assertIn("Cancelled postings: 2", mail.subject)
        for order in orders:
            self.assertIn(order.number, mail.body_html)
        self.assertIn("&lt;b&gt;передумал", mail.body_html)
        self.assertFalse(self._get_chat(self.anna))
        self.assertNotIn(orders[0].number, str(self.account.message_ids.mapped("body")), "the chatter is not for this")

    def test_each_topic_has_its_template(self):
        for event in EVENTS:
            with self.subTest(event=event):
                self._switch(event, email=True)
                self._tell(event, self.account, {self.account.id: f"about {event}"})
                self._send()
                mail = self._get_mails("anna@example.com")[-1]
                self.assertIn(f"about {event}", mail.body_html)

    def test_an_account_without_addresses_says_so_once_and_the_other_channel_works(self):
        self.anna.email = False
        self._switch("ship_failed", email=True, inbox=True)
        for text in ("first", "second"):
            row = self._tell("ship_failed", self.account, {self.account.id: text})
            self._send()
            self.assertEqual((row.state, row.email_state, row.inbox_state), ("failed", "failed", "sent"))
            self.assertIn("e-mail address", row.problem)
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertEqual(len(self._get_chat(self.anna)), 2)
        self.anna.email = "anna@example.com"
        row.action_retry()
        self._send()
        self.assertEqual((row.state, row.problem), ("sent", False))
        self.assertEqual(len(self._get_mails("anna@example.com")), 1)
        self.assertEqual(len(self._get_chat(self.anna)), 2, "what was told is not told again")
        with self.assertRaises(UserError):
            row.action_retry()

    # --- whose it is --------------------------------------------------------------------------------------------
    def test_two_accounts_do_not_mix(self):
        other = self._make_account(name="Ozon Второй", client_id="2042")
        olga = self._make_responsible("olga", other)
        self._switch("order_new", inbox=True)
        self._switch("order_new", other, inbox=True)
        mine, theirs = self._make_orders(2), self._make_orders(1, other)
        self._tell("order_new", mine | theirs)
        self._send(2)
        self.assertEqual(len(self._get_chat(self.anna)), 1)
        self.assertEqual(len(self._get_chat(olga)), 1)
        self.assertIn(theirs.number, self._get_chat(olga).body)
        self.assertNotIn(theirs.number, self._get_chat(self.anna).body)

    def test_another_company_neither_hears_nor_sees(self):
        company = self.env["res.company"].create({"name": "Другая"})
        other = self._make_account(name="Ozon Чужой", client_id="3042", company_id=company.id, warehouse_id=False)
        olga = self._make_responsible("olga", other)
        row = self._tell("account_paused", self.account | other, {self.account.id: "mine", other.id: "theirs"})
        self._send(2)
        self.assertIn("theirs", self._get_chat(olga).body)
        self.assertNotIn("mine", self._get_chat(olga).body)
        seen = self.env["marketplace.notification"].with_user(olga).with_context(allowed_company_ids=company.ids)
        self.assertEqual(seen.search([("id", "in", row.ids)]).mapped("text"), ["theirs"])

    def test_a_packer_causes_notifications_and_writes_none(self):
        order = self._make_orders()
        own = order.with_user(self.anna).with_context(default_state="failed", default_account_id=0)
        own.env["marketplace.notifier"]._tell("ship_failed", own, {order.id: "refused"})
        row = self._get_rows(res_id=order.id)
        self.assertEqual((row.state, row.account_id), ("waiting", self.account))
        with self.assertRaises(AccessError):
            row.with_user(self.anna).text = "changed"

    # --- what is told -------------------------------------------------------------------------------------------
    def test_new_orders_and_problems(self):
        self._switch("order_new", inbox=True)
        self._switch("order_problem", inbox=True)
        good = self._import(make_order([make_line(self.offers[0])]))
        unlinked = self._import(make_order([make_line("unknown-article")]))
        free = self._import(make_order([make_line(self.offers[0], price="0")]))
        self.assertEqual(self._get_rows(event="order_new").mapped("res_id"), good.ids)
        self.assertRegex(self._get_rows(event="order_new").text, r"^.+ × \d+, .*\d\.\d\d.*, ship by ")
        problems = {row.res_id: row.text for row in self._get_rows(event="order_problem")}
        self.assertEqual(problems, {unlinked.id: unlinked.problem, free.id: free.problem})

    def test_status_changes_and_cancellations(self):
        self._switch("status_changed", inbox=True)
        first, second, third = (self._import(make_order([make_line(self.offers[0])])) for _n in range(3))
        self._see(first, "delivering", raw_status="delivering")
        self._see(second, "cancelled", raw_status="cancelled", cancellation=dto.Cancellation(reason="Передумал"))
        self._see(third, "to_assemble", tracking_number="T-1")
        changed, cancelled = self._get_rows(event="status_changed"), self._get_rows(event="cancelled")
        self.assertEqual(changed.mapped("res_id"), first.ids)
        self.assertIn("Delivering", changed.text)
        self.assertEqual((cancelled.res_id, cancelled.text), (second.id, "Передумал"))

    def test_postings_that_are_not_loaded_are_not_told(self):
        self._switch("status_changed", inbox=True)
        order = self._import(make_order([make_line(self.offers[0])], status="delivered", raw_status="delivered"))
        self.assertEqual(order.state, "ignored")
        self._see(order, "cancelled", raw_status="cancelled")
        self.assertFalse(self._get_rows(res_id=order.id))

    # --- housekeeping -------------------------------------------------------------------------------------------
    def test_old_rows_go(self):
        old, new = (self._tell("ship_failed", order, {order.id: "x"}) for order in self._make_orders(2))
        self.env.cr.execute(
            "UPDATE marketplace_notification SET create_date = create_date - interval '31 days' WHERE id = %s", [old.id]
        )
        self.env["marketplace.notification"]._gc_old()
        self.assertEqual((old | new).exists(), new)

    def test_messages_of_a_minute_go_together(self):
        first, second = self._make_orders(2)
        self._tell("ship_failed", first, {first.id: "one"})
        self._tell("ship_failed", second, {second.id: "two"})
        job = self._find_jobs("notify")
        self.assertEqual(len(job), 1)
        self.assertGreater(job.eta, fields.Datetime.now() + timedelta(seconds=30))
        self._send()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(self._get_chat(self.anna)), 1)
