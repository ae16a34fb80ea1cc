import logging
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError

from ..marketplaces.base import status

_logger = logging.getLogger(__name__)

#: Each one includes those before it.
LEVELS = ("none", "confirm", "deliver", "invoice", "paid")


class MarketplaceStatusApplier(models.AbstractModel):
    """Does in Odoo what the account's table asks for when a posting gets a status: deliver, invoice, mark paid, tag.

    In batches and by a job, since a status may come for thousands of postings at once; one that cannot be done never
    stops the others.
    """

    _name = "marketplace.status.applier"
    _inherit = "marketplace.order.batch"
    _description = "Marketplace Status Applier"
    _queue_domain = [("to_apply", "=", True)]

    # --- planning -----------------------------------------------------------------------------------------------
    @api.model
    def _plan(self, orders):
        """Remember the postings whose status has something to do."""
        self._enqueue(orders.filtered(self._has_work))

    @api.model
    def _enqueue(self, orders):
        orders.filtered(lambda order: not order.to_apply).write({"to_apply": True})
        for account in orders.account_id:
            self._wake(account)

    @api.model
    def _wake(self, account):
        self.env["marketplace.job"]._enqueue("status_apply", account, priority=4)

    def _has_work(self, order):
        row = order.account_id._get_status_action(order.scheme, order.status)
        if order.state != "done" or not row:
            return False
        return (
            bool(row.tag_id)
            or (row.action in LEVELS and LEVELS.index(row.action) > LEVELS.index("confirm"))
            or (
                row.action == "confirm"
                and order.sale_order_id.state in ("draft", "sent")
                and order.account_id.auto_confirm
            )
        )

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_apply(self, jobs, adapter, deadline):
        return self._drain(jobs, deadline, self._apply)

    # --- the work -----------------------------------------------------------------------------------------------
    @api.model
    def _apply(self, orders):
        """Bring the orders of these postings as far as their statuses ask for. All leave the queue."""
        orders.write({"to_apply": False})
        groups = orders.grouped(lambda order: order.account_id._get_status_action(order.scheme, order.status))
        for row, group in groups.items():
            if not row:
                continue
            if row.tag_id:
                group.sale_order_id.write({"tag_ids": [(4, row.tag_id.id)]})
            alive = group.filtered(lambda order: order.sale_order_id.state != "cancel" and not order.cancel_state)
            if row.action in LEVELS:
                work = partial(self._raise_to, level=LEVELS.index(row.action))
                self._all_or_each(alive, work, self._tell_failure)

    def _tell_failure(self, order, exc):
        if not isinstance(exc, UserError):
            _logger.error("The status of posting %s could not be applied", order.number, exc_info=exc)
        order.write({"problem_kind": "action", "problem": str(exc) or repr(exc)})

    def _raise_to(self, orders, level):
        if level >= LEVELS.index("confirm"):
            self._confirm(orders, level)
        if level >= LEVELS.index("deliver"):
            self._deliver(orders)
        if level >= LEVELS.index("invoice"):
            invoices = self._invoice(orders)
            if level >= LEVELS.index("paid"):
                self._pay(orders, invoices)
        repaired = orders.filtered(lambda order: order.problem_kind == "action")
        repaired.write({"problem_kind": False, "problem": False})

    def _confirm(self, orders, level):
        drafts = orders.filtered(lambda order: order.sale_order_id.state in ("draft", "sent"))
        if level == LEVELS.index("confirm"):
            drafts = drafts.filtered("account_id.auto_confirm")
        for _account, group in drafts.grouped("account_id").items():
            self.env["marketplace.sale.builder"]._confirm(group.sale_order_id)

    def _deliver(self, orders):
        """Deliveries that nobody has validated, though the goods are gone: from the FBO location, or from here."""
        shipment = self.env["marketplace.shipment"]
        fbo = orders.filtered(lambda order: order.scheme == status.FBO)
        problems = self._deliver_fbo(fbo)
        own = orders - fbo
        pickings = shipment._get_open_deliveries(own)
        short = pickings.filtered(lambda picking: not shipment._is_all_there(picking))
        if short:
            problems.append(
                self.env._(
                    "The marketplace has the goods, but here they are not all reserved (%s): bring the stock in order, "
                    "then try again.",
                    ", ".join(short.mapped("name")),
                )
            )
        problems += shipment._validate(pickings - short)
        if problems:
            raise UserError("\n".join(problems))

    def _deliver_fbo(self, orders):
        """FBO: what is not in stock is delivered all the same where the account allows it."""
        shipment, problems = self.env["marketplace.shipment"], []
        pickings = shipment._get_open_deliveries(orders)
        short = pickings.filtered(lambda picking: not shipment._is_all_there(picking))
        for picking in short:
            if picking.marketplace_account_id.fbo_allow_negative:
                for move in picking.move_ids:
                    move.quantity = move.product_uom_qty
                continue
            pickings -= picking
            problems.append(
                self.env._(
                    "%(number)s: the FBO location has not enough of %(products)s. Bring its stock in order, then try "
                    "again, or let the account deliver FBO without stock.",
                    number=picking.marketplace_number,
                    products=", ".join(picking.move_ids.product_id.mapped("display_name")),
                )
            )
        return problems + shipment._validate(pickings)

    def _invoice(self, orders):
        sales = orders.sale_order_id
        todo = sales.filtered(lambda sale: sale.invoice_status == "to invoice")
        if todo:
            todo._create_invoices(grouped=True)
        invoices = sales.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        invoices.filtered(lambda move: move.state == "draft").action_post()
        return invoices.filtered(lambda move: move.state == "posted")

    def _pay(self, orders, invoices):
        unpaid = invoices.filtered(lambda move: move.payment_state in ("not_paid", "partial"))
        for account in orders.account_id:
            own = unpaid & orders.filtered(lambda order, account=account: order.account_id == account).mapped(
                "sale_order_id.invoice_ids"
            )
            if not own:
                continue
            register = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=own.ids
            )
            register.create(
                {"journal_id": account._get_payment_journal().id, "group_payment": False}
            )._create_payments()
