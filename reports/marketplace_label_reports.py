import textwrap

from markupsafe import Markup

from odoo import api, models
from odoo.tools.misc import format_datetime, formatLang

from ..marketplaces.base import status
from .code128 import draw

#: Characters that command a label printer; ``^FH`` lets them be written as numbers.
ZPL_ESCAPES = str.maketrans({"^": "_5E", "~": "_7E", "_": "_5F", "\n": " ", "\r": " "})
#: Letters in a line of the buyer's address, and lines that there is room for.
ADDRESS_WIDTH, ADDRESS_LINES = 42, 3


class MarketplaceLabelSheet(models.AbstractModel):
    """Our own labels of postings: what stands on each, the same for all sheets."""

    _name = "marketplace.label.sheet"
    _description = "Marketplace Label Sheet"

    @api.model
    def _get_report_values(self, docids, data=None):
        orders = self.env["marketplace.order"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "marketplace.order",
            "docs": orders,
            "labels": [label for order in orders for label in self._prepare_labels(order)],
        }

    def _prepare_labels(self, order):
        """One label per box where boxes have codes of their own, else one per cargo place."""
        common, boxes = self._prepare_label(order), order._get_boxes()
        if boxes:
            return [
                {**common, **self._prepare_box(box), "place": place, "places": len(boxes)}
                for place, box in enumerate(boxes, 1)
            ]
        places = max(order.cargo_places, 1)
        return [{**common, "place": place, "places": places} for place in range(1, places + 1)]

    def _prepare_box(self, box):
        """The code of a box and what is in it."""
        packed = box.picking_id.move_line_ids.filtered(lambda line: line.result_package_id == box.package_id)
        lines = [
            {
                "article": line.product_id.default_code or "",
                "name": line.product_id.name or "",
                "quantity": int(line.quantity) if line.quantity == int(line.quantity) else line.quantity,
            }
            for line in packed
        ]
        return {"barcode": box.number, "bars": draw(box.number), **({"lines": lines} if lines else {})}

    def _prepare_label(self, order):
        root = order._get_root()
        barcode = order.barcode_upper or order.scan_code or order.number
        return {
            "order": order,
            "number": order.number,
            "barcode": barcode,
            "bars": draw(barcode),
            "second_barcode": order.barcode_lower or "",
            "second_bars": draw(order.barcode_lower or ""),
            "account": order.account_id.name,
            "scheme": dict(order._fields["scheme"]._description_selection(self.env)).get(order.scheme, ""),
            "warehouse": order.warehouse_id.name or order.warehouse_name or "",
            "delivery": order.delivery_method_name or "",
            **self._prepare_buyer(order),
            "ship_by": self._format_ship_by(order),
            "sale_order": root.sale_order_id.name or "",
            "lines": [self._prepare_line(line) for line in order._get_goods()],
        }

    def _prepare_buyer(self, order):
        """Where our own courier goes, whom he asks for, and what he collects; empty where somebody else delivers."""
        if order.scheme != status.RFBS:
            return {"buyer": "", "address": [], "collect": ""}
        address = ". ".join(filter(None, (order.buyer_address, order.buyer_comment)))
        collect = formatLang(self.env, order.to_collect, currency_obj=order.currency_id) if order.to_collect else ""
        return {
            "buyer": ", ".join(filter(None, (order.buyer_name, order.buyer_phone))),
            "address": textwrap.wrap(address, ADDRESS_WIDTH)[:ADDRESS_LINES],
            "collect": collect,
        }

    def _prepare_line(self, line):
        product = line.product_id
        return {
            "article": product.default_code or line.article or line.sku or "",
            "name": product.name or line.name or "",
            "quantity": line.quantity,
        }

    def _format_ship_by(self, order):
        """In the time zone of the person who prints."""
        if not order.ship_by:
            return ""
        return format_datetime(self.env, order.ship_by, dt_format="EEE d MMM, HH:mm")


class ReportLabel58x40(models.AbstractModel):
    _name = "report.sale_marketplace.report_label_58x40"
    _description = "Marketplace Label 58 × 40 mm"
    _inherit = ["marketplace.label.sheet"]


class ReportLabel75x120(models.AbstractModel):
    _name = "report.sale_marketplace.report_label_75x120"
    _description = "Marketplace Label 75 × 120 mm"
    _inherit = ["marketplace.label.sheet"]


class ReportLabelA4(models.AbstractModel):
    _name = "report.sale_marketplace.report_label_a4"
    _description = "Marketplace Labels on A4"
    _inherit = ["marketplace.label.sheet"]


class ReportLabelZpl(models.AbstractModel):
    _name = "report.sale_marketplace.report_label_zpl"
    _description = "Marketplace Label 58 × 40 mm for Label Printers"
    _inherit = ["marketplace.label.sheet"]

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        return {**values, "labels": [self._prepare_zpl(label) for label in values["labels"]]}

    def _prepare_zpl(self, label):
        products = ", ".join(f"{line['article'] or line['name']} x {line['quantity']}" for line in label["lines"])
        names = ("number", "barcode", "second_barcode", "account", "ship_by", "sale_order", "warehouse")
        texts = {
            **{name: label[name] for name in names},
            "products": products,
            "places": f"{label['place']}/{label['places']}",
        }
        # Plain text for a printer: nothing may be escaped as in a web page.
        return {name: Markup(str(text).translate(ZPL_ESCAPES)) for name, text in texts.items()}
