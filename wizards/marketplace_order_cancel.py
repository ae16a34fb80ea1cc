from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.marketplace_cancel_reason import KINDS


class MarketplaceOrderCancel(models.TransientModel):
    """The seller cancels on the marketplace: whole postings, or some units of one."""

    _name = "marketplace.order.cancel"
    _description = "Cancel on the Marketplace"

    order_ids = fields.Many2many("marketplace.order", string="Postings", required=True, readonly=True)
    account_id = fields.Many2one("marketplace.account", compute="_compute_account_id", string="Only Account")
    kind = fields.Selection(KINDS, "Reason", help="Each marketplace has its own reason for it; see the accounts.")
    reason_id = fields.Many2one(
        "marketplace.cancel.reason",
        "Reason of the Marketplace",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        domain="[('account_id', '=', account_id), ('use', '=', 'cancel')]",
    )
    message_required = fields.Boolean(related="reason_id.message_required")
    units_message_required = fields.Boolean(compute="_compute_units_message_required")
    message = fields.Char("Explanation")
    by_position = fields.Boolean("Only Some Units")
    line_ids = fields.One2many("marketplace.order.cancel.line", "wizard_id")

    @api.depends("order_ids")
    def _compute_account_id(self):
        for wizard in self:
            accounts = wizard.order_ids.account_id
            wizard.account_id = accounts if len(accounts) == 1 else False

    @api.depends("account_id")
    def _compute_units_message_required(self):
        for wizard in self:
            wizard.units_message_required = (
                bool(wizard.account_id) and wizard.account_id._get_info().cancel_lines_message
            )

    @api.depends("kind", "account_id")
    def _compute_reason_id(self):
        for wizard in self:
            if wizard.kind and wizard.account_id:
                wizard.reason_id = self.env["marketplace.cancel.reason"]._find(wizard.account_id, wizard.kind)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        commands = values.get("order_ids") or []
        ids = [record_id for command in commands for record_id in (command[2] if command[0] == 6 else [command[1]])]
        orders = self.env["marketplace.order"].browse(ids)
        if len(orders) == 1:
            values["line_ids"] = [
                Command.create({"line_id": line.id, "quantity": 0})
                for line in orders._get_goods()
                if line.there_quantity
            ]
        return values

    def action_cancel(self):
        self.ensure_one()
        if self.by_position:
            self._cancel_units()
        else:
            for order in self.order_ids:
                self._enqueue(order, "cancel", {})
        return self.order_ids._notify(self.env._("The marketplace is being told; the orders follow its answer."))

    def _cancel_units(self):
        if len(self.order_ids) != 1:
            raise UserError(self.env._("Some units can be cancelled of one posting at a time."))
        order = self.order_ids
        info = order.account_id._get_info()
        if order.status not in info.cancel_lines_in:
            labels = dict(order._fields["status"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Some units can be cancelled only of a posting that is: %s.",
                    ", ".join(labels[word] for word in info.cancel_lines_in),
                )
            )
        chosen = self.line_ids.filtered("quantity")
        if not chosen:
            raise UserError(self.env._("Enter how many units are cancelled."))
        wrong = chosen.filtered(lambda line: not 0 < line.quantity <= line.available)
        if wrong:
            raise UserError(self.env._("The posting has only %s units of it.", wrong[0].available))
        if info.cancel_lines_message and not self.message:
            raise UserError(self.env._("The marketplace wants an explanation when only some units are cancelled."))
        payload = {
            "lines": [[line.line_id.sku, line.quantity] for line in chosen],
            # Which of them: nobody can tell them apart, so the last ones.
            "units": [[line.line_id.id, line.line_id._get_numbers()[-line.quantity :]] for line in chosen],
            "before": {line.sku: line.there_quantity for line in order.line_ids},
        }
        self._enqueue(order, "cancel_lines", payload)

    def _enqueue(self, order, operation, payload):
        reason = self._find_reason(order)
        if reason.message_required and not self.message:
            raise UserError(self.env._("The marketplace wants an explanation for the reason «%s».", reason.name))
        order._require_operation(operation)
        payload = {**payload, "reason_id": reason.external_id, "message": self.message or ""}
        # Other units may be cancelled while the first ones still wait to be told.
        unique = operation == "cancel"
        self.env["marketplace.job"]._enqueue(operation, order.account_id, order, payload, priority=1, unique=unique)

    def _find_reason(self, order):
        reason = self.reason_id if self.account_id else self.env["marketplace.cancel.reason"]
        if not reason and self.kind:
            reason = self.env["marketplace.cancel.reason"]._find(order.account_id, self.kind)
        if not reason:
            raise UserError(
                self.env._(
                    "Choose a reason. Account %s has none for it: load the reasons on the account and map them.",
                    order.account_id.name,
                )
                if self.kind
                else self.env._("Choose a reason.")
            )
        return reason


class MarketplaceOrderCancelLine(models.TransientModel):
    _name = "marketplace.order.cancel.line"
    _description = "Units to Cancel"

    wizard_id = fields.Many2one("marketplace.order.cancel", required=True, index=True, ondelete="cascade")
    line_id = fields.Many2one("marketplace.order.line", "Position", required=True, ondelete="cascade")
    name = fields.Char(related="line_id.name", string="Product There")
    available = fields.Integer("In the Posting", related="line_id.there_quantity")
    quantity = fields.Integer("To Cancel")
