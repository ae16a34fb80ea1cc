import hashlib
import time
from dataclasses import replace
from datetime import timezone
from decimal import Decimal

from odoo import Command, api, models
from odoo.tools import SQL

from ..marketplaces.base import dto, status

#: Fields of ``dto.Order`` that do not make it another order: when it was seen, and the vendor's own dress of it.
NOT_IN_DIGEST = ("raw", "observed_at", "related_numbers", "actions", "delivered_at")

#: Fields of ``dto.Buyer``.
BUYER_FIELDS = ("external_id", "name", "phone", "email", "street", "city", "region", "zip", "country", "comment")

#: Another worker has stored a page by then.
BUSY_SECONDS = 0.3


def _plain(value):
    """The value without its dress: 1530.00 and 1530.0000 are the same amount."""
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return [_plain(getattr(value, name)) for name in value.__dataclass_fields__]
    return value


class MarketplaceOrderStore(models.AbstractModel):
    """Puts postings into ``marketplace.order`` as they come, before anything is matched or made of them."""

    _name = "marketplace.order.store"
    _description = "Marketplace Order Store"

    @api.model
    def _store(self, account, postings):
        """Store DTOs; each number once, whatever the sources, the order and the number of workers.

        :param postings: list of ``dto.Order`` | ``dto.UnreadableOrder``
        :return: (new or changed orders, numbers that another worker holds at the moment)
        """
        postings = self._newest_per_number(postings)
        known = self._read_known(account, list(postings))
        # What has not changed is not locked: whoever reads the same at the same time does not wait for it.
        digests = {number: self._digest(posting) for number, posting in postings.items()}
        unequal = [number for number, digest in digests.items() if known.get(number, {}).get("digest") != digest]
        busy = self._lock_numbers(account, unequal)
        fresh, changed, same = [], [], []
        for number, posting in postings.items():
            digest, row = digests[number], known.get(number)
            if number in busy:
                continue
            if not row:
                fresh.append((posting, digest))
            elif row["digest"] == digest:
                same.append(row["id"])
            elif row["observed_at"] and self._naive(posting.observed_at) < row["observed_at"]:
                same.append(row["id"])
            else:
                changed.append((row["id"], posting, digest))
        orders = self._create(account, fresh) | self._update(account, changed)
        self.env["marketplace.economics"]._expect(account, orders)
        self._mark_stock(account, orders, {row["id"]: row["status"] for row in known.values()})
        return orders, busy

    @api.model
    def _store_patiently(self, account, postings):
        """The same for many. What another worker holds is mostly the same news: it is compared once more, a moment
        later, before the marketplace is asked for each of them again."""
        orders, busy = self._store(account, postings)
        if busy:
            self.env["marketplace.job.runner"]._checkpoint()
            time.sleep(BUSY_SECONDS)
            held = [posting for number, posting in self._newest_per_number(postings).items() if number in busy]
            changed, busy = self._store(account, held)
            orders |= changed
        return orders, busy

    @api.model
    def _read_anew(self, order, adapter):
        """Ask for the present state of a posting and keep it, before anything else is done about it.

        The question is asked outside of any transaction: nothing is locked meanwhile, and what others have stored
        until the answer comes is seen. Returns the DTO; raises ``errors.MarketplaceError``.
        """
        runner, number, account = self.env["marketplace.job.runner"], order.number, order.account_id
        runner._checkpoint()
        posting = adapter.get_order(number)
        runner._checkpoint()
        self._store(account, [posting])
        runner._checkpoint()
        return posting

    def _mark_stock(self, account, orders, before):
        """What is sold here is not for sale elsewhere, from this moment on. The cabinet takes what is ordered off its
        number by itself, and puts back what is cancelled.

        :param before: {order id: its status until now} of those that were there already
        """
        changes = self.env["marketplace.stock.change"]
        moved = orders.filtered(lambda order: self._moves_stock_there(order, before.get(order.id)))
        changes._mark(self._get_products(moved), account)
        changes._mark(self._get_products(orders - moved))

    def _moves_stock_there(self, order, before):
        cancelled = (before == status.CANCELLED) != (order.status == status.CANCELLED)
        return order.scheme != status.FBO and (not before or cancelled)

    def _get_products(self, orders):
        lines = orders.line_ids
        unlinked = lines.filtered(lambda line: not line.offer_id and line.sku)
        offers = self.env["marketplace.offer"].search(
            [("account_id", "in", orders.account_id.ids), ("sku", "in", unlinked.mapped("sku"))]
        )
        return (lines.offer_id | offers).product_id

    # --- reading and locking ------------------------------------------------------------------------------------
    def _newest_per_number(self, postings):
        """A page that shifts while it is read, or three sources at once, bring a posting several times."""
        newest = {}
        for posting in postings:
            number = posting.number or self._make_number(posting)
            previous = newest.get(number)
            if not previous or posting.observed_at >= previous.observed_at:
                newest[number] = posting
        return newest

    def _make_number(self, posting):
        """A posting without a readable number is kept under a name made of its contents."""
        return "?" + hashlib.sha256(repr(posting.raw).encode()).hexdigest()[:16]

    def _lock_numbers(self, account, numbers):
        """Take the transaction lock of each posting; returns those that another worker has."""
        if not numbers:
            return set()
        rows = self.env.execute_query(
            SQL(
                "SELECT number FROM unnest(%s) AS number WHERE NOT pg_try_advisory_xact_lock(%s, hashtext(number))",
                sorted(numbers),
                account.id,
            )
        )
        return {number for (number,) in rows}

    def _read_known(self, account, numbers):
        self.env["marketplace.order"].flush_model(["account_id", "number", "digest", "observed_at", "status"])
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT number, id, digest, observed_at, status FROM marketplace_order
                    WHERE account_id = %s AND number IN %s""",
                account.id,
                tuple(numbers) or ("",),
            )
        )
        return {row["number"]: row for row in rows}

    @api.model
    def _digest(self, posting):
        """Equal for two readings that say the same; independent of which method they came from."""
        if isinstance(posting, dto.UnreadableOrder):
            return hashlib.sha256(repr((posting.problem, posting.raw)).encode()).hexdigest()
        if posting.buyer and posting.buyer.email:
            # Told by the list only.
            posting = replace(posting, buyer=replace(posting.buyer, email=""))
        parts = [_plain(getattr(posting, name)) for name in posting.__dataclass_fields__ if name not in NOT_IN_DIGEST]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    # --- writing ------------------------------------------------------------------------------------------------
    def _create(self, account, fresh):
        if not fresh:
            return self.env["marketplace.order"]
        refs = self._get_references(account, [posting for posting, _digest in fresh])
        orders = (
            self.env["marketplace.order"]
            .with_context(tracking_disable=True)
            .create(
                [
                    {
                        "account_id": account.id,
                        "digest": digest,
                        **(
                            self._prepare_unreadable_vals(posting)
                            if isinstance(posting, dto.UnreadableOrder)
                            else {**self._prepare_vals(posting, refs), **self._prepare_first_vals(posting, refs)}
                        ),
                    }
                    for posting, digest in fresh
                ]
            )
        )
        self.env["marketplace.return"]._link_orders(orders)
        self.env["marketplace.cancel.request"]._link_orders(orders)
        self.env["marketplace.accrual"]._link_orders(orders)
        return orders

    def _update(self, account, changed):
        orders = self.env["marketplace.order"].browse([id_ for id_, _posting, _digest in changed])
        refs = self._get_references(account, [posting for _id, posting, _digest in changed])
        statuses = {order: order.status for order in orders}
        # Of a posting that they did not want to load people hear nothing.
        told = orders.filtered(lambda order: order.state != "ignored")
        for order, (_id, posting, digest) in zip(orders, changed, strict=True):
            if isinstance(posting, dto.UnreadableOrder):
                self._note_unreadable(order, posting, digest)
                continue
            vals = self._prepare_vals(posting, refs)
            before = {name: order[name] for name in ("status", "ship_by", "barcode_upper", "scan_code")}
            news = {name: value for name, value in vals.items() if not self._equals(order, name, value)}
            order.write({"digest": digest, **news, **self._prepare_lines_again(order, posting)})
            if any(name.startswith("buyer_") for name in news):
                self.env["marketplace.buyer"]._on_update(order)
            self.env["marketplace.marking"]._update_requirements(order, posting)
            self.env["marketplace.order.status"]._on_update(order, before)
        self._tell_changes(told.filtered(lambda order: order.status != statuses[order]))
        return orders

    def _tell_changes(self, orders):
        cancelled = orders.filtered(lambda order: order.status == status.CANCELLED)
        notifier = self.env["marketplace.notifier"]
        notifier._tell("status_changed", orders - cancelled)
        notifier._tell("cancelled", cancelled, {order.id: order.cancel_reason for order in cancelled})

    def _get_references(self, account, postings):
        """Ids that values point at, looked up once per batch."""
        readable = [posting for posting in postings if isinstance(posting, dto.Order)]
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list({posting.currency for posting in readable}))])
        )
        warehouses = (
            self.env["marketplace.warehouse"].with_context(active_test=False).search([("account_id", "=", account.id)])
        )
        parents = self.env["marketplace.order"].search(
            [("account_id", "=", account.id), ("number", "in", [p.parent_number for p in readable if p.parent_number])]
        )
        return {
            "currency": {row.name: row.id for row in currencies},
            "warehouse": {row.external_id: row.id for row in warehouses},
            "parent": {row.number: row.id for row in parents},
        }

    def _prepare_vals(self, posting, refs):
        """:param posting: ``dto.Order``"""
        codes = dict(zip(("barcode_upper", "barcode_lower"), posting.barcodes, strict=False))
        codes["scan_code"] = posting.scan_code
        cancellation = posting.cancellation or dto.Cancellation()
        return {
            "number": posting.number,
            "order_number": posting.order_number,
            "order_external_id": posting.order_external_id or False,
            "parent_number": posting.parent_number or False,
            "parent_id": refs["parent"].get(posting.parent_number, False),
            "scheme": posting.scheme,
            "status": posting.status,
            "raw_status": posting.raw_status,
            "raw_substatus": posting.raw_substatus,
            "actions": list(posting.actions),
            "assembly": posting.assembly or False,
            "observed_at": self._naive(posting.observed_at),
            "raw": posting.raw,
            "ordered_at": self._naive(posting.ordered_at),
            "ship_by": self._naive(posting.ship_by),
            "ship_by_limit": self._naive(posting.ship_by_limit),
            "warehouse_id": refs["warehouse"].get(posting.warehouse_external_id, False),
            "warehouse_name": posting.warehouse_name,
            "delivery_method_external_id": posting.delivery_method_external_id,
            "delivery_method_name": posting.delivery_method_name,
            "tracking_number": posting.tracking_number or False,
            "is_multibox": posting.is_multibox,
            "is_express": posting.is_express,
            "is_legal": posting.is_legal,
            "cancel_reason": cancellation.reason,
            "cancel_initiator": cancellation.initiator or False,
            "cancelled_after_ship": cancellation.after_shipping,
            **self._prepare_buyer_vals(posting),
            "delivery_from": self._naive(posting.delivery_from),
            "delivery_to": self._naive(posting.delivery_to),
            "delivery_step": posting.delivery_step or False,
            "confirm_by": self._naive(posting.confirm_by),
            "deposit_known": posting.deposit is not None,
            "deposit": float(posting.deposit or 0),
            # Only one of the methods tells these, or only for a time: what is known stays.
            **{name: code for name, code in codes.items() if code},
            **({"cargo_places": posting.cargo_places} if posting.cargo_places else {}),
            **({"delivered_at": self._naive(posting.delivered_at)} if posting.delivered_at else {}),
        }

    def _prepare_buyer_vals(self, posting):
        """What is known of the buyer stays: some methods tell less of him than others."""
        buyer = posting.buyer or dto.Buyer()
        return {f"buyer_{name}": value for name in BUYER_FIELDS if (value := getattr(buyer, name))}

    def _prepare_first_vals(self, posting, refs):
        """What is written once: the goods and the money that the order is made of."""
        return {
            "currency_code": posting.currency,
            "currency_id": refs["currency"].get(posting.currency, False),
            # Decimal ends here: a Monetary field of two digits holds kopecks exactly.
            "total": float(posting.total if posting.total is not None else self._sum_lines(posting)),
            "total_known": posting.total is not None,
            "line_ids": [Command.create(vals) for vals in self._prepare_lines(posting)],
        }

    def _prepare_lines(self, posting):
        return [
            {
                "sequence": position,
                "sku": line.sku,
                "article": line.article,
                "name": line.name,
                "quantity": line.quantity,
                "there_quantity": line.quantity,
                "kind": line.kind,
                "unit_numbers": ",".join(line.unit_ids) or False,
                "vat_word": line.vat_word or False,
                "price": float(line.price),
                "list_price": float(line.list_price or line.price),
                "buyer_price": float(line.buyer_price if line.buyer_price is not None else line.price),
                "requirements": ", ".join(line.requirements),
            }
            for position, line in enumerate(posting.lines, 1)
        ]

    def _prepare_lines_again(self, order, posting):
        """Goods and money may still change as long as no order was made of them."""
        if order.sale_order_id or order.state in ("child", "cancelled"):
            self.env["marketplace.order.units"]._note(order, posting)
            return {}
        refs = self._get_references(order.account_id, [posting])
        vals = self._prepare_first_vals(posting, refs)
        return {**vals, "line_ids": [Command.clear(), *vals["line_ids"]]}

    def _prepare_unreadable_vals(self, posting):
        return {
            "number": posting.number or self._make_number(posting),
            "state": "problem",
            "problem_kind": "payload",
            "problem": self.env._("The marketplace sent something unreadable: %s", posting.problem),
            "status": status.UNKNOWN,
            "observed_at": self._naive(posting.observed_at),
            "raw": posting.raw,
        }

    def _note_unreadable(self, order, posting, digest):
        """The last readable state stays; the problem is shown beside it."""
        order.write({"digest": digest, "raw": posting.raw, "observed_at": self._naive(posting.observed_at)})
        text = self.env._("The marketplace sent something unreadable: %s", posting.problem)
        if order.state in ("received", "mapping", "problem"):
            order._set_problem("payload", text)
        else:
            order.message_post(body=text)

    @api.model
    def _read_again(self, order):
        """What was unreadable may be readable to a newer version of this program. Returns whether it was."""
        observed_at = order.observed_at.replace(tzinfo=timezone.utc)
        posting = order.account_id._get_adapter().parse_order(order.raw, observed_at)
        if isinstance(posting, dto.UnreadableOrder) or posting.number != order.number:
            return False
        self._update(order.account_id, [(order.id, posting, self._digest(posting))])
        order._requeue()
        return True

    def _sum_lines(self, posting):
        return sum((line.price * line.quantity for line in posting.lines), 0)

    @api.model
    def _naive(self, moment):
        """Aware UTC → what Odoo stores; microseconds dropped as Odoo does."""
        return moment.replace(tzinfo=None, microsecond=0) if moment else False

    def _equals(self, order, name, value):
        current = order[name]
        if isinstance(current, models.BaseModel):
            current = current.id
        return (current or False) == (value or False)
