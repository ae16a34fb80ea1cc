import base64
import io
from datetime import timedelta

from openpyxl import Workbook, load_workbook

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .builders import make_line, make_order
from .numbers_case import PayCase
from .roles_case import ACCOUNTANT, STOCK_MANAGER, USER, RolesCase


@tagged("post_install", "-at_install")
class TestNumbersPay(PayCase):
    """Payments of a list: what is found, what is refused and why, what the books show."""

    # --- the way of a list --------------------------------------------------------------------------------------
    def test_pasted_numbers_of_all_kinds(self):
        by_posting, by_order = self._sell(), self._sell(order_number="77001-0001")
        by_name = self._sell()
        dialog = self._check(f"{by_posting.number}, {by_order.order_number};\t{by_name.sale_order_id.name}")
        self.assertEqual(dialog.line_ids.order_id, by_posting | by_order | by_name)
        self.assertEqual(set(dialog.line_ids.mapped("outcome")), {"ready"})
        self.assertEqual(dialog.line_ids.mapped("open_amount"), [1448.0] * 3)
        self.assertFalse(self._payments(dialog.line_ids.order_id), "Only looked at")
        dialog.action_apply()
        self.assertEqual(set(dialog.line_ids.mapped("outcome")), {"done"})
        self._assert_paid(dialog.line_ids.order_id)
        self.assertEqual(self._payments(by_name).amount, 1448.0)
        self.assertEqual(self._payments(by_name).journal_id, self.journal)
        self.assertIn(self._payments(by_name).display_name, dialog.line_ids[2].message)

    def test_one_order_number_many_postings(self):
        orders = self._sell(order_number="77002-0001") | self._sell(order_number="77002-0001")
        dialog = self._do("77002-0001")
        self.assertEqual(dialog.line_ids.order_id, orders)
        self._assert_paid(orders)
        self.assertEqual(len(self._payments(orders)), 2, "A payment for each order")

    def test_invoiced_at_once(self):
        plain, drafted = self._sell(invoice=False), self._sell(invoice=False)
        draft = drafted.sale_order_id._create_invoices()
        dialog = self._check([plain.number, drafted.number])
        self.assertEqual(dialog.line_ids.mapped("invoice_state"), ["to_invoice", "draft"])
        self.assertEqual(dialog.line_ids.mapped("open_amount"), [1448.0] * 2)
        dialog.action_apply()
        self.assertEqual(set(dialog.line_ids.mapped("outcome")), {"done"})
        self._assert_paid(plain | drafted)
        self.assertEqual(self._invoices(drafted), draft)

    def test_parts_and_whole_amounts(self):
        part, whole = self._sell(), self._sell()
        dialog = self._do(f"{part.number}\t1 000,50\n{whole.number}\t1448.00")
        self.assertEqual(dialog.line_ids.mapped("outcome"), ["done", "done"])
        self.assertEqual(self._invoices(part).amount_residual, 447.5)
        self._assert_paid(whole)
        self._do(part.number)
        self._assert_paid(part)
        self.assertEqual(self._payments(part).mapped("amount"), [447.5, 1000.5])

    def test_oldest_invoice_first(self):
        order = self._sell((self.offers[0], 2, "100"), invoice=False)
        line = order.sale_order_id.order_line
        first = order.sale_order_id._create_invoices()
        first.invoice_line_ids.quantity = 1
        first.invoice_date = fields.Date.today() - timedelta(days=10)
        first.action_post()
        self.assertEqual(line.qty_to_invoice, 1)
        dialog = self._do(f"{order.number}\t150")
        self.assertEqual(dialog.line_ids.outcome, "done")
        second = self._invoices(order) - first
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 50))

    def test_date_and_journal(self):
        cash = self.env["account.journal"].search(
            [("type", "=", "cash"), ("company_id", "=", self.company.id)], limit=1
        ) or self.env["account.journal"].create(
            {"name": "Касса", "type": "cash", "code": "KASSA", "company_id": self.company.id}
        )
        order = self._sell()
        day = fields.Date.today() - timedelta(days=3)
        self._do(order.number, journal_id=cash.id, date=day)
        self.assertEqual((self._payments(order).journal_id, self._payments(order).date), (cash, day))

    def test_journal_follows_the_account(self):
        with Form(self.env["marketplace.number.action"]) as form:
            self.assertFalse(form.journal_id)
            form.account_id = self.account
            self.assertEqual(form.journal_id, self.journal)
            form.numbers = "x"

    # --- refusals -----------------------------------------------------------------------------------------------
    def test_nothing_in_the_list(self):
        for text in ("", " ,;\n"):
            with self.assertRaisesRegex(UserError, "no number"):
                self._check(text)

    def test_not_found(self):
        self._assert_refused(self._check("no-such-1 S99999999"), "Not found")

    def test_from_no_marketplace(self):
        sale = self.env["sale.order"].create({"partner_id": self.account.partner_id.id})
        self._assert_refused(self._check(sale.name), "came from no marketplace")

    def test_twice(self):
        order = self._sell()
        dialog = self._check([order.number, order.sale_order_id.name, order.number])
        self.assertEqual(dialog.line_ids.mapped("outcome"), ["ready", "refused", "refused"])
        self.assertRegex(dialog.line_ids[1].message, "twice")

    def test_other_company(self):
        order = self._sell()
        other = self._make_company(self.env, "ООО «Чужая»")
        self.env.user.company_ids = [Command.link(other.id)]
        env = self.env(context={**self.env.context, "allowed_company_ids": other.ids})
        for number in (order.number, order.sale_order_id.name):
            self._assert_refused(self._check(number, env=env), "another company")

    def test_other_account(self):
        order = self._sell()
        other = self._make_account(name="Второй", client_id="1043")
        self._assert_refused(self._check(order.number, account_id=other.id), "belongs to account Ozon Тест")

    def test_in_two_accounts(self):
        order = self._sell()
        other = self._make_account(name="Второй", client_id="1043")
        self._make_offers(self.products[:1], other)
        twin = self._import(make_order([make_line(self.offers[0], 1, "5")], number=order.number), account=other)
        self._assert_refused(self._check(order.number), "several accounts")
        self.assertEqual(self._check(order.number, account_id=self.account.id).line_ids.outcome, "ready")
        self.assertEqual(self._check(order.number, account_id=other.id).line_ids.order_id, twin)

    def test_cancelled(self):
        order = self._sell(deliver=False, invoice=False)
        order.sale_order_id._action_cancel()
        self._assert_refused(self._check(order.number), "cancelled in Odoo")

    def test_cancelled_there(self):
        order = self._sell()
        self._see(order, "cancelled")
        self.assertEqual(order.cancel_state, "hold")
        self._assert_refused(self._check(order.number), "marketplace has cancelled it")

    def test_no_order_yet(self):
        order = self._store(make_order([make_line(self.offers[0], 1, "5")]))
        self._assert_refused(self._check(order.number), "no order in Odoo yet")

    def test_quotation(self):
        self.account.auto_confirm = False
        order = self._sell(deliver=False, invoice=False)
        self._assert_refused(self._check(order.number), "not confirmed")

    def test_not_delivered(self):
        order = self._sell(deliver=False, invoice=False)
        self._assert_refused(self._check(order.number), "not delivered")

    def test_paid_already(self):
        order = self._sell()
        self._do(order.number)
        self._assert_refused(self._check(order.number), "paid already")

    def test_invoices_of_another_kind(self):
        order = self._sell(invoice=False)
        self.account.invoicing = "report"
        self._assert_refused(self._check(order.number), "one invoice per report")
        self.account.invoicing = "none"
        self._assert_refused(self._check(order.number), "made elsewhere")

    def test_amounts(self):
        order = self._sell()
        for text, pattern in (
            ("1448.01", "larger than what is open, .*1,448.00"),
            ("0", "greater than 0"),
            ("-5", "greater than 0"),
            ("10.005", "more decimals"),
            ("много", "«много» is no amount"),
        ):
            with self.subTest(text):
                self._assert_refused(self._check(f"{order.number}\t{text}"), pattern)

    def test_one_amount_for_several_orders(self):
        self._sell(order_number="77003-0001")
        self._sell(order_number="77003-0001")
        self._assert_refused(self._check("77003-0001\t100"), "amount for each posting")

    def test_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        bank = self.env["account.journal"].create(
            {"name": "USD", "type": "bank", "code": "BUSD", "company_id": self.company.id, "currency_id": dollar.id}
        )
        self._assert_refused(self._check(self._sell().number, journal_id=bank.id), "in RUB, the journal in USD")

    def test_no_journal(self):
        self.account.payment_journal_id = False
        self._assert_refused(self._check(self._sell().number), "has no clearing journal")

    def test_locked_period(self):
        order = self._sell()
        self.company.fiscalyear_lock_date = fields.Date.today() - timedelta(days=5)
        dialog = self._check(order.number, date=fields.Date.today() - timedelta(days=7))
        self._assert_refused(dialog, "books are locked until")

    def test_too_many(self):
        with self.assertRaisesRegex(UserError, "divide the list"):
            self._check(" ".join(f"n-{number}" for number in range(1001)))

    # --- one bad line, twice, at the same time ------------------------------------------------------------------
    def test_one_bad_line_stops_no_other(self):
        orders = self._sell() | self._sell() | self._sell()
        dialog = self._check(orders.mapped("number"))
        # What nobody could foresee: this customer's account takes no entries any more.
        bad = self._invoices(orders[1])
        receivable = bad.line_ids.filtered(lambda line: line.display_type == "payment_term").account_id
        closed = receivable.copy({"name": "Закрыт", "code": "999001"})
        bad.button_draft()
        bad.line_ids.filtered(lambda line: line.display_type == "payment_term").account_id = closed
        bad.action_post()
        closed.active = False
        dialog.action_apply()
        self.assertEqual(dialog.line_ids.mapped("outcome"), ["done", "refused", "done"])
        self.assertTrue(dialog.line_ids[1].message)
        self._assert_paid(orders[0] | orders[2])
        self.assertEqual(len(self._payments(orders)), 2)

    def test_apply_twice_pays_once(self):
        order = self._sell()
        one, two = self._check(order.number), self._check(order.number)
        one.action_apply()
        with self.assertRaisesRegex(UserError, "Nothing is left to do"):
            one.action_apply()
        two.action_apply()
        self._assert_refused(two, "paid already")
        self.assertEqual(len(self._payments(order)), 1)

    def test_changed_since_it_was_shown(self):
        order = self._sell(invoice=False)
        dialog = self._check(f"{order.number}\t1448")
        self._invoice(order)
        self._do(f"{order.number}\t1000")
        dialog.action_apply()
        self._assert_refused(dialog, "larger than what is open")
        self.assertEqual(self._invoices(order).amount_residual, 448)

    # --- many ---------------------------------------------------------------------------------------------------
    def test_many_cost_few_queries(self):
        counts = []
        for size in (5, 25):
            orders = self._import(*(make_order([make_line(self.offers[0], 1, "10")]) for _ in range(size)))
            self._deliver(orders)
            self._invoice(orders)
            dialog = self._open(orders.mapped("number"))
            costs = []
            for step in (dialog.action_check, dialog.action_apply):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                step()
                self.env.flush_all()
                costs.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(dialog.line_ids.mapped("outcome")), {"done"})
            counts.append(costs)
        per_line = [(many - few) / 20 for few, many in zip(*counts, strict=True)]
        self.assertLessEqual(per_line[0], 1, f"A check costs the same for all: {counts}")
        self.assertLessEqual(per_line[1], 35, f"Plain Odoo needs 130 for each: {counts}")

    # --- files --------------------------------------------------------------------------------------------------
    def _make_file(self, rows):
        book, stream = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        return base64.b64encode(stream.getvalue())

    def test_file(self):
        orders = self._sell() | self._sell()
        rows = [
            ["Дата", "Номер отправления", "Сумма"],
            ["2026-09-01", orders[0].number, 1000.5],
            ["2026-09-01", orders[1].number, 1448],
        ]
        csv = "\n".join(f"{day};{number};{amount}" for day, number, amount in rows).encode()
        for content in (self._make_file(rows), base64.b64encode(csv)):
            dialog = self._check("", source="file", file=content)
            self.assertEqual((dialog.number_column, dialog.line_ids.order_id), ("B", orders))
            self.assertEqual(dialog.columns, "A: Дата, B: Номер отправления, C: Сумма")
            self.assertEqual(dialog.line_ids.mapped("amount"), [1448.0, 1448.0])
            dialog = self._check("", source="file", file=content, amount_column="c")
            self.assertEqual(dialog.line_ids.mapped("amount"), [1000.5, 1448.0])

    def test_file_without_known_numbers(self):
        content = self._make_file([["Номер"], ["1-1"], ["1-2"]])
        with self.assertRaisesRegex(UserError, r"Say which column has the numbers \(A: Номер\)"):
            self._check("", source="file", file=content)
        self._assert_refused(self._check("", source="file", file=content, number_column="A"), "Not found")

    def test_wrong_files(self):
        for content, pattern in ((b"\x89PNG\0", "neither an XLSX nor a CSV"), (b" \n", "empty")):
            with self.assertRaisesRegex(UserError, pattern):
                self._check("", source="file", file=base64.b64encode(content))
        with self.assertRaisesRegex(UserError, "is no column"):
            self._check("", source="file", file=base64.b64encode(b"1-1"), number_column="7")
        with self.assertRaisesRegex(UserError, "Choose the file"):
            self._check("", source="file")

    # --- what is shown ------------------------------------------------------------------------------------------
    def test_filter_and_download(self):
        order = self._sell()
        dialog = self._check([order.number, "no-such"])
        with Form(dialog) as form:
            self.assertEqual(len(form.shown_line_ids), 2)
            form.shown = "refused"
            self.assertEqual(form.shown_line_ids[:].number, "no-such")
            self.assertEqual(len(form.shown_line_ids), 1)
        self.assertRegex(dialog.summary, "Would Be Done: 1, Refused: 1, .*1,448.00")
        dialog.action_apply()
        self.assertEqual(dialog.action_export()["target"], "download")
        cells = list(load_workbook(io.BytesIO(base64.b64decode(dialog.sheet))).active.values)
        heading = cells[0]
        self.assertEqual([row[heading.index("Number")] for row in cells[1:]], [order.number, "no-such"])
        self.assertEqual([row[heading.index("Result")] for row in cells[1:]], ["Done", "Refused"])
        self.assertEqual(cells[1][heading.index("Amount")], 1448)

    def test_back(self):
        dialog = self._check("no-such")
        dialog.action_back()
        self.assertEqual((dialog.state, len(dialog.line_ids)), ("draft", 0))
        dialog.numbers = self._sell().number
        dialog.action_check()
        self.assertEqual(dialog.line_ids.outcome, "ready")

    def test_from_the_lists(self):
        orders = self._sell() | self._sell()
        for records, numbers in (
            (orders, orders.mapped("number")),
            (orders.sale_order_id, orders.sale_order_id.mapped("name")),
        ):
            context = {"active_model": records._name, "active_ids": records.ids}
            form = Form(self.env["marketplace.number.action"].with_context(**context))
            self.assertEqual(form.numbers.split(), numbers)
            dialog = form.save()
            dialog.action_check()
            self.assertEqual(dialog.line_ids.order_id, orders)


