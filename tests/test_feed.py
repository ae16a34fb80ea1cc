from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..engine import JobFailure
from ..services import feed_file
from .common import TestModeCase
from .feed_case import OUTLET, FeedCase


@tagged("post_install", "-at_install")
class TestFeed(TestModeCase, FeedCase):
    """What a feed tells of, and what it tells."""

    def _get_offer(self, product):
        return self.env["marketplace.offer"].search(
            [("account_id", "=", self.shop.id), ("product_id", "=", product.id)]
        )

    # --- the record -----------------------------------------------------------------------------------------------
    def test_every_account_that_may_has_one(self):
        self.assertEqual(len(self.feed), 1)
        self.assertFalse(self.account.feed_ids, "Ozon reads none")
        self.assertGreaterEqual(len(self.feed.token), 40)
        self.assertNotEqual(self.feed.token, self.feed.image_token)
        self.feed.unlink()
        self.env["marketplace.account"]._complete_all()
        self.env["marketplace.account"]._complete_all()
        self.assertEqual(len(self.shop.feed_ids), 1)
        self.assertTrue(self.shop._get_schedule("feed").next_run)

    def test_scheduled_where_there_is_something_to_build(self):
        self.assertTrue(self.shop._wants_task("feed"))
        self.assertFalse(self.account._wants_task("feed"))
        self.place.active = False
        self.assertFalse(self.shop._wants_task("feed"), "Nobody has set it up yet")
        self.feed.with_stock = False
        self.assertTrue(self.shop._wants_task("feed"))
        self.feed.active = False
        self.assertFalse(self.shop._wants_task("feed"))

    def test_what_is_missing_is_said_before_anything_is_built(self):
        self.place.external_id = "warehouse"
        self.assertIn("«warehouse»", self.feed.setup_problem)
        with self.assertRaisesRegex(UserError, "«warehouse»"):
            self.feed.action_build()
        self.feed.outlet = OUTLET
        self.assertFalse(self.feed.setup_problem)
        self.shop.action_pause()
        with self.assertRaisesRegex(UserError, "paused"):
            self.feed.action_build()

    def test_nonsense_is_refused(self):
        other = self._make_place(external_id="77")
        for values in (
            {"discount": 100},
            {"discount": -1},
            {"min_quantity": -1},
            {"order_before": 25},
            {"ship_days": -1},
            {"vendor_source": "constant"},
            {"vendor_source": "attribute"},
            {"warehouse_id": other.id},
            {"param_ids": [Command.create({"name": "X", "source": "constant"})]},
            {"param_ids": [Command.create({"name": "X", "source": "field"})]},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.feed.write(values)

    # --- which products -------------------------------------------------------------------------------------------
    def test_all_products_get_their_offers_once(self):
        report = self._build()
        self.assertEqual(set(report.offers), set(self.products.mapped("default_code")))
        offers = self.env["marketplace.offer"].search([("account_id", "=", self.shop.id)])
        self.assertEqual(len(offers), 10)
        self.assertEqual(set(offers.mapped("linked_by")), {"article"})
        self._build()
        self.assertEqual(self.env["marketplace.offer"].search_count([("account_id", "=", self.shop.id)]), 10)
        self.assertFalse(self.feed.problem_ids)
        self.assertEqual((self.feed.offer_count, self.feed.left_out_count), (10, 0))

    def test_what_is_for_sale_and_has_an_article(self):
        self.products[0].sale_ok = False
        self.products[1].default_code = False
        self.products[2].active = False
        service = self.env["product.product"].create({"name": "Доставка", "default_code": "SERV", "type": "service"})
        report = self._build()
        self.assertEqual(set(report.offers), set(self.products[3:].mapped("default_code")))
        self.assertFalse(self._get_offer(service))
        self.products[3].sale_ok = False
        report = self._build()
        self.assertNotIn(self.products[3].default_code, report.offers)
        self.assertEqual(self._get_codes(self.products[3]), {"not_saleable": True})

    def test_listed_offers_only(self):
        self._list(self.products[:2])
        self.feed.scope = "offers"
        self.assertEqual(set(self._build().offers), {"T-001", "T-002"})
        self.products[0].sale_ok = False
        self.assertEqual(set(self._build().offers), {"T-001", "T-002"}, "A listing is for sale as long as it is there")
        self._get_offer(self.products[0]).archived_there = True
        self.assertEqual(set(self._build().offers), {"T-002"})
        self.assertEqual(self._get_codes(self.products[0]), {"archived": True})

    def test_listing_that_waited_for_its_product(self):
        offer = self.env["marketplace.offer"].create({"account_id": self.shop.id, "article": "T-001"})
        ignored = self.env["marketplace.offer"].create(
            {"account_id": self.shop.id, "article": "T-002", "ignored": True}
        )
        report = self._build()
        self.assertEqual(offer.product_id, self.products[0])
        self.assertIn("T-001", report.offers)
        self.assertFalse(ignored.product_id)
        self.assertEqual(self._get_codes(self.products[1]), {"ignored": True})

    def test_articles_that_are_not_taken(self):
        self.products[0].default_code = "A" * 25
        self.products[1].default_code = "ТОВАР 1"
        self.products[2].default_code = self.products[3].default_code
        report = self._build()
        self.assertEqual(len(report.offers), 7)
        for product in self.products[:2]:
            self.assertEqual(self._get_codes(product), {"bad_id": True})
            self.assertFalse(self._get_offer(product))
        self.assertIn("25 characters", self._get_sentence(self.products[0], "bad_id"))
        self.assertEqual(self._get_codes(self.products[3]), {"duplicate": True})
        self.assertIn("Товар 3", self._get_sentence(self.products[3], "duplicate"))
        self.assertEqual(self.feed.left_out_count, 3)
        again = self._build()
        self.assertEqual(again.offers, report.offers)
        self.assertEqual(len(self.feed.problem_ids), 3)

    def test_categories(self):
        other = self.env["product.category"].create({"name": "Книги"})
        self.products[:3].categ_id = other
        report = self._build()
        names = set(report.categories.values())
        self.assertEqual(names, {"Техника", "Пылесосы", "Книги"})
        self.feed.excluded_categ_ids = self.category.parent_id
        report = self._build()
        self.assertEqual(set(report.offers), {"T-001", "T-002", "T-003"})
        self.assertEqual(self._get_codes(self.products[5]), {"category": True})
        self.feed.write({"excluded_categ_ids": False, "categ_ids": [Command.set(self.category.ids)]})
        self.assertEqual(len(self._build().offers), 7)
        self.products[0].categ_id = False
        self.feed.categ_ids = False
        self._build()
        self.assertEqual(self._get_codes(self.products[0]), {"no_category": True})

    def test_unwanted_categories_are_not_even_listed(self):
        self.products[:3].categ_id = self.env["product.category"].create({"name": "Книги"})
        self.feed.excluded_categ_ids = self.products[0].categ_id
        self._build()
        self.assertFalse(self._get_offer(self.products[0]))
        self.assertEqual(self.feed.left_out_count, 0)

    # --- prices ---------------------------------------------------------------------------------------------------
    def test_sales_price_with_vat_and_whole_roubles(self):
        over = self._make_tax(22, price_include=False)
        self.products[0].write({"list_price": 100, "taxes_id": [Command.set(over.ids)]})
        self.products[1].list_price = 99.99
        self.products[2].list_price = 0
        report = self._build()
        self.assertEqual(report.offers["T-001"]["price"], 122)
        self.assertEqual(report.offers["T-002"]["price"], 99)
        self.assertIn("99.99", self._get_sentence(self.products[1], "price_cut"))
        self.assertEqual(self._get_codes(self.products[2]), {"no_price": True})

    def test_prices_of_the_account(self):
        offers = self._list(self.products[:5])
        self._set_price(offers[0], "1500", old_price=2000)
        self._set_price(offers[1], "1500", old_price=1510)
        self._set_price(offers[2], "1500", state="blocked", reason="Below cost")
        self._set_price(offers[3], "900", state="approval", sent_price=1200, sent_at="2026-01-01", sent_old_price=1400)
        self._set_price(offers[4], "900", state="draft", declined_price=900)
        report = self._build()
        told = {article: (offer["price"], offer["old_price"]) for article, offer in report.offers.items()}
        self.assertEqual(told["T-001"], (1500, 2000))
        self.assertEqual(told["T-002"], (1500, None))
        self.assertEqual(self._get_codes(self.products[1]), {"old_price": False})
        self.assertEqual(self._get_codes(self.products[2]), {"price_blocked": True})
        self.assertIn("Below cost", self._get_sentence(self.products[2], "price_blocked"))
        self.assertEqual(told["T-004"], (1200, 1400), "Until somebody approves the new one")
        self.assertEqual(self._get_codes(self.products[4]), {"price_approval": True})
        self.assertEqual(told["T-006"], (9999, None))
        self.feed.price_source = "product"
        self.assertEqual({offer["price"] for offer in self._build().offers.values()}, {9999})

    def test_price_engine_and_feed_agree(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "МегаМаркет",
                "currency_id": self.env.ref("base.RUB").id,
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})],
            }
        )
        self.shop.write({"price_pricelist_id": pricelist.id, "price_guard": False})
        report = self._build()
        self.assertEqual({offer["price"] for offer in report.offers.values()}, {8999})

    def test_price_in_another_currency(self):
        offer = self._list(self.products[:1])
        self._set_price(offer, "15", currency_id=self.env.ref("base.USD").id)
        self._build()
        self.assertEqual(self._get_codes(self.products[0]), {"currency": True})

    def test_discount_on_everything(self):
        offers = self._list(self.products[:2])
        self._set_price(offers[0], "1000", floor_price=950.5)
        self.feed.discount = 10
        report = self._build()
        self.assertEqual((report.offers["T-003"]["price"], report.offers["T-003"]["old_price"]), (8999, 9999))
        self.assertEqual(report.offers["T-001"]["price"], 951, "Never below cost")
        self.assertIn("951", self._get_sentence(self.products[0], "discount_cut"))
        self.shop.price_guard = False
        self.assertEqual(self._build().offers["T-001"]["price"], 900)

    def test_vat(self):
        strange = self._make_tax(18)
        zero = self._make_tax(0)
        self.products[0].taxes_id = strange
        self.products[2].taxes_id = zero
        self.products[4].taxes_id = False
        report = self._build()
        told = {article: offer["vat"] for article, offer in report.offers.items()}
        self.assertEqual([told[f"T-00{n}"] for n in range(1, 6)], [None, "VAT_10", "VAT_0", "VAT_10", "NO_VAT"])
        self.assertEqual(told["T-009"], "VAT_22")
        self.assertEqual(self._get_codes(self.products[0]), {"vat": False})
        self.assertIn("0.18", self._get_sentence(self.products[0], "vat"))
        self.feed.with_vat = False
        self.assertEqual({offer["vat"] for offer in self._build().offers.values()}, {None})

    # --- stock ----------------------------------------------------------------------------------------------------
    def test_stock_is_what_the_engine_has_computed(self):
        self.place.stock_buffer = 990
        self.env["stock.quant"]._update_available_quantity(self.products[0], self.warehouse.lot_stock_id, -20)
        report = self._build()
        self.assertEqual((report.offers["T-001"]["stock"], report.offers["T-001"]["available"]), (0, False))
        self.assertEqual((report.offers["T-002"]["stock"], report.offers["T-002"]["available"]), (10, True))
        self.feed.with_stock = False
        report = self._build()
        self.assertEqual((report.offers["T-001"]["stock"], report.offers["T-001"]["available"]), (None, False))
        self.assertEqual((report.offers["T-002"]["stock"], report.offers["T-002"]["available"]), (None, True))

    def test_minimum_quantity(self):
        self.feed.min_quantity = 500
        self.env["stock.quant"]._update_available_quantity(self.products[0], self.warehouse.lot_stock_id, -600)
        report = self._build()
        self.assertNotIn("T-001", report.offers)
        self.assertIn("400", self._get_sentence(self.products[0], "minimum"))
        self.assertEqual(self._get_codes(self.products[0]), {"minimum": True})

    def test_offer_that_an_exception_leaves_alone(self):
        self.env["marketplace.stock.rule"].create(
            {"account_id": self.shop.id, "product_id": self.products[0].id, "mode": "unmanaged"}
        )
        self._list(self.products[:2])
        told = self._build().offers["T-001"]
        self.assertEqual((told["stock"], told["available"]), (None, True))
        self.assertEqual(self._get_codes(self.products[0]), {"stock_alone": False})

    def test_stock_that_nobody_has_stored_yet(self):
        self._make_offers(self.products[:1], self.shop)
        self.assertFalse(self.env["marketplace.stock"].search([("account_id", "=", self.shop.id)]))
        self.assertEqual(self._build().offers["T-001"]["stock"], 1000)
        self.assertFalse(self.feed.problem_ids)

    def test_warehouse_that_counts_no_location(self):
        self.place.stock_location_ids.unlink()
        told = self._build().offers["T-001"]
        self.assertEqual((told["stock"], told["available"]), (0, False))
        self.assertEqual(self._get_codes(self.products[0]), {"no_stock": False})
        self.feed.with_stock = False
        told = self._build().offers["T-001"]
        self.assertEqual((told["stock"], told["available"]), (None, True))
        self.feed.min_quantity = 1
        with self.assertRaisesRegex(JobFailure, "All 10 offers"):
            self.env["marketplace.feed.builder"]._build(self.feed)
        self.assertEqual(self._get_codes(self.products[0]), {"no_stock": True})

    def test_sold_in_packs(self):
        six = self.env["uom.uom"].create(
            {"name": "6 шт.", "relative_factor": 6, "relative_uom_id": self.products[0].uom_id.id}
        )
        offer = self._list(self.products[:1])
        offer.uom_id = six
        self.products[0].weight = 0.5
        self.env["product.uom"].create(
            {"product_id": self.products[0].id, "uom_id": six.id, "barcode": self._make_barcode(500)}
        )
        self._absorb()
        told = self._build().offers["T-001"]
        self.assertEqual((told["price"], told["stock"]), (9999 * 6, 166))
        self.assertEqual(told["params"]["Weight"], "3")
        self.assertEqual(told["barcode"], self._make_barcode(500))

    # --- the card -------------------------------------------------------------------------------------------------
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

    # --- the file -------------------------------------------------------------------------------------------------
    def test_every_reason_has_a_sentence(self):
        codes = set(dict(self.env["marketplace.feed.problem"]._fields["code"].selection))
        self.assertEqual(codes, set(self.env["marketplace.feed.text"]._get_templates()))

    def test_former_file_is_garbage_and_the_new_one_is_not(self):
        self._build()
        former = self._get_path(self.feed.file_id)
        self.products[0].list_price = 100
        self._build()
        current = self._get_path(self.feed.file_id)
        self.assertNotEqual(former, current)
        self.env.flush_all()
        self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertFalse(former.exists())
        self.assertTrue(current.exists() and self._get_path(self.feed.gzip_id).exists())
        self.assertEqual(self.feed.file_id.raw, current.read_bytes(), "Odoo reads it as any attachment")
        self.feed.unlink()
        self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertFalse(current.exists())

    def test_failed_build_leaves_the_former_file(self):
        before = self._build()
        path, built_at = self._get_path(self.feed.file_id), self.feed.built_at
        self.feed.excluded_categ_ids = self.category
        with self.assertRaisesRegex(JobFailure, "All 10 offers are left out"):
            self.env["marketplace.feed.builder"]._build(self.feed)
        self.assertEqual(self._get_path(self.feed.file_id), path)
        self.assertEqual((self._read().offers, self.feed.built_at), (before.offers, built_at))
        self.assertEqual(set(self.feed.problem_ids.mapped("code")), {"category"}, "The report says why")
        self.assertEqual((self.feed.reported_left_out, self.feed.reported_warnings), (10, 0))
        self.assertEqual(self.feed.left_out_count, 0, "The file that is served left nothing out")
        leftovers = list(path.parents[1].glob(f"{feed_file.PREFIX}*"))
        self.assertFalse(leftovers)

    def test_too_large(self):
        profile = self.feed._get_profile()
        self.patch(type(self.feed), "_get_profile", lambda feed: type(profile)(**{**vars(profile), "max_bytes": 1000}))
        with self.assertRaisesRegex(JobFailure, "larger"):
            self.env["marketplace.feed.builder"]._build(self.feed)

    def test_account_that_goes_takes_its_files_along(self):
        self._build()
        files = self.feed.file_id | self.feed.gzip_id
        self.shop.unlink()
        self.assertFalse(files.exists())

    def test_language_of_the_report(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.products[0].with_context(lang="ru_RU").name = "Пылесос"
        self.env["marketplace.feed.builder"].with_context(lang="ru_RU")._build(self.feed)
        self.assertEqual(self._read().offers["T-001"]["name"], "Пылесос")
