import io

from lxml import html
from pypdf import PdfReader, PdfWriter

from odoo import api, models

#: A sheet of eight labels is for printing at hand: what lies on a delivery is a label by itself.
SINGLE = {"a4": "75x120"}


class MarketplaceLabel(models.AbstractModel):
    """Labels of our own drawing, where the marketplace has none: kept, printed and counted as its labels are."""

    _inherit = "marketplace.label"

    @api.model
    def _run_own(self, jobs, adapter, deadline):
        """Draw them together, in one run of the program that makes PDFs, and give each posting its pages."""
        orders = self.env["marketplace.order"].browse(jobs.mapped("res_id"))
        alive = self._with_parts(orders) & orders
        for label_format, group in alive.grouped(lambda order: order.account_id.label_format).items():
            for order, pdf in self._draw(group, SINGLE.get(label_format, label_format)).items():
                self._attach(order, pdf)
        (orders - alive).write({"label_state": "none", "label_problem": False})
        return self.env._("%s labels", len(alive))

    def _without_links(self, page):
        """The same without the web client's style sheets: a label needs none of them, and to fetch them the program
        would have to ask the server that waits for it."""
        root = html.document_fromstring(page)
        for element in root.xpath("//link | //script"):
            element.drop_tree()
        return html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")

    def _draw(self, orders, label_format):
        """{posting: PDF bytes}"""
        sheet = self.env["marketplace.label.sheet"]
        counts = [len(sheet._prepare_labels(order)) for order in orders]
        report = self.env.ref(f"sale_marketplace.action_report_label_{label_format}")
        page, _kind = report._render_qweb_html(report, orders.ids)
        content = report._run_wkhtmltopdf([self._without_links(page)], report_ref=report)
        pages = iter(PdfReader(io.BytesIO(content)).pages)
        labels = {}
        for order, count in zip(orders, counts, strict=True):
            writer = PdfWriter()
            for _number in range(count):
                writer.add_page(next(pages))
            labels[order] = self._to_bytes(writer)
        return labels
