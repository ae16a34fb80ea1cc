from ast import literal_eval

from odoo import fields, models
from odoo.fields import Domain

from ..marketplaces.base import status


class MarketplaceAccount(models.Model):
    """What waits and what failed, for the cards of the overview."""

    _inherit = "marketplace.account"

    to_confirm_count = fields.Integer("To Confirm", compute="_compute_order_counts")
    to_assemble_count = fields.Integer("To Assemble", compute="_compute_order_counts")
    late_count = fields.Integer("Late", compute="_compute_order_counts")
    missing_count = fields.Integer("Sold, Goods Missing", compute="_compute_order_counts")
    mapping_count = fields.Integer("Awaiting Mapping", compute="_compute_order_counts")
    problem_count = fields.Integer("Need Attention", compute="_compute_order_counts")
    label_problem_count = fields.Integer("Labels Missing", compute="_compute_order_counts")
    ship_problem_count = fields.Integer("Refused", compute="_compute_order_counts")
    unlinked_offer_count = fields.Integer("Offers Not Linked", compute="_compute_offer_counts")
    cancelled_count = fields.Integer("Cancelled, To Do", compute="_compute_order_counts")
    request_count = fields.Integer("Requests to Decide", compute="_compute_row_counts")
    return_count = fields.Integer("Returns to Receive", compute="_compute_row_counts")
    stock_difference_count = fields.Integer("Stock Differs There", compute="_compute_row_counts")
    stock_refused_count = fields.Integer("Stock Refused", compute="_compute_row_counts")
    unknown_accrual_count = fields.Integer("Unknown Accruals", compute="_compute_row_counts")
    failed_job_count = fields.Integer("Failed Jobs", compute="_compute_job_counts")
    waiting_job_count = fields.Integer("Waiting Jobs", compute="_compute_job_counts")
    oldest_job_at = fields.Datetime("Oldest Waiting", compute="_compute_job_counts")
    last_order_at = fields.Datetime("Orders Read", compute="_compute_last_order_at")
    completeness_id = fields.Many2one(
        "marketplace.completeness", "Last Completeness Check", compute="_compute_last_order_at"
    )

    #: field → domain, and the filter that the card's link sets in the list of postings
    def _get_order_tiles(self):
        return {
            "to_confirm_count": [("status", "=", status.TO_CONFIRM), ("state", "=", "done")],
            "to_assemble_count": [
                ("status", "=", status.TO_ASSEMBLE),
                ("state", "=", "done"),
                ("ship_state", "in", ("none", "failed")),
            ],
            "late_count": [("late", "=", True)],
            "missing_count": [("goods_missing", "=", True)],
            "mapping_count": [("state", "=", "mapping")],
            "problem_count": [("needs_attention", "=", True)],
            "cancelled_count": [("cancel_state", "=", "hold")],
            "ship_problem_count": [("ship_state", "=", "failed")],
            "label_problem_count": [("label_state", "in", ("failed", "waiting"))],
        }

    def _compute_order_counts(self):
        Order = self.env["marketplace.order"]
        for name, domain in self._get_order_tiles().items():
            counts = dict(Order._read_group([("account_id", "in", self.ids), *domain], ["account_id"], ["__count"]))
            for account in self:
                account[name] = counts.get(account._origin, 0)

    def _compute_offer_counts(self):
        counts = dict(
            self.env["marketplace.offer"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "unlinked")], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.unlinked_offer_count = counts.get(account._origin, 0)

    def _compute_row_counts(self):
        """What buyers want, what they have sent back, and which numbers the marketplace has not taken."""
        tiles = {
            "request_count": ("marketplace.cancel.request", [("state", "=", "pending")]),
            "return_count": ("marketplace.return", [("state", "=", "open"), ("stage", "in", ("ready", "received"))]),
            "stock_difference_count": ("marketplace.stock", [("to_reconcile", "=", True)]),
            "unknown_accrual_count": (
                "marketplace.accrual",
                ["|", ("kind", "=", "unknown"), ("problem", "!=", False), ("gone", "=", False), ("state", "=", "open")],
            ),
            "stock_refused_count": ("marketplace.stock", [("state", "=", "refused")]),
        }
        for name, (model, domain) in tiles.items():
            groups = self.env[model]._read_group([("account_id", "in", self.ids), *domain], ["account_id"], ["__count"])
            counts = dict(groups)
            for account in self:
                account[name] = counts.get(account._origin, 0)

    def _compute_job_counts(self):
        rows = self.env["marketplace.job"]._read_group(
            [("account_id", "in", self.ids), ("state", "in", ("pending", "running", "failed"))],
            ["account_id", "state"],
            ["__count", "create_date:min"],
        )
        failed, waiting, oldest = {}, {}, {}
        for account, state, count, since in rows:
            if state == "failed":
                failed[account] = count
            else:
                waiting[account] = waiting.get(account, 0) + count
                oldest[account] = min(since, oldest.get(account, since))
        for account in self:
            account.failed_job_count = failed.get(account._origin, 0)
            account.waiting_job_count = waiting.get(account._origin, 0)
            account.oldest_job_at = oldest.get(account._origin, False)

    def _compute_last_order_at(self):
        for account in self:
            account.last_order_at = account._get_schedule("orders").last_run
            account.completeness_id = self.env["marketplace.completeness"].search(
                [("account_id", "=", account.id)], limit=1
            )

    # === ACTION METHODS === #
    def action_open_orders(self):
        """The postings behind a number of the card; the number's field name comes in the context."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_order")
        tile = self.env.context.get("tile")
        action["domain"] = [("account_id", "=", self.id), *self._get_order_tiles().get(tile, [])]
        action["context"] = {"default_account_id": self.id}
        return action

    def action_open_refused_stock(self):
        return self._open_list("action_marketplace_stock", {"search_default_refused": 1})

    def action_open_stock_differences(self):
        return self._open_list("action_marketplace_stock_reconcile", {"search_default_differs": 1})

    def action_open_offers(self):
        return self._open_list(
            "action_marketplace_offer", {"search_default_unlinked": 1, "default_account_id": self.id}
        )

    def action_open_cancelled(self):
        return self._open_list("action_marketplace_order_cancelled", {"search_default_hold": 1})

    def action_open_requests(self):
        return self._open_list("action_marketplace_cancel_request", {"search_default_pending": 1})

    def action_open_returns(self):
        return self._open_list(
            "action_marketplace_return", {"search_default_to_fetch": 1, "search_default_to_receive": 1}
        )

    def action_open_unknown_accruals(self):
        return self._open_list("action_marketplace_accrual", {"search_default_open": 1, "search_default_unknown": 1})

    def action_open_failed_jobs(self):
        return self._open_list("action_marketplace_job", {"search_default_failed": 1})

    def action_fetch_orders(self):
        """Open the dialog for loading a period or numbers."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Postings"),
            "res_model": "marketplace.order.fetch",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def _open_list(self, name, context):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(f"sale_marketplace.{name}")
        domain = Domain(literal_eval(action["domain"] or "[]")) & Domain("account_id", "=", self.id)
        return {**action, "domain": list(domain), "context": context}
