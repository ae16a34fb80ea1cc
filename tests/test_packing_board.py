from datetime import timedelta
from unittest.mock import ANY

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .orders_case import OrdersCase
from .roles_case import ACCOUNTANT, USER, RolesCase

#: 12:20 in Moscow
NOW = fields.Datetime.to_datetime("2026-11-24 09:20:00")
#: A PNG file of one point
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestPackingBoard(RolesCase, OrdersCase):
    """The board's data, without a marketplace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "Europe/Moscow"
        cls.env = cls.env(context={**cls.env.context, "tz": "Europe/Moscow"})
        cls.users = {group: cls._make_user(group) for group in (USER, ACCOUNTANT)}
        cls.buyer = cls.env["res.partner"].create({"name": "Покупатель", "company_id": cls.company.id})
        cls.place = cls.env["marketplace.warehouse"].create(
            {"account_id": cls.account.id, "name": "Склад FBS", "external_id": "1"}
        )

    def setUp(self):
        super().setUp()
        frozen = freeze_time(NOW)
        frozen.start()
        self.addCleanup(frozen.stop)

    @classmethod
    def _make_shelf(cls, name):
        return cls.env["stock.location"].create({"name": name, "location_id": cls.warehouse.lot_stock_id.id})

    def _make(self, number, ship_by=None, lines=None, **values):
        """A posting with its confirmed sale order, ready to be packed."""
        lines = lines or [(0, 1)]
        account = values.pop("account", self.account)
        order = self.env["marketplace.order"].create(
            {
                "account_id": account.id,
                "number": number,
                "state": "done",
                "status": "to_assemble",
                "ship_by": ship_by or NOW + timedelta(hours=2),
                "warehouse_id": self.place.id if account == self.account else False,
                "line_ids": [
                    Command.create(
                        {
                            "sku": self.offers[index].sku,
                            "article": self.offers[index].article,
                            "name": self.offers[index].name,
                            "quantity": quantity,
                            "offer_id": self.offers[index].id if account == self.account else False,
                        }
                    )
                    for index, quantity in lines
                ],
                **values,
            }
        )
        if account == self.account:
            order.sale_order_id = self._sell(lines)
        return order

    def _sell(self, lines):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": self.products[index].id, "product_uom_qty": quantity})
                    for index, quantity in lines
                ],
            }
        )
        sale.action_confirm()
        return sale

    def _get_board(self, tab="assemble", user=None, **options):
        board = self._as(user, self.env["marketplace.packing.board"]) if user else self.env["marketplace.packing.board"]
        return board.get_board({"tab": tab, **options})

    def _get_numbers(self, board):
        rows = board["rows"]
        return {section["title"]: [rows[key]["number"] for key in section["ids"]] for section in board["sections"]}

    def _scan(self, code, excluded=(), **options):
        return self.env["marketplace.packing.board"].scan(code, options, list(excluded))

    # --- sections -----------------------------------------------------------------------------------------------
    def test_sections_in_the_users_time_zone(self):
        self._make("LATE", NOW - timedelta(minutes=1))
        self._make("SOON", NOW + timedelta(minutes=20))
        self._make("SOON-2", NOW + timedelta(minutes=35))
        self._make("EVENING", fields.Datetime.to_datetime("2026-11-24 20:59:00"))
        self._make("MIDNIGHT", fields.Datetime.to_datetime("2026-11-24 21:00:00"))
        self._make("LATER", fields.Datetime.to_datetime("2026-11-26 09:00:00"))
        never = self._make("NEVER")
        never.ship_by = False
        board = self._get_board()
        self.assertEqual(
            self._get_numbers(board),
            {
                "Late": ["LATE"],
                "Today, 12:00": ["SOON", "SOON-2"],
                "Today, 23:00": ["EVENING"],
                "Tomorrow": ["MIDNIGHT"],
                "Later": ["LATER", "NEVER"],
            },
        )
        rows = {row["number"]: row for row in board["rows"].values()}
        self.assertEqual(rows["SOON"]["ship_by"], "12:40")
        self.assertEqual(rows["LATER"]["ship_by"], "26 Nov, 12:00")
        self.assertEqual((rows["LATE"]["late"], rows["SOON"]["late"]), (True, False))

    def test_more_than_is_shown_is_counted(self):
        for hour in range(5):
            self._make(f"P-{hour}", NOW + timedelta(hours=24 * hour - 1))
        board = self._get_board(limit=2)
        self.assertEqual(board["total"], 5)
        self.assertEqual(self._get_numbers(board), {"Late": ["P-0"], "Tomorrow": ["P-1"], "Later": []})
        self.assertEqual([section["count"] for section in board["sections"]], [1, 1, 3])
        self.assertEqual(self._get_board(limit=10**6)["limit"], 1000)

    def test_what_is_not_packed_here_is_not_shown(self):
        self._make("FBO", scheme="fbo")
        self._make("CANCELLED", status="cancelled")
        self._make("DELIVERED", status="delivered", ship_state="shipped")
        self._make("WAITS", state="mapping")
        self._make("RFBS", scheme="rfbs")
        for tab, numbers in (("assemble", ["RFBS"]), ("label", []), ("handover", [])):
            board = self._get_board(tab)
            self.assertEqual([row["number"] for row in board["rows"].values()], numbers, tab)

    def test_pages_and_counters(self):
        self._make("NONE")
        self._make("FAILED", ship_state="failed", ship_problem="Refused there")
        self._make("SENT", ship_state="sent")
        self._make("WAITING", status="assembled", ship_state="shipped", label_state="waiting")
        printed = {"status": "assembled", "ship_state": "shipped", "label_state": "ready", "label_printed_at": NOW}
        self._make("PRINTED", **printed)
        self._make("RFBS", scheme="rfbs", **printed)
        handover = self.env["marketplace.handover"].create(
            {"account_id": self.account.id, "warehouse_id": self.place.id, "state": "ready"}
        )
        self._make("GONE", handover_id=handover.id, **printed)
        pages = {
            tab: {row["number"] for row in self._get_board(tab)["rows"].values()}
            for tab in ("assemble", "label", "handover")
        }
        self.assertEqual(pages["assemble"], {"NONE", "FAILED", "SENT"})
        self.assertEqual(pages["label"], {"WAITING"})
        self.assertEqual(pages["handover"], {"WAITING", "PRINTED"})
        board = self._get_board()
        self.assertEqual(
            board["counters"],
            {
                "assemble": 1,
                "assembling": 1,
                "refused": 1,
                "label_waiting": 1,
                "label_missing": 0,
                "label_ready": 0,
                "handover": 2,
                "handed_over": 1,
            },
        )
        self.assertEqual([row["state"] for row in board["handovers"]], ["ready"])
        handover.state = "failed"
        self.assertIn("GONE", {row["number"] for row in self._get_board("handover")["rows"].values()})

    def test_filters(self):
        other = self._make_account(name="Второй", client_id="2")
        self._make("0113-0001-1", lines=[(0, 1)])
        self._make("0113-0002-1", lines=[(1, 1)], scheme="rfbs")
        self._make("0113-0003-1", account=other)

        def shown(**options):
            return sorted(row["number"] for row in self._get_board(**options)["rows"].values())

        self.assertEqual(shown(account_id=other.id), ["0113-0003-1"])
        self.assertEqual(shown(warehouse_id=self.place.id), ["0113-0001-1", "0113-0002-1"])
        self.assertEqual(shown(scheme="rfbs"), ["0113-0002-1"])
        self.assertEqual(shown(search="0113-0003"), ["0113-0003-1"])
        self.assertEqual(shown(search="T-002"), ["0113-0002-1"])
        self.assertEqual(self._get_board(scheme="rfbs")["counters"]["assemble"], 1)

    def test_row(self):
        shelf = self._make_shelf("A-01")
        self.env["stock.quant"]._update_available_quantity(self.products[2], self.warehouse.lot_stock_id, -1000)
        self.env["stock.quant"]._update_available_quantity(self.products[2], shelf, 2)
        self.products[2].image_1920 = PIXEL
        order = self._make("92917571-0001-12", lines=[(2, 5)], is_express=True, cargo_places=3)
        row = self._get_board()["rows"][order.id]
        self.assertEqual(row["short"], "…7571-0001-12")
        self.assertEqual(row["place"], shelf.complete_name)
        self.assertEqual(row["missing"], "T-003 × 3")
        self.assertEqual((row["express"], row["cargo_places"]), (True, 3))
        self.assertEqual(
            row["lines"],
            [
                {
                    "id": ANY,
                    "product_id": self.products[2].id,
                    "name": "Товар 3",
                    "article": "T-003",
                    "quantity": 5,
                    "picture": True,
                }
            ],
        )

    # --- queries ------------------------------------------------------------------------------------------------
    def test_queries_do_not_grow_with_postings(self):
        counts = {}
        for size, start, products in ((10, 0, 2), (60, 10, 10)):
            for number in range(start, size):
                lines = [(number % products, 1), ((number + 1) % products, 2)]
                self._make(f"Q-{number}", NOW + timedelta(hours=number), lines)
            self.env.flush_all()
            self.env.invalidate_all()
            self._get_board()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self._get_board()["rows"]), size)
            counts[size] = self.env.cr.sql_log_count - before
        self.assertLessEqual(counts[60], counts[10] + 3, counts)
        self.assertLess(counts[60], 90)

    # --- scanner ------------------------------------------------------------------------------------------------
    def test_scan_a_posting(self):
        order = self._make(
            "0113-0001-1",
            barcode_upper="%101%1",
            barcode_lower="%303%2",
            scan_code="SC-1",
            tracking_number="TRACK",
            parcel_ids=[Command.create({"number": "0113-0001-9"})],
        )
        for code in ("0113-0001-1", "%101%1", "%303%2", "SC-1", "TRACK", "0113-0001-9", " SC-1 "):
            found = self._scan(code)
            self.assertEqual(
                (found["kind"], found["row"]["id"], found["row"]["tab"]), ("posting", order.id, "assemble")
            )
        order.write({"status": "assembled", "ship_state": "shipped"})
        self.assertEqual(self._scan("SC-1")["row"]["tab"], "label")
        order.status = "delivered"
        self.assertEqual(self._scan("SC-1")["row"]["tab"], "")
        for code in ("", "NOBODY", "%"):
            self.assertEqual(self._scan(code)["kind"], "unknown")

    def test_scan_a_product_takes_the_most_urgent(self):
        later = self._make("LATER", NOW + timedelta(days=2))
        urgent = self._make("URGENT", NOW - timedelta(hours=1))
        self._make("SENT", NOW - timedelta(hours=2), ship_state="sending")
        self._make("OTHER", NOW - timedelta(hours=3), lines=[(1, 1)])
        product = self.products[0]
        found = self._scan(product.barcode)
        self.assertEqual(
            (found["kind"], found["row"]["id"], found["product"]["id"]), ("product", urgent.id, product.id)
        )
        self.assertEqual(self._scan(product.barcode, [urgent.id])["row"]["id"], later.id)
        found = self._scan(product.barcode, [urgent.id, later.id])
        self.assertEqual((found["kind"], found["row"]), ("product", None))

    def test_scan_a_datamatrix_code(self):
        product = self.products[0]
        product.barcode = "4600000000015"
        order = self._make("MARKED")
        found = self._scan("010460000000001521abcdefgh")
        self.assertEqual((found["kind"], found["row"]["id"]), ("product", order.id))

    # --- access -------------------------------------------------------------------------------------------------
    def test_packer_may_and_accountant_may_not(self):
        order = self._make("MINE")
        board = self._get_board(user=USER)
        self.assertIn(order.id, board["rows"])
        packer = self._as(USER, self.env["marketplace.packing.board"])
        self.assertEqual(packer.scan("MINE", {}, [])["row"]["id"], order.id)
        self.assertEqual(packer.print_pick_list(order.ids)["type"], "ir.actions.report")
        accountant = self._as(ACCOUNTANT, self.env["marketplace.packing.board"])
        for call in (
            lambda: accountant.get_board({}),
            lambda: accountant.get_progress({}, []),
            lambda: accountant.scan("MINE", {}, []),
            lambda: accountant.assemble(order.ids),
            lambda: accountant.print_labels(order.ids),
            lambda: accountant.hand_over({}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_another_companys_postings_do_not_show(self):
        company = self.env["res.company"].create({"name": "ООО «Другая»"})
        account = self._make_account(name="Чужой", client_id="3", company_id=company.id, warehouse_id=False)
        theirs = self._make("THEIRS", account=account)
        mine = self._make("MINE")
        packer = self._as(USER, self.env["marketplace.packing.board"])
        board = packer.get_board({})
        self.assertEqual(list(board["rows"]), mine.ids)
        self.assertEqual((board["total"], board["counters"]["assemble"]), (1, 1))
        self.assertNotIn("Чужой", [row["name"] for row in board["accounts"]])
        self.assertEqual(packer.scan("THEIRS", {}, [])["kind"], "unknown")
        self.assertEqual(packer.get_progress({}, theirs.ids)["batch"]["total"], 0)
        with self.assertRaises(UserError):
            packer.print_pick_list(theirs.ids)

    def test_nothing_to_hand_over_or_print(self):
        order = self._make("NEW")
        board = self.env["marketplace.packing.board"]
        with self.assertRaisesRegex(UserError, "Nothing is assembled"):
            board.hand_over({})
        with self.assertRaisesRegex(UserError, "None of the selected postings has a label"):
            board.print_labels(order.ids)
        with self.assertRaisesRegex(UserError, "no page nonsense"):
            board.get_board({"tab": "nonsense"})
        order.write({"status": "assembled", "ship_state": "shipped", "warehouse_id": False})
        with self.assertRaisesRegex(UserError, "did not say which warehouse"):
            board.hand_over({})
