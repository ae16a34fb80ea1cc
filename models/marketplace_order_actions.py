from odoo import models
from odoo.exceptions import UserError

from ..marketplaces.base import status as unified


class MarketplaceOrder(models.Model):
    """What a person may do with postings, one or a selection of them."""

    _inherit = "marketplace.order"

    def action_retry(self):
        """Try again what waits for a person; works for one and for a selection."""
        waiting = self.filtered(lambda order: order.state in ("mapping", "problem", "ignored", "received"))
        unapplied = self.filtered(lambda order: order.problem_kind == "action")
        if not waiting | unapplied:
            raise UserError(self.env._("Nothing to try again: these postings have become orders already."))
        waiting._retry()
        self.env["marketplace.status.applier"]._enqueue(unapplied)
        return self._notify(self.env._("%s postings are being tried again.", len(waiting | unapplied)))

    def action_accept_lines(self):
        """The lines are right, the total of the marketplace is not: make the order of the lines."""
        self.check_access("write")
        orders = self.filtered(lambda order: order.problem_kind == "total")
        orders.write({"total_accepted": True})
        orders._retry()

    def action_refresh(self):
        """Ask the marketplace for the present state of these postings."""
        self.check_access("write")
        self._require_operation("order")
        self._fetch()
        return self._notify(self.env._("%s postings are being read from the cabinet.", len(self)))

    def action_confirm_there(self):
        """Take the orders: confirms them in Odoo, and thereby there."""
        self.check_access("write")
        waiting = self.filtered(lambda order: order.status == unified.TO_CONFIRM)
        drafts = waiting.sale_order_id.filtered(lambda sale: sale.state in ("draft", "sent"))
        confirmed = waiting.filtered(lambda order: order.sale_order_id.state == "sale")
        if not drafts | confirmed.sale_order_id:
            raise UserError(self.env._("None of these postings waits for your confirmation."))
        waiting._require_operation("confirm")
        # Whoever handles postings may take them; sale orders belong to the sales people.
        self.env["marketplace.sale.builder"]._confirm(drafts.sudo())
        # Those that were refused once are told again.
        self.env["marketplace.confirmation"]._on_confirmed(confirmed.sale_order_id)
        return self._notify(self.env._("%s orders are being confirmed.", len(drafts | confirmed.sale_order_id)))

    def action_close(self):
        """Ask what was handed over, unit by unit."""
        self.ensure_one()
        self._require_operation("close")
        return self._open_dialog("marketplace.order.close", self.env._("Hand-over Result"))

    def action_register_return(self):
        """Goods have come back that the marketplace does not tell of."""
        self.ensure_one()
        return self._open_dialog("marketplace.return.register", self.env._("Register a Return"))

    def action_ship(self):
        """Assemble: validates the deliveries where they are not, and tells the marketplace."""
        self._require_operation("ship")
        shipped, problems = self.env["marketplace.shipment"]._assemble(self)
        if problems and not shipped:
            raise UserError("\n".join(problems))
        message = self.env._("%s postings are being assembled.", len(shipped))
        return self._notify("\n".join([message, *problems]), "warning" if problems else "success")

    def action_request_labels(self):
        for account in self.account_id.filtered(lambda account: account._can("label_request")):
            account._check_operation("label_request")
        ready = self.filtered(lambda order: order.ship_state == "shipped" and order.status != unified.CANCELLED)
        if not ready:
            raise UserError(
                self.env._("The marketplace gives labels for assembled postings only: assemble them first.")
            )
        self.env["marketplace.label"]._request(ready)
        return self._notify(self.env._("%s labels are being fetched.", len(ready)))

    def action_print_labels(self):
        """One merged PDF of the labels, in the order of the list."""
        return self.env["marketplace.label"]._action_print(self)

    def action_print_own_labels(self):
        """Our own sheets, in the account's format."""
        self.ensure_one_format()
        report = f"sale_marketplace.action_report_label_{self.account_id[:1].label_format}"
        # No question about letterheads: labels have none.
        return self.env.ref(report).report_action(self, config=False)

    def ensure_one_format(self):
        if len(set(self.account_id.mapped("label_format"))) > 1:
            raise UserError(self.env._("These accounts use different label sheets: print them separately."))

    def action_open_mapping(self):
        """The listings that this posting waits for."""
        offers = self.line_ids.offer_id.filtered(lambda offer: offer.state != "linked")
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_offer")
        action["domain"] = [("id", "in", offers.ids)]
        action["context"] = {}
        return action

    def action_view_sale_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "view_mode": "form",
            "res_id": self.sale_order_id.id,
        }

    def action_view_pickings(self):
        return self.sale_order_id._get_action_view_picking(self.sale_order_id.picking_ids)

    def action_view_returns(self):
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_return")
        action["domain"] = [("order_id", "in", (self | self.child_ids).ids)]
        action["context"] = {}
        return action

    def action_view_exchanges(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_exchange")
        action["domain"] = [("account_id", "=", self.account_id.id), ("search_text", "ilike", self.number)]
        action["context"] = {}
        return action

    def action_view_jobs(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_job")
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["context"] = {}
        return action

    # === HELPERS === #
    def _open_dialog(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _require_operation(self, operation):
        for account in self.account_id:
            account._check_operation(operation)

    def _notify(self, message, kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": kind, "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }
