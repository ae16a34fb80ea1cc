from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request


class MarketplaceLabels(http.Controller):
    @http.route("/marketplace/labels/<string:order_ids>", type="http", auth="user", methods=["GET"], readonly=True)
    def labels(self, order_ids):
        """One PDF of the labels of these postings, in the order of the ids. The user's access rules decide."""
        if not all(part.isdigit() for part in order_ids.split(",")):
            raise NotFound()
        orders = request.env["marketplace.order"].browse([int(part) for part in order_ids.split(",")]).exists()
        orders.check_access("read")
        orders = orders.filtered("label_id")
        if not orders:
            raise NotFound()
        pdf = request.env["marketplace.label"]._merge(orders.sudo())
        return request.make_response(
            pdf,
            [
                ("Content-Type", "application/pdf"),
                ("Content-Length", str(len(pdf))),
                ("Content-Disposition", f'inline; filename="labels-{len(orders)}.pdf"'),
            ],
        )
