import re

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request


class MarketplaceLabels(http.Controller):
    @http.route("/marketplace/labels/<string:order_ids>", type="http", auth="user", methods=["GET"], readonly=True)
    def labels(self, order_ids):
        """One PDF of the labels of these postings, in the order of the ids. The user's access rules decide."""
        # Ids as the database knows them: plain digits, nine at most.
        if not re.fullmatch(r"[0-9]{1,9}(,[0-9]{1,9})*", order_ids):
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
