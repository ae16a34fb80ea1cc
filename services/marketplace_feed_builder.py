import csv
import tempfile
import time
from datetime import datetime
from itertools import chain

import pytz

from odoo import api, fields, models
from odoo.tools import SQL, human_size

from ..engine import JobFailure
from ..marketplaces.base.feed import FeedShop, write_feed
from ..models.marketplace_feed import FILE_NAME
from .feed_file import FeedFile, TooLarge

COPY = """COPY marketplace_feed_problem (feed_id, company_id, offer_id, product_id, article, code, sentence, effect)
          FROM STDIN WITH (FORMAT csv)"""


class Report:
    """What a build left out or changed, kept in a file until the end: rows that wait in memory would grow with it."""

    def __init__(self, feed, render):
        self.beginning = (feed.id, feed.company_id.id)
        self.render = render
        self.file = tempfile.TemporaryFile("w+", newline="", encoding="utf-8")
        self.rows = csv.writer(self.file)
        self.offers = self.left_out = self.warnings = 0

    def add(self, offer_id, product_id, article, problems):
        for problem in problems:
            self.warnings += not problem.left_out
            effect = "left_out" if problem.left_out else "warning"
            told = (offer_id, product_id, article, problem.code, self.render(problem), effect)
            self.rows.writerow((*self.beginning, *told))
        self.left_out += any(problem.left_out for problem in problems)


class MarketplaceFeedBuilder(models.AbstractModel):
    """Builds the file of a product feed and puts it in place of the former one (MMK1).

    The lane runs one job at a time, and a build that is asked for while one waits joins it. Should two run at once all
    the same (a shell, a test), each writes files of its own, and the later one stays.
    """

    _name = "marketplace.feed.builder"
    _description = "Marketplace Feed Builder"

    # === HANDLERS OF THE ENGINE === #
    @api.model
    def _run_build(self, jobs, adapter, deadline):
        feed = jobs.account_id.feed_ids.filtered("active")
        if not feed:
            return self.env._("This account has no product feed.")
        problem = feed._get_setup_problem()
        if problem:
            raise JobFailure(problem)
        started = fields.Datetime.now()
        self._build(feed, deadline)
        result = self.env._(
            "%(offers)s offers, %(left_out)s left out, %(size)s",
            offers=feed.offer_count,
            left_out=feed.left_out_count,
            size=human_size(feed.file_size),
        )
        feed.account_id._get_schedule("feed")._note_run("done", result, started)
        return result

    # === BUILDING === #
    @api.model
    def _build(self, feed, deadline=None):
        """Read, write aside, then, in a short transaction of its own, replace the file, the report and the numbers."""
        started = time.monotonic()
        profile, text = feed._get_profile(), self.env["marketplace.feed.text"]
        templates = text._get_templates()
        report = Report(feed, lambda problem: text._render(templates, problem))
        listed = self.env["marketplace.feed.lister"]._list(feed, profile, deadline) if feed.scope == "products" else ()
        for product_id, article, problem in listed:
            report.add(None, product_id, article, [problem])
        folder = self.env["ir.attachment"]._filestore()
        with report.file, FeedFile(folder, profile.max_bytes) as file:
            self._write(file, feed, profile, report)
            # People may have changed the feed, or products, since this transaction began.
            self.env["marketplace.job.runner"]._checkpoint()
            self._replace_report(feed, report)
            feed.write(
                {
                    "built_at": fields.Datetime.now(),
                    "duration": time.monotonic() - started,
                    "offer_count": report.offers,
                    "left_out_count": report.left_out,
                    "warning_count": report.warnings,
                    "file_size": file.plain.size,
                }
            )
            self._publish(feed, "file_id", FILE_NAME, "application/xml", file.plain)
            self._publish(feed, "gzip_id", f"{FILE_NAME}.gz", "application/gzip", file.packed)

    def _write(self, file, feed, profile, report):
        reader = self.env["marketplace.feed.reader"]
        self.env.flush_all()
        setting = reader._get_setting(feed, profile)
        categories = reader._get_categories(setting)
        offers = self._iter_checked(reader._iter_offers(setting), profile, report)
        # Nothing is written when there is nothing to tell: an empty file would take everything off the shelves.
        first = next(offers, None)
        if first is None:
            self._replace_report(feed, report)
            self.env["marketplace.job.runner"]._checkpoint()
            raise JobFailure(self._get_nothing_text(report))
        try:
            write_feed(file, self._get_shop(feed), categories, chain([first], offers), profile)
            file.close()
        except TooLarge:
            raise JobFailure(
                self.env._("The file is larger than the marketplace takes (%s).", human_size(profile.max_bytes))
            ) from None

    def _iter_checked(self, offers, profile, report):
        for row, offer, problems in offers:
            if offer is not None:
                offer, found = profile.check(offer)
                problems = [*problems, *found]
            if offer is not None:
                report.offers += 1
                yield offer
            if problems:
                report.add(row["id"], row["product_id"], row["article"], problems)

    def _get_nothing_text(self, report):
        if report.left_out:
            return self.env._(
                "All %s offers are left out: nothing was built, and the former file stays. See the feed's report.",
                report.left_out,
            )
        return self.env._("There is no offer to tell of: nothing was built. See which products the feed takes.")

    def _get_shop(self, feed):
        account, company = feed.account_id, feed.company_id
        zone = pytz.timezone(account.user_id.tz or company.partner_id.tz or "Europe/Moscow")
        return FeedShop(
            name=feed.shop_name or account.name,
            company=feed.shop_company or company.name,
            url=feed.shop_url or company.website or feed.get_base_url(),
            made_at=datetime.now(zone),
            days=feed.ship_days,
            order_before=feed.order_before,
        )

    # === PUTTING IN PLACE === #
    def _replace_report(self, feed, report):
        self.env["marketplace.feed.problem"].flush_model()
        self.env.cr.execute(SQL("DELETE FROM marketplace_feed_problem WHERE feed_id = %s", feed.id))
        report.file.seek(0)
        self.env.cr.copy_expert(COPY, report.file)
        self.env["marketplace.feed.problem"].invalidate_model()
        feed.invalidate_recordset(["problem_ids", "reported_left_out", "reported_warnings"])

    def _publish(self, feed, field, name, mimetype, part):
        """Make the finished file the content of the feed's attachment, without reading it into memory as Odoo would.

        The row is changed first: until this transaction ends, Odoo's collection of garbage waits for it. Then the file
        is noted as possible garbage, in case the transaction fails, and moved. The former file is noted, too.
        """
        attachments = self.env["ir.attachment"].sudo()
        if not feed[field]:
            feed[field] = attachments.create(
                {"name": name, "res_model": feed._name, "res_id": feed.id, "mimetype": mimetype, "raw": b" "}
            )
        attachment = feed[field].sudo()
        former, store_name = attachment.store_fname, f"{part.checksum[:2]}/{part.checksum}"
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE ir_attachment
                      SET store_fname = %s, checksum = %s, file_size = %s, mimetype = %s, db_datas = NULL,
                          write_date = %s
                    WHERE id = %s""",
                store_name,
                part.checksum,
                part.size,
                mimetype,
                fields.Datetime.now(),
                attachment.id,
            )
        )
        attachment.invalidate_recordset()
        attachments._mark_for_gc(store_name)
        part.move(attachments._full_path(store_name))
        if former and former != store_name:
            attachments._file_delete(former)
