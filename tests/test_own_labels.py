import io

from pypdf import PdfReader

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import MarketplaceCase

MM = 72 / 25.4
ODD = "%101%10293145035"
LONG = "Набор инструментов «Мастер» универсальный в кейсе, 142 предмета, хром-ванадиевая сталь, для дома и гаража " * 2


@tagged("post_install", "-at_install")
class TestOwnLabels(MarketplaceCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products.name = LONG
        cls.offers = cls._make_offers()
        cls.orders = cls.env["marketplace.order"]
        for number in range(1, 11):
            cls.orders |= cls._make_order(f"0113{number:06d}-0007-1", cls.offers[:1])
        cls.odd = cls._make_order("92917571-0001-12", cls.offers, ODD, "%303%24276218001", cargo_places=3)

    @classmethod
    def _make_order(cls, number, offers, upper="", lower="", **values):
        lines = [
            {"sku": offer.sku, "article": offer.article, "name": LONG, "quantity": 12, "offer_id": offer.id}
            for offer in offers
        ]
        return cls.env["marketplace.order"].create(
            {
                "account_id": cls.account.id,
                "number": number,
                "state": "done",
                "status": "to_assemble",
                "ship_by": "2026-11-23 09:30:00",
                "barcode_upper": upper,
                "barcode_lower": lower,
                "warehouse_name": "Основной склад FBS",
                "delivery_method_name": "Доставка Ozon самостоятельно, Ногинск",
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )

    def _render(self, name, orders):
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, kind = reports._render(f"sale_marketplace.action_report_label_{name}", orders.ids)
        return content, kind

    def _check_pdf(self, name, orders, pages, width, height):
        content, kind = self._render(name, orders)
        self.assertEqual(kind, "pdf")
        reader = PdfReader(io.BytesIO(content))
        self.assertEqual(len(reader.pages), pages)
        for page in reader.pages:
            self.assertAlmostEqual(float(page.mediabox.width) / MM, width, delta=0.7)
            self.assertAlmostEqual(float(page.mediabox.height) / MM, height, delta=0.7)
        return ["".join(page.extract_text().split()) for page in reader.pages]

    def test_58x40_one_page_per_posting(self):
        pages = self._check_pdf("58x40", self.orders[:3], 3, 58, 40)
        for order, page in zip(self.orders, pages, strict=False):
            self.assertIn(order.number, page)
            self.assertIn("1/1", page)
            self.assertIn("T-001", page)

    def test_58x40_one_page_per_cargo_place(self):
        pages = self._check_pdf("58x40", self.odd, 3, 58, 40)
        self.assertEqual([f"{place}/3" in page for place, page in enumerate(pages, 1)], [True] * 3)
        for page in pages:
            self.assertIn(self.odd.number, page)
            self.assertIn(ODD, page)

    def test_75x120(self):
        pages = self._check_pdf("75x120", self.orders[0] | self.odd, 4, 75, 120)
        self.assertIn(self.orders[0].number, pages[0])
        for page in pages[1:]:
            self.assertIn(self.odd.number, page)
            self.assertIn(ODD, page)
            self.assertIn("%303%24276218001", page)
            self.assertIn("Набор", page, "Cyrillic letters are printed")

    def test_a4_eight_to_a_sheet(self):
        pages = self._check_pdf("a4", self.orders, 2, 210, 297)
        for order in self.orders[:8]:
            self.assertIn(order.number, pages[0])
        for order in self.orders[8:]:
            self.assertIn(order.number, pages[1])
            self.assertNotIn(order.number, pages[0])

    def test_a4_of_eight_is_one_sheet(self):
        self._check_pdf("a4", self.orders[:8], 1, 210, 297)

    def test_zpl(self):
        content, kind = self._render("zpl", self.orders[0] | self.odd)
        text = content.decode()
        self.assertEqual(kind, "text")
        self.assertEqual(text.count("^XA"), 4)
        self.assertEqual(text.count("^XZ"), 4)
        self.assertEqual(text.count(f"^FD{self.odd.number}^FS"), 3)
        self.assertEqual(text.count(f"^BCN,92,N,N,N,A^FH^FD{ODD}^FS"), 3)
        for place in ("1/3", "2/3", "3/3"):
            self.assertIn(f"^FD{place}^FS", text)

    def test_zpl_of_texts_that_would_command_the_printer(self):
        evil = self._make_order("1_2-0001-1", self.offers[:1], "A^XZ~JA<&>_1")
        self.offers[0].product_id.default_code = "X^FS^XZ"
        text = self._render("zpl", evil)[0].decode()
        self.assertEqual(text.count("^XZ"), 1, "Only our own command ends the label")
        self.assertIn("A_5EXZ_7EJA<&>_5F1", text)
        self.assertNotIn("~JA", text)

    def test_pages_come_in_the_order_of_the_selection(self):
        chosen = self.orders[2] + self.orders[0]
        pages = self._check_pdf("58x40", chosen, 2, 58, 40)
        self.assertEqual([order.number in page for order, page in zip(chosen, pages, strict=True)], [True, True])

    def test_button_takes_the_format_of_the_account(self):
        for name in ("58x40", "75x120", "a4"):
            self.account.label_format = name
            action = self.orders.action_print_own_labels()
            self.assertEqual(action["report_name"], f"sale_marketplace.report_label_{name}")
