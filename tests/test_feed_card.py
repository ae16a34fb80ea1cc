from odoo import Command
from odoo.tests import tagged

from .common import TestModeCase
from .feed_case import OUTLET, FeedCase


@tagged("post_install", "-at_install")
class TestFeedCard(TestModeCase, FeedCase):
    """What a feed says of the goods themselves."""

    def test_card(self):
        product = self.products[0]
        product.write({"description_sale": "Тихий\n\nи мощный", "weight": 3.2})
        told = self._build().offers["T-001"]
        self.assertEqual(told["name"], "Товар 1")
        self.assertEqual(told["description"], "Тихий\n\nи мощный")
        self.assertEqual(told["params"], {"Weight": "3.2"})
        self.assertEqual(told["barcode"], product.barcode)
        (picture,) = told["pictures"]
        secret = self.feed.image_token
        self.assertRegex(
            picture, rf"^https://shop\.example/marketplace/feed/{secret}/image/{product.id}-[0-9a-f]{{8}}\.jpg$"
        )

    def test_variants(self):
        colour = self._make_attribute("Цвет", "белый", "чёрный")
        brand = self._make_attribute("Бренд", "Kitfort", "Bosch", create_variant="no_variant")
        template = self.products[0].product_tmpl_id
        self._give(template, brand, "Kitfort")
        variants = self._give(template, colour)
        for number, variant in enumerate(variants):
            variant.write({"default_code": f"V-{number}", "barcode": self._make_barcode(100 + number)})
        variants[1].product_template_attribute_value_ids.price_extra = 501
        report = self._build()
        self.assertEqual(report.offers["V-0"]["name"], "Товар 1 (белый)")
        self.assertEqual(report.offers["V-0"]["params"], {"Цвет": "белый", "Бренд": "Kitfort"})
        self.assertEqual(report.offers["V-1"]["price"], 10500)
        self.assertFalse(report.offers["V-0"]["model"] or report.offers["V-0"]["vendor"])
        self.feed.write({"vendor_source": "attribute", "vendor_attribute_id": brand.id, "join_variants": True})
        told = self._build().offers["V-1"]
        self.assertEqual((told["vendor"], told["model"]), ("Kitfort", "Товар 1"))
        self.assertEqual(told["params"], {"Цвет": "чёрный"})
        self.feed.with_attributes = False
        self.assertFalse(self._build().offers["V-1"]["params"])
        self.feed.excluded_vendors = "bosch\n  KITFORT \n"
        report = self._build()
        self.assertNotIn("V-1", report.offers)
        self.assertEqual(self._get_codes(variants[1]), {"vendor": True})

    def test_more_characteristics(self):
        rows = {"Категория": "categ_id", "Можно купить": "purchase_ok", "Объём": "volume", "Вид": "type"}
        rows = {name: field for name, field in rows.items() if field in self.products._fields}
        self.products[0].volume = 0.25
        self.feed.param_ids = [
            *(Command.create({"name": name, "field_name": field}) for name, field in rows.items()),
            Command.create({"name": "Страна", "source": "constant", "value": "Россия"}),
        ]
        told = self._build().offers["T-001"]["params"]
        self.assertEqual(told["Страна"], "Россия")
        self.assertEqual(told["Объём"], "0.25")
        self.assertEqual(told["Категория"], self.category.display_name)
        self.assertEqual(told["Вид"], "Goods")
        if "Можно купить" in rows:
            # A field of the purchase app.
            self.assertEqual(told["Можно купить"], "yes")
        choices = dict(self.env["marketplace.feed.param"]._select_fields())
        self.assertFalse({"standard_price", "create_uid", "id", "image_1920"} & choices.keys())

    def test_constant_brand_and_shop(self):
        self.feed.write({"vendor_source": "constant", "vendor_name": "Kitfort", "shop_name": "Образец", "ship_days": 2})
        report = self._build()
        self.assertEqual({offer["vendor"] for offer in report.offers.values()}, {"Kitfort"})
        content = self._get_path(self.feed.file_id).read_text(encoding="utf-8")
        self.assertTrue(content.startswith("<?xml"))
        self.assertIn("<name>Образец</name><company>ООО «Тест»</company>", content)
        self.assertIn('<shipment-options><option days="2" order-before="15"/></shipment-options>', content)
        self.assertIn(f'<outlet id="{OUTLET}" instock="1000"/>', content)

    def test_strange_names_barcodes_and_pictures(self):
        products = self.products
        products[0].name = "Пыле\x0bсос & <Ко>"
        products[1].name = "Ш" * 300
        products[2].barcode = "12345"
        products[3].barcode = "2000000000015"
        products[4].barcode = "4607000000001"
        products[5].image_1920 = False
        picture = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "product.template"),
                ("res_id", "=", products[6].product_tmpl_id.id),
                ("res_field", "=", "image_1920"),
            ]
        )
        picture.mimetype = "image/bmp"
        report = self._build()
        self.assertEqual(report.offers["T-001"]["name"], "Пылесос & <Ко>")
        self.assertEqual(len(report.offers["T-002"]["name"]), 250)
        expected = ["control", "long_name", "barcode_form", "barcode_store", "barcode_digit", "no_picture"]
        for product, code in zip(products, expected, strict=False):
            with self.subTest(code=code):
                self.assertEqual(self._get_codes(product), {code: False})
                self.assertTrue(self._get_sentence(product, code))
        self.assertIn("picture_type", self._get_codes(products[6]))
        self.assertEqual(self.feed.left_out_count, 0)
        self.assertEqual(self.feed.warning_count, len(self.feed.problem_ids))