@tagged("post_install", "-at_install")
class TestNumbersRights(RolesCase, PayCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (USER, STOCK_MANAGER, ACCOUNTANT)}

    def _open_as(self, group, numbers, **values):
        return self._as(group, self.env["marketplace.number.action"]).create({"numbers": numbers, **values})

    def test_accountants_pay(self):
        orders = self._sell() | self._sell(invoice=False)
        dialog = self._open_as(ACCOUNTANT, "\n".join(orders.mapped("number")))
        self.assertEqual(dialog.action, "pay")
        dialog.action_check()
        dialog.read()
        dialog.line_ids.read()
        dialog.action_apply()
        self.assertEqual(dialog.line_ids.mapped("outcome"), ["done", "done"], dialog.line_ids.mapped("message"))
        self._assert_paid(orders)
        self.assertEqual(self._payments(orders).create_uid, self.users[ACCOUNTANT])
        dialog.action_export()

    def test_packers_do_not(self):
        number = self._sell().number
        for group in (USER, STOCK_MANAGER):
            dialog = self._open_as(group, number, action="pay")
            with self.assertRaisesRegex(AccessError, "registered by accountants"):
                dialog.action_check()

    def test_cancelling_needs_both_rights(self):
        number = self._sell(deliver=False, invoice=False).number
        for group in (USER, ACCOUNTANT):
            dialog = self._open_as(group, number, action="cancel", kind="other")
            with self.assertRaisesRegex(AccessError, "handle postings and to sell"):
                dialog.action_check()
        self.users[USER].group_ids += self.env.ref("sales_team.group_sale_salesman")
        dialog.with_user(self.users[USER])
        dialog = self._open_as(USER, number, kind="other")
        self.assertEqual(dialog.action, "cancel")
        dialog.action_check()
        self.assertTrue(dialog.line_ids)
