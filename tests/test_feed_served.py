import gzip
from email.utils import parsedate_to_datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import TestModeCase
from .feed_case import FeedCase
from .roles_case import ACCOUNTANT, ADMINISTRATOR, STOCK_MANAGER, USER, RolesCase


@tagged("post_install", "-at_install")
class TestFeedServed(TestModeCase, RolesCase, FeedCase, HttpCase):
    """The file at its secret address, as marketplaces and strangers ask for it."""

    def setUp(self):
        super().setUp()
        # Who reads it is nobody's browser.
        self.authenticate(None, None)

    @property
    def address(self):
        return f"/marketplace/feed/{self.feed.token}/feed.xml"

    def _get(self, url=None, method="GET", **headers):
        headers = {"Accept-Encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.url_open(url or self.address, headers=headers, method=method)

    def _run_build(self):
        self.env["marketplace.job"]._enqueue("feed_build", self.shop)
        with self.enter_registry_test_mode():
            self.env.ref("sale_marketplace.ir_cron_lane_catalogue").method_direct_trigger()
        return self.env["marketplace.job"].search([("operation", "=", "feed_build")], order="id desc", limit=1)

    # --- answers --------------------------------------------------------------------------------------------------
    def test_served(self):
        self._build()
        answer = self._get()
        content = self._get_path(self.feed.file_id).read_bytes()
        self.assertEqual((answer.status_code, answer.content), (200, content))
        self.assertEqual(int(answer.headers["Content-Length"]), len(content))
        self.assertTrue(answer.headers["Content-Type"].startswith("application/xml"))
        self.assertEqual(answer.headers["Vary"], "Accept-Encoding")
        self.assertNotIn("Content-Encoding", answer.headers)
        self.assertTrue(parsedate_to_datetime(answer.headers["Last-Modified"]))
        self.assertNotIn("Set-Cookie", answer.headers)
        self.assertNotIn("attachment", answer.headers.get("Content-Disposition", ""))

    def test_packed_for_who_takes_it(self):
        self._build()
        answer = self.url_open(self.address, headers={"Accept-Encoding": "br, gzip;q=0.5"})
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertEqual(int(answer.headers["Content-Length"]), self.feed.gzip_id.file_size)
        content = self._get_path(self.feed.file_id).read_bytes()
        self.assertEqual(answer.content, content, "The client has unpacked it")
        self.assertEqual(gzip.decompress(self._get_path(self.feed.gzip_id).read_bytes()), content)
        self.assertNotEqual(answer.headers["ETag"], self._get().headers["ETag"])
        self.assertNotIn("Content-Encoding", self._get(Accept_Encoding="gzip;q=0").headers)

    def test_unchanged_is_not_sent_again(self):
        self._build()
        first = self._get()
        for headers in (
            {"If_None_Match": first.headers["ETag"]},
            {"If_Modified_Since": first.headers["Last-Modified"]},
        ):
            answer = self._get(**headers)
            self.assertEqual((answer.status_code, answer.content), (304, b""), headers)
            self.assertEqual(answer.headers["Vary"], "Accept-Encoding")
        self.products[0].list_price = 5000
        self._build()
        answer = self._get(If_None_Match=first.headers["ETag"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn(b"<price>5000</price>", answer.content)

    def test_head(self):
        self._build()
        answer = self._get(method="HEAD")
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertEqual(int(answer.headers["Content-Length"]), self.feed.file_size)
        self.assertEqual(answer.headers["ETag"], self._get().headers["ETag"])

    def test_strangers(self):
        self._build()
        token = self.feed.token
        with self.assertNoLogs("odoo.addons.sale_marketplace", "INFO"), self.assertNoLogs("odoo.http", "WARNING"):
            for wrong in ("x", token[:-1], f"{token}x", self.feed.image_token, "%D0%B6"):
                self.assertEqual(self._get(f"/marketplace/feed/{wrong}/feed.xml").status_code, 404, wrong)
        self.feed.action_renew_token()
        self.assertEqual(self._get(f"/marketplace/feed/{token}/feed.xml").status_code, 404)
        self.assertEqual(self._get().status_code, 200)
        self.feed.active = False
        self.assertEqual(self._get().status_code, 404)
        self.feed.active = True
        self.shop.active = False
        self.assertEqual(self._get().status_code, 404)

    def test_not_built_yet(self):
        answer = self._get()
        self.assertEqual((answer.status_code, answer.content), (503, b""))
        self.assertEqual(answer.headers["Retry-After"], "300")

    def test_file_that_is_gone_from_the_disk(self):
        self._build()
        self._get_path(self.feed.file_id).unlink()
        self.assertEqual(self._get().status_code, 503)
        self._build()
        self.assertEqual(self._get().status_code, 200)

    # --- while it is built ----------------------------------------------------------------------------------------
    def test_the_former_file_while_a_new_one_is_built(self):
        self._build()
        self.products[0].list_price = 5000
        reader, answers = type(self.env["marketplace.feed.reader"]), []
        read = reader._read_rows

        def ask_meanwhile(this, setting, after):
            answers.append(self._get())
            return read(this, setting, after)

        self.patch(reader, "_read_rows", ask_meanwhile)
        self._build()
        self.assertTrue(answers)
        for answer in answers:
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn(b"<price>5000</price>", answer.content)
        self.assertIn(b"<price>5000</price>", self._get().content)

    def test_built_by_the_engine(self):
        self.feed.action_build()
        self.feed.action_build()
        jobs = self.env["marketplace.job"].search([("operation", "=", "feed_build")])
        self.assertEqual(len(jobs), 1, "Asked for twice, it is built once")
        self.assertEqual(self.feed.state, "building")
        job = self._run_build()
        self.assertEqual((job, job.state), (jobs, "done"))
        self.assertIn("10 offers, 0 left out", job.result)
        self.env.invalidate_all()
        self.assertEqual((self.feed.state, self.feed.problem), ("ready", False))
        self.assertEqual(self.shop._get_schedule("feed").last_state, "done")
        self.assertEqual(self._get().status_code, 200)

    def test_failed_build_says_why(self):
        self._run_build()
        before = self._get().content
        self.feed.excluded_categ_ids = self.category
        job = self._run_build()
        self.env.invalidate_all()
        self.assertEqual((job.state, self.feed.state), ("failed", "failed"))
        self.assertIn("All 10 offers are left out", self.feed.problem)
        self.assertEqual(self._get().content, before)
        self.feed.excluded_categ_ids = False
        self._run_build()
        self.env.invalidate_all()
        self.assertEqual((self.feed.state, self.feed.problem), ("ready", False))

    # --- pictures -------------------------------------------------------------------------------------------------
    def test_pictures(self):
        picture = self._build().offers["T-001"]["pictures"][0].replace("https://shop.example", "")
        answer = self._get(picture)
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "image/jpeg"))
        self.assertIn("immutable", answer.headers["Cache-Control"])
        self.assertIn("public", answer.headers["Cache-Control"])
        self.assertEqual(answer.content[:2], b"\xff\xd8")
        self.assertEqual(self._get(picture, If_None_Match=answer.headers["ETag"]).status_code, 304)
        self.products[0].image_1920 = self._make_picture(9)
        later = self._get(picture)
        self.assertEqual(later.status_code, 200, "An address of a former picture leads to the present one")
        self.assertNotIn("immutable", later.headers["Cache-Control"])

    def test_pictures_of_what_is_not_offered(self):
        self._build()
        secret = self.feed.image_token
        stranger = self.env["product.product"].create({"name": "X", "image_1920": self._make_picture(1)})
        for token, name in (
            (secret, f"{stranger.id}-0.jpg"),
            (secret, "999999999-0.jpg"),
            (secret, f"{self.products[0].id}-0.exe"),
            (secret, f"{self.products[0].id}.jpg"),
            (secret, "x-0.jpg"),
            (self.feed.token, f"{self.products[0].id}-0.jpg"),
            ("x", f"{self.products[0].id}-0.jpg"),
        ):
            with self.subTest(token=token, name=name):
                self.assertEqual(self._get(f"/marketplace/feed/{token}/image/{name}").status_code, 404)

    # --- rights ---------------------------------------------------------------------------------------------------
    def test_the_address_is_the_administrators(self):
        users = {group: self._make_user(group) for group in (USER, STOCK_MANAGER, ACCOUNTANT, ADMINISTRATOR)}
        self.users = users
        self.assertIn(self.feed.token, self._as(ADMINISTRATOR, self.feed).url)
        for group in (USER, STOCK_MANAGER, ACCOUNTANT):
            with self.subTest(group=group):
                with self.assertRaises(AccessError):
                    self._as(group, self.feed).read(["url"])
                with self.assertRaises(AccessError):
                    self._as(group, self.feed).read(["token"])
        with self.assertRaises(AccessError):
            self._as(USER, self.feed).write({"discount": 5})
        stock_manager = self._as(STOCK_MANAGER, self.feed)
        stock_manager.write(
            {"discount": 5, "param_ids": [Command.create({"name": "X", "source": "constant", "value": "Y"})]}
        )
        stock_manager.action_build()

    def test_views_with_the_rights_of_each_role(self):
        self.feed.param_ids = [Command.create({"name": "Категория", "field_name": "categ_id"})]
        self._build()
        self.users = {group: self._make_user(group) for group in (USER, STOCK_MANAGER, ACCOUNTANT, ADMINISTRATOR)}
        for group in self.users:
            for name, record in (("marketplace.feed", self.feed), ("marketplace.account", self.shop)):
                with self.subTest(group=group, model=name):
                    mine = self._as(group, record)
                    values = mine.web_read(self._get_spec(mine, "form"))
                    self.assertTrue(values)

    def test_companies(self):
        self._build()
        other = self.env["res.company"].create({"name": "Другая"})
        foreign = self.env["product.product"].create(
            {"name": "Чужой", "default_code": "FOREIGN", "company_id": other.id, "is_storable": True}
        )
        self.assertNotIn("FOREIGN", self._build().offers)
        stranger = self._make_user(ADMINISTRATOR, other)
        feed = self.feed.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(feed.search([]))
        self.assertFalse(feed.env["marketplace.feed.problem"].search([]))
        with self.assertRaises(AccessError):
            feed.action_build()
        self.assertTrue(foreign.exists())

    def test_copy_of_a_database_serves_nothing_at_the_known_address(self):
        self._build()
        address = self.address
        from odoo import modules

        self.env.flush_all()
        modules.neutralize.neutralize_database(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(self._get(address).status_code, 404)
