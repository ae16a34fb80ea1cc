import tempfile

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..engine import JobFailure
from ..services import feed_file
from ..services.marketplace_feed_builder import Report
from .common import TestModeCase
from .feed_case import OUTLET, FeedCase


@tagged("post_install", "-at_install")
class TestFeed(TestModeCase, FeedCase):
    """The record of a feed, and its file."""

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
        builder, profile = self.env["marketplace.feed.builder"], self.feed._get_profile()
        self._build()
        with tempfile.TemporaryDirectory() as folder, feed_file.FeedFile(folder, 1000) as file:
            with self.assertRaisesRegex(JobFailure, "larger"):
                builder._write(file, self.feed, profile, Report(self.feed, str))

    def test_account_that_goes_takes_its_files_along(self):
        self._build()
        files = self.feed.file_id | self.feed.gzip_id
        self.shop.unlink()
        self.assertFalse(files.exists())

    def test_language_of_the_report(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.products[0].with_context(lang="ru_RU").name = "Пылесос"
        self.products[1].barcode = "123"
        self.env["marketplace.feed.builder"].with_context(lang="ru_RU")._build(self.feed)
        self.assertEqual(self._read().offers["T-001"]["name"], "Пылесос")
        self.assertRegex(self._get_sentence(self.products[1], "barcode_form"), "[а-я]{4}")
