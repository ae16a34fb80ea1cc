import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..marketplaces.base import status
from .marketplace_order_status import ASSEMBLED_THERE

_logger = logging.getLogger(__name__)

#: Statuses at which a new posting usually comes: «nothing» in the table leaves its order a quotation.
CONFIRMING = (status.TO_CONFIRM, status.TO_ASSEMBLE, status.ASSEMBLED)


class PostingProblem(Exception):
    """Why a posting cannot become an order now. ``state``: mapping or problem."""

    def __init__(self, kind, text, state="problem"):
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.state = state


class MarketplaceOrderProcessor(models.AbstractModel):
    """Turns stored postings into confirmed sale orders, in batches; one that cannot be made never stops the others."""

    _name = "marketplace.order.processor"
    _inherit = "marketplace.order.batch"
    _description = "Marketplace Order Processor"
    _queue_domain = [("state", "=", "received")]
    _queue_order = "ship_by, id"

    # --- handler of the engine ----------------------------------------------------------------------------------
    @api.model
    def _run_process(self, jobs, adapter, deadline):
        return self._drain(jobs, deadline, self._process)

    # --- the work -----------------------------------------------------------------------------------------------
    @api.model
    def _process(self, orders):
        """Make orders of received postings of one account. Every posting leaves the state *received*."""
        for _account, batch in orders.grouped("account_id").items():
            batch = self._set_aside(batch)
            self._link_offers(batch)
            ready = self._check_each(batch)
            self._all_or_each(ready, self._build, self._tell_build_failure)
            self._tell(batch)

    def _tell(self, orders):
        """Tell the account's people what became of a batch."""
        notifier = self.env["marketplace.notifier"]
        notifier._tell("order_new", orders.filtered(lambda order: order.state == "done"))
        stuck = orders.filtered(lambda order: order.state in ("mapping", "problem"))
        notifier._tell("order_problem", stuck, {order.id: order.problem for order in stuck})

    def _set_aside(self, orders):
        """What never becomes an order of its own leaves first. Returns the rest."""
        rest = self.env["marketplace.order"]
        for order in orders:
            if order.parent_id and order.parent_id.sale_order_id:
                self._adopt_child(order)
            elif order.status == status.CANCELLED:
                order.state = "cancelled"
            elif reason := self._get_ignore_reason(order):
                order.write({"state": "ignored", "problem": reason, "problem_kind": False})
            else:
                rest |= order
        return rest

    def _adopt_child(self, order):
        """A part of a posting whose order exists: it shares the order and becomes one of its parcels."""
        root = order._get_root()
        order.write({"state": "child", "sale_order_id": root.sale_order_id.id, "problem": False, "problem_kind": False})
        self.env["marketplace.shipment"]._adopt_parcel(root, order)

    def _get_ignore_reason(self, order):
        account = order.account_id
        if order.status == status.SPLIT:
            return self.env._("Replaced by the parts that it was split into.")
        if order.status == status.NEW:
            return self.env._("The marketplace has not released it for assembly yet.")
        if account.start_date and (order.ordered_at or account.start_date) < account.start_date:
            return self.env._("Older than the date since which orders are loaded.")
        if order.status == status.UNKNOWN:
            return False
        wanted = self.env["marketplace.order.poller"]._wanted_statuses(account, order.scheme)
        if order.status not in wanted and not order.wanted:
            return self.env._("The account's settings do not load postings of this status.")
        return False

    def _link_offers(self, orders):
        """Find each line's listing by SKU, then by article; unknown ones get a listing that can be linked."""
        account, Offer = orders.account_id, self.env["marketplace.offer"].with_context(active_test=False)
        lines = orders._get_goods().filtered(lambda line: not line.offer_id)
        if not lines:
            return
        offers = Offer.search(
            [
                ("account_id", "=", account.id),
                "|",
                ("sku", "in", lines.filtered("sku").mapped("sku")),
                ("article", "in", lines.filtered("article").mapped("article")),
            ]
        )
        by_sku, by_article = offers.filtered("sku").grouped("sku"), offers.grouped("article")
        unknown = {}
        for line in lines:
            offer = by_sku.get(line.sku) or by_article.get(line.article)
            if offer:
                line.offer_id = offer[:1]
            else:
                unknown.setdefault(line.article or line.sku, line)
        created = Offer.create([self._prepare_offer_vals(account, line) for line in unknown.values()])
        by_article = created.grouped("article")
        for line in lines.filtered(lambda line: not line.offer_id):
            line.offer_id = by_article[line.article or line.sku]
        self.env["marketplace.offer.matcher"]._match(orders.line_ids.offer_id)

    def _prepare_offer_vals(self, account, line):
        return {
            "account_id": account.id,
            "article": line.article or line.sku,
            "sku": line.sku,
            "name": line.name,
        }

    def _check_each(self, orders):
        """Postings that may be built; the others are told why not."""
        ready = self.env["marketplace.order"]
        for order in orders:
            try:
                self._check(order)
            except PostingProblem as problem:
                order._set_problem(problem.kind, problem.text, problem.state)
            else:
                ready |= order
        return ready

    @api.model
    def _check(self, order):
        """Raise ``PostingProblem`` for the first thing that a person must settle."""
        self._check_status(order)
        self._check_products(order)
        self._check_prices(order)
        self._check_currency(order)
        self._check_sum(order)

    def _check_status(self, order):
        if order.status == status.UNKNOWN:
            raise PostingProblem(
                "status",
                self.env._("The marketplace uses a status that this program does not know: %s", order.raw_status),
            )
        if not order._get_goods():
            raise PostingProblem("payload", self.env._("The posting has no products."))

    def _check_products(self, order):
        goods = order._get_goods()
        missing = goods.filtered(lambda line: not line.offer_id.product_id)
        if missing:
            names = ", ".join(f"{line.article or line.sku} ({line.name or '–'})" for line in missing)
            raise PostingProblem(
                "mapping",
                self.env._("Not linked to a product yet: %s. Link it, and the posting goes on by itself.", names),
                "mapping",
            )
        archived = goods.filtered(lambda line: not line.offer_id.product_id.active)
        if archived:
            names = ", ".join(archived.offer_id.product_id.mapped("display_name"))
            raise PostingProblem("mapping", self.env._("Linked to archived products: %s", names), "mapping")
        if order.line_ids - goods and not order.account_id.carrier_id:
            raise PostingProblem(
                "other",
                self.env._(
                    "The buyer pays for the delivery: choose a delivery method on account %s, then try again.",
                    order.account_id.name,
                ),
            )

    def _check_prices(self, order):
        free = order._get_goods().filtered(lambda line: line.price <= 0)
        if free and not order.account_id.allow_zero_price:
            names = ", ".join(line.article or line.sku for line in free)
            raise PostingProblem(
                "price",
                self.env._(
                    "Price 0 for %s: check it in the cabinet, then try again, or allow price 0 on the account.", names
                ),
            )

    def _check_currency(self, order):
        currency, company = order.currency_id, order.company_id
        if not order.currency_code:
            return
        if not currency or not currency.active:
            raise PostingProblem(
                "currency",
                self.env._(
                    "The posting is in %s: activate this currency in Accounting, then try again.", order.currency_code
                ),
            )
        if currency != company.currency_id and not self._find_pricelist(order):
            raise PostingProblem(
                "currency",
                self.env._(
                    "The posting is in %(currency)s and %(company)s keeps its books in %(own)s: create a pricelist in "
                    "%(currency)s for it, then try again.",
                    currency=currency.name,
                    company=company.name,
                    own=company.currency_id.name,
                ),
            )

    def _check_sum(self, order):
        lines = order.line_ids
        total = sum(line.price * line.quantity for line in lines)
        if order.total_known and not order.total_accepted and order._compare(total, order.total):
            raise PostingProblem(
                "total",
                self.env._(
                    "The lines add up to %(lines)s, but the marketplace says %(total)s. Check it in the cabinet; "
                    "«Accept the lines» makes the order of the lines.",
                    lines=order._format(total),
                    total=order._format(order.total),
                ),
            )

    @api.model
    def _find_pricelist(self, order):
        return self.env["product.pricelist"].search(
            [("currency_id", "=", order.currency_id.id), ("company_id", "in", [False, order.company_id.id])], limit=1
        )

    # --- building -----------------------------------------------------------------------------------------------
    def _tell_build_failure(self, order, exc):
        if isinstance(exc, PostingProblem):
            order._set_problem(exc.kind, exc.text, exc.state)
            return
        if not isinstance(exc, UserError):
            _logger.error("Posting %s could not become an order", order.number, exc_info=exc)
        order._set_problem("other", str(exc) or repr(exc))

    def _build(self, orders):
        self.env["stock.quant"]._join_rows(orders.line_ids.offer_id.product_id)
        builder = self.env["marketplace.sale.builder"]
        # A note for all at once instead of tracking, which writes for each posting by itself.
        untracked = orders.with_context(mail_notrack=True)
        sales = builder._create_sales(untracked)
        self._check_totals(orders)
        builder._confirm(orders.filtered(self._is_confirmed).sale_order_id)
        untracked.write({"state": "done", "problem": False, "problem_kind": False})
        orders._message_log_batch({order.id: Markup("→ %s") % order.sale_order_id._get_html_link() for order in orders})
        self.env["marketplace.marking"]._expect_units(orders)
        self._settle_shipping(orders)
        return sales

    def _is_confirmed(self, order):
        """Whether its new order is confirmed at once: the account's setting, unless the table wants nothing at all."""
        account = order.account_id
        row = account._get_status_action(order.scheme, order.status)
        return account.auto_confirm and (not row or row.action != "none" or order.status not in CONFIRMING)

    def _check_totals(self, orders):
        """The order's total is the marketplace's, to the kopeck, or there is no order."""
        for order in orders:
            expected = (
                order.total
                if order.total_known and not order.total_accepted
                else sum(line.price * line.quantity for line in order.line_ids)
            )
            made = order.sale_order_id.amount_total
            if order.account_id.vat_policy != "none" and order._compare(made, expected):
                raise PostingProblem(
                    "total",
                    self.env._(
                        "The order would be %(made)s, but the marketplace says %(total)s: check the taxes of its "
                        "products.",
                        made=order._format(made),
                        total=order._format(expected),
                    ),
                )

    def _settle_shipping(self, orders):
        """Postings that were assembled outside Odoo are not sent again; later statuses do what the table says."""
        before = orders.filtered(lambda order: order.status in ASSEMBLED_THERE or order.scheme == status.FBO)
        before.write({"ship_state": "shipped", "shipped_at": fields.Datetime.now()})
        history = before.filtered(
            lambda order: (
                order.scheme != status.FBO
                and order.account_id.history_as_shipped
                and order.sale_order_id.state == "sale"
            )
        )
        self.env["marketplace.shipment"]._deliver_history(history)
        self.env["marketplace.status.applier"]._plan(orders)
