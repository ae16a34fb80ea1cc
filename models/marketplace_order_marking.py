from odoo import api, fields, models
from odoo.exceptions import UserError

#: The marketplace's word for: codes may still be changed after shipping.
CHANGE_ACTION = "update_cis"


class MarketplaceOrder(models.Model):
    """Codes and declarations of the units: what is missing, what was refused."""

    _inherit = "marketplace.order"

    exemplar_ids = fields.One2many("marketplace.exemplar", "order_id", "Units")
    #   needed → filled → checking → ready
    #              ↑          ↓
    #              └────── refused
    marking_state = fields.Selection(
        [
            ("none", "Not Needed"),
            ("needed", "Codes Missing"),
            ("filled", "Codes Scanned"),
            ("checking", "Codes Being Checked"),
            ("ready", "Codes Accepted"),
            ("refused", "Codes Refused"),
        ],
        "Marking",
        compute="_compute_marking_state",
        store=True,
        index=True,
    )
    marking_problem = fields.Text(compute="_compute_marking_problem")
    marking_progress = fields.Char("Codes", compute="_compute_marking_progress")
    can_change_codes = fields.Boolean(compute="_compute_can_change_codes")

    # === COMPUTE METHODS === #
    @api.depends("exemplar_ids.state", "exemplar_ids.released")
    def _compute_marking_state(self):
        for order in self:
            states = set(order._get_units().mapped("state"))
            order.marking_state = next(
                (
                    mine
                    for mine, unit_state in (
                        ("refused", "refused"),
                        ("needed", "empty"),
                        ("filled", "filled"),
                        ("checking", "checking"),
                        ("ready", "passed"),
                    )
                    if unit_state in states
                ),
                "none",
            )

    @api.depends("exemplar_ids.problem", "exemplar_ids.state", "exemplar_ids.released")
    def _compute_marking_problem(self):
        for order in self:
            refused = order._get_units().filtered("problem")
            order.marking_problem = "\n".join(f"{unit._get_title()}: {unit.problem}" for unit in refused) or False

    @api.depends("exemplar_ids.state", "exemplar_ids.released")
    def _compute_marking_progress(self):
        for order in self:
            units = order._get_units()
            done = units.filtered(lambda unit: unit.state != "empty")
            order.marking_progress = (
                self.env._("%(done)s of %(all)s", done=len(done), all=len(units)) if units else False
            )

    @api.depends("actions", "exemplar_ids.state", "child_ids.actions")
    def _compute_can_change_codes(self):
        for order in self:
            allowed = any(CHANGE_ACTION in (posting.actions or []) for posting in order | order.child_ids)
            order.can_change_codes = allowed and order.ship_state == "shipped" and bool(order._get_units())

    # === ACTION METHODS === #
    def action_send_changed_codes(self):
        """After shipping: send the whole set again and make it count."""
        self.check_access("write")
        self._require_operation("exemplars_commit")
        for order in self:
            if problem := self.env["marketplace.marking"]._get_problem(order):
                raise UserError(self.env._("%(number)s: %(problem)s", number=order.number, problem=problem))
            if not order.can_change_codes:
                raise UserError(self.env._("%s: the marketplace does not take other codes any more.", order.number))
            self.env["marketplace.job"]._enqueue("marking_update", order.account_id, order, priority=1)
        return self._notify(self.env._("The codes are being sent."))

    # === BUSINESS METHODS === #
    def _get_units(self):
        """Units whose codes are in use."""
        return self.exemplar_ids.filtered(lambda unit: not unit.released)
