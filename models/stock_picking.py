from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    marketplace_order_id = fields.Many2one(
        "marketplace.order", "Posting", related="sale_id.marketplace_order_id", store=True, index="btree_not_null"
    )
    marketplace_account_id = fields.Many2one(
        "marketplace.account",
        "Marketplace Account",
        related="marketplace_order_id.account_id",
        store=True,
        index="btree_not_null",
    )
    marketplace_number = fields.Char("Posting Number", related="marketplace_order_id.number", store=True)
    marketplace_status = fields.Selection(related="marketplace_order_id.status", string="Marketplace Status")
    marketplace_ship_by = fields.Datetime("Ship By", related="marketplace_order_id.ship_by", store=True, index=True)
    marketplace_ship_state = fields.Selection(related="marketplace_order_id.ship_state", string="Assembly")
    marketplace_ship_problem = fields.Text(related="marketplace_order_id.ship_problem")
    marketplace_label_state = fields.Selection(related="marketplace_order_id.label_state", string="Label")
    marketplace_label_problem = fields.Text(related="marketplace_order_id.label_problem")
    marketplace_marking_state = fields.Selection(related="marketplace_order_id.marking_state", string="Marking")
    marketplace_marking_progress = fields.Char("Codes", related="marketplace_order_id.marking_progress")
    marketplace_cargo_places = fields.Integer(
        "Cargo Places",
        related="marketplace_order_id.cargo_places",
        readonly=False,
        help="Number of boxes of the posting. Set it before assembling.",
    )
    marketplace_scheme = fields.Selection(related="marketplace_order_id.scheme", string="Scheme")
    marketplace_delivery_step = fields.Selection(related="marketplace_order_id.delivery_step", string="Delivery Told")
    marketplace_can_hand_over = fields.Boolean(related="marketplace_order_id.can_hand_over")
    marketplace_can_last_mile = fields.Boolean(related="marketplace_order_id.can_last_mile")
    marketplace_can_deliver = fields.Boolean(related="marketplace_order_id.can_deliver")
    marketplace_delivery_target = fields.Selection(related="marketplace_order_id.delivery_target")
    marketplace_delivery_problem = fields.Text(related="marketplace_order_id.delivery_problem")
    marketplace_cancel_state = fields.Selection(related="marketplace_order_id.cancel_state", string="Cancellation")
    marketplace_label_ids = fields.Many2many(
        "ir.attachment",
        "marketplace_picking_label_rel",
        "picking_id",
        "attachment_id",
        "Marketplace Labels",
        copy=False,
        readonly=True,
    )

    # === ACTION METHODS === #
    def action_marketplace_ship(self):
        """Assemble: validate what is not validated, tell the marketplace."""
        return self._get_marketplace_orders().action_ship()

    def action_marketplace_marking(self):
        """Scan the codes of the posting."""
        self.ensure_one()
        return self._get_marketplace_orders().action_open_marking()

    def action_marketplace_request_labels(self):
        return self._get_marketplace_orders().action_request_labels()

    def action_marketplace_print_labels(self):
        """One merged PDF in the order of the selection."""
        return self._get_marketplace_orders().action_print_labels()

    def action_marketplace_print_own_labels(self):
        return self._get_marketplace_orders().action_print_own_labels()

    def action_marketplace_courier(self):
        return self._get_marketplace_orders().action_courier()

    def action_marketplace_last_mile(self):
        return self._get_marketplace_orders().action_last_mile()

    def action_marketplace_delivered(self):
        return self._get_marketplace_orders().action_delivered()

    def action_marketplace_goods_back(self):
        return self._get_marketplace_orders().action_goods_back()

    def action_view_marketplace_order(self):
        self.ensure_one()
        return self.sale_id.action_view_marketplace_order()

    def action_marketplace_cargo_places(self):
        """Tell the marketplace how many boxes there are."""
        self.ensure_one()
        order = self._get_marketplace_orders()
        order.check_access("write")
        order._require_operation("cargo_places")
        self.env["marketplace.job"]._enqueue(
            "cargo_places", order.account_id, order, {"quantity": order.cargo_places}, priority=1
        )
        return order._notify(self.env._("The number of cargo places is being sent."))

    def _get_marketplace_orders(self):
        orders = self.marketplace_order_id
        if not orders:
            raise UserError(self.env._("None of these transfers belongs to a marketplace posting."))
        return orders

    # === CRUD METHODS === #
    def write(self, vals):
        """A tracking number that is filled in is told to the marketplace, where the account's table says so."""
        if not vals.get("carrier_tracking_ref"):
            return super().write(vals)
        changed = self.filtered(lambda picking: picking.carrier_tracking_ref != vals["carrier_tracking_ref"])
        result = super().write(vals)
        orders = changed.sudo().marketplace_order_id
        if orders:
            # A problem of telling shows on the posting; the number itself is kept in any case.
            self.env["marketplace.delivery.reporter"].sudo()._on_event(orders, "tracking")
        return result

    # === BUSINESS METHODS === #
    def _action_done(self):
        """Override of `stock`: a validated delivery of a posting is told to the marketplace, later and by a job."""
        result = super()._action_done()
        deliveries = self.filtered(
            lambda picking: (
                picking.state == "done"
                and picking.marketplace_order_id
                and picking.picking_type_code == "outgoing"
                and not picking.return_id
            )
        )
        if deliveries and not self.env.context.get("marketplace_skip_ship"):
            # Whoever works in the warehouse may validate, with or without rights for marketplaces.
            self.env["marketplace.shipment"].sudo()._on_validated(deliveries.sudo())
        return result

    def _log_origin_together(self):
        """The note that `sale_stock` leaves on each new delivery, written for a batch in one go."""
        bodies = {}
        for picking in self:
            sale = picking.move_ids.sale_line_id.order_id[:1]
            if sale:
                bodies[picking.id] = self.env["ir.qweb"]._render(
                    "mail.message_origin_link", {"self": picking, "origin": sale}, minimal_qcontext=True
                )
        pickings = self.browse(bodies)
        domain = [("model", "=", self._name), ("res_id", "in", pickings.ids)]
        parents = {message.res_id: message.id for message in self.env["mail.message"].sudo().search(domain, order="id")}
        companies = pickings._mail_get_companies(default=self.env.company)
        domains = pickings.sudo()._mail_get_alias_domains(default_company=self.env.company)
        messages = pickings._message_log_batch(bodies)
        # What posting one by one leaves in them besides.
        messages.write({"is_internal": False, "email_add_signature": True})
        for message in messages:
            message.parent_id = parents.get(message.res_id)
            message.record_company_id = companies[message.res_id]
            message.record_alias_domain_id = domains[message.res_id]

    def message_post_with_source(self, source_ref, **kwargs):
        """Override of `mail`: the note of origin is there already (see ``_log_origin_together``)."""
        if self.env.context.get("marketplace_origin_logged") and source_ref == "mail.message_origin_link":
            return self.env["mail.message"]
        return super().message_post_with_source(source_ref, **kwargs)
