from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_order_id = fields.Many2one(
        "marketplace.order", "Posting", copy=False, index="btree_not_null", readonly=True
    )
    marketplace_account_id = fields.Many2one(
        "marketplace.account",
        "Marketplace Account",
        related="marketplace_order_id.account_id",
        store=True,
        index="btree_not_null",
    )
    marketplace_scheme = fields.Selection(related="marketplace_order_id.scheme", string="Scheme", store=True)
    marketplace_number = fields.Char("Posting Number", related="marketplace_order_id.number", store=True)
    marketplace_status = fields.Selection(
        related="marketplace_order_id.status", string="Marketplace Status", store=True, index="btree_not_null"
    )
    marketplace_ship_by = fields.Datetime("Ship By", related="marketplace_order_id.ship_by", store=True)
    marketplace_ship_state = fields.Selection(related="marketplace_order_id.ship_state", string="Assembly")
    marketplace_label_state = fields.Selection(related="marketplace_order_id.label_state", string="Label")
    marketplace_barcode = fields.Char("Posting Barcode", related="marketplace_order_id.barcode_upper")
    marketplace_tracking = fields.Char("Tracking There", related="marketplace_order_id.tracking_number")
    marketplace_cancel_state = fields.Selection(
        related="marketplace_order_id.cancel_state", string="Cancellation There"
    )
    marketplace_delivery_step = fields.Selection(related="marketplace_order_id.delivery_step", string="Delivery Told")
    marketplace_parcel_count = fields.Integer("Parcels", related="marketplace_order_id.parcel_count")

    # === ACTION METHODS === #
    def action_view_marketplace_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.order",
            "view_mode": "form",
            "res_id": self.marketplace_order_id.id,
        }

    def action_marketplace_ship(self):
        return self._get_marketplace_orders().action_ship()

    def action_marketplace_labels(self):
        return self._get_marketplace_orders().action_print_labels()

    def action_marketplace_cancel(self):
        return self._get_marketplace_orders().action_cancel_there()

    def _get_marketplace_orders(self):
        orders = self.marketplace_order_id
        if not orders:
            raise UserError(self.env._("None of these orders came from a marketplace."))
        return orders

    # === BUSINESS METHODS === #
    def _get_invoice_grouping_keys(self):
        """A report has one invoice per customer, wherever the goods went."""
        keys = super()._get_invoice_grouping_keys()
        if self.env.context.get("marketplace_one_invoice"):
            keys = [key for key in keys if key != "partner_shipping_id"]
        return keys

    def _prepare_confirmation_values(self):
        """Override of `sale` to keep the date that the account's settings chose for orders of a marketplace."""
        values = super()._prepare_confirmation_values()
        if self and all(order.marketplace_order_id for order in self):
            values.pop("date_order", None)
        return values

    def _action_confirm(self):
        """Override of `sale`: where the marketplace waits for it, it is told."""
        result = super()._action_confirm()
        self.env["marketplace.confirmation"]._on_confirmed(self)
        return result

    def _should_be_locked(self):
        """Override of `sale`: what the buyer has ordered cannot be changed here, only cancelled there."""
        return super()._should_be_locked() or bool(self.sudo().marketplace_account_id.lock_orders)

    def message_post(self, **kwargs):
        """Override of `mail`: a plain note is kept for later where somebody collects them."""
        notes = self.env.context.get("marketplace_notes")
        if notes is None or kwargs.keys() != {"body"}:
            return super().message_post(**kwargs)
        notes.setdefault(self.id, []).append(kwargs["body"])
        return self.env["mail.message"]

    @api.model
    def _log_notes(self, notes):
        """:param notes: {order id: [texts]}"""
        while notes:
            self.browse(notes)._message_log_batch({order: texts[0] for order, texts in notes.items()})
            notes = {order: texts[1:] for order, texts in notes.items() if texts[1:]}

    @api.model
    def _draw_marketplace_names(self, company, count):
        """The next order numbers in one query; None where the sequence is of a kind that counts one by one."""
        sequence = self.env["ir.sequence"].search(
            [("code", "=", "sale.order"), ("company_id", "in", [company.id, False])], order="company_id", limit=1
        )
        return sequence._draw_together(count)
