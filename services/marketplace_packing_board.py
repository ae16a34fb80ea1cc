from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date, format_datetime

from ..marketplaces.base import status

#: So many postings are shown at once; a person cannot overlook more, and a browser must draw them.
SHOWN, SHOWN_MOST = 200, 1000
TABS = ("assemble", "label", "handover")


class MarketplacePackingBoard(models.AbstractModel):
    """What the packing board asks: postings by deadline, what a scanned code means, how the work goes on.

    Everything is read with the user's own rights and the companies chosen in the menu. The number of queries does not
    depend on the number of postings.
    """

    _name = "marketplace.packing.board"
    _description = "Marketplace Packing Board"

    # --- the board ----------------------------------------------------------------------------------------------
    @api.model
    def get_board(self, options):
        """Everything that is on the screen.

        :param dict options: tab ("assemble" | "label" | "handover"), account_id, warehouse_id, scheme, search, limit
        """
        self._check_packer()
        domain = self._get_tab_domain(self._get_tab(options)) & self._get_filter_domain(options)
        limit = min(int(options.get("limit") or SHOWN), SHOWN_MOST)
        orders = self.env["marketplace.order"].search(domain, order="ship_by, id", limit=limit)
        return {
            "rows": self.env["marketplace.packing.row"]._prepare_rows(orders),
            "sections": self._get_sections(domain, orders),
            "total": self.env["marketplace.order"].search_count(domain),
            "limit": limit,
            "most": SHOWN_MOST,
            "accounts": self.env["marketplace.account"].search_read([("active", "=", True)], ["name"]),
            "warehouses": self._get_warehouses(),
            **self.get_progress(options, []),
        }

    @api.model
    def get_progress(self, options, order_ids):
        """How far it is: the counters of the board, the hand-overs of today, and the postings that were sent together.

        :param list order_ids: the postings of the batch whose progress is shown
        """
        self._check_packer()
        return {
            "counters": self._get_counters(options),
            "handovers": self._get_handovers(options),
            "batch": self._get_batch(order_ids),
        }

    def _check_packer(self):
        self.env["marketplace.order"].check_access("write")

    def _get_tab(self, options):
        tab = options.get("tab") or TABS[0]
        if tab not in TABS:
            raise UserError(self.env._("The packing board has no page %s.", tab))
        return tab

    def _get_tab_domain(self, tab):
        """Postings that wait for this step. Goods of FBO are packed by the marketplace."""
        base = Domain("scheme", "in", ("fbs", "rfbs")) & Domain("state", "in", ("done", "child"))
        if tab == "assemble":
            return base & Domain("status", "=", status.TO_ASSEMBLE) & Domain("ship_state", "!=", "shipped")
        assembled = base & Domain("status", "=", status.ASSEMBLED)
        if tab == "label":
            return assembled & Domain("label_printed_at", "=", False)
        # A hand-over that failed has taken nothing with it.
        free = Domain("handover_id", "=", False) | Domain("handover_id.state", "=", "failed")
        accounts = self.env["marketplace.account"].search([("active", "=", True)])
        accounts = accounts.filtered(lambda account: account._can("handover_create"))
        return assembled & Domain("scheme", "=", "fbs") & Domain("account_id", "in", accounts.ids) & free

    def _get_filter_domain(self, options):
        domain = Domain.TRUE
        for name in ("account_id", "warehouse_id", "scheme"):
            if options.get(name):
                domain &= Domain(name, "=", options[name])
        text = (options.get("search") or "").strip()
        if text:
            names = ("number", "order_number", "barcode_upper", "barcode_lower", "sale_order_id.name")
            names += ("line_ids.article", "line_ids.name", "line_ids.offer_id.product_id.default_code")
            domain &= Domain.OR([Domain(name, "ilike", text) for name in names])
        return domain

    def _get_warehouses(self):
        rows = self.env["marketplace.warehouse"].search([("active", "=", True)])
        return [{"id": row.id, "name": row.display_name, "account_id": row.account_id.id} for row in rows]

    # --- sections -----------------------------------------------------------------------------------------------
    def _get_sections(self, domain, orders):
        """[{"key", "title", "count", "ids"}] in the order of the deadlines; days and hours are those of the user."""
        counts = self._count_by_section(domain)
        ids = {}
        now = fields.Datetime.now()
        for order in orders:
            ids.setdefault(self._get_section(order.ship_by, now), []).append(order.id)
        return [
            {"key": key, "title": self._get_section_title(key), "count": counts[key], "ids": ids.get(key, [])}
            for key in sorted(counts, key=self._get_section_rank)
        ]

    def _count_by_section(self, domain):
        now = fields.Datetime.now()
        counts = {}
        late = self.env["marketplace.order"].search_count(domain & Domain("ship_by", "<", now))
        if late:
            counts["late"] = late
        # Grouped by the hours of the user: zones half an hour apart have their own hours.
        groups = (
            self.env["marketplace.order"]
            .with_context(tz=self.env.tz.zone)
            ._read_group(
                domain & (Domain("ship_by", ">=", now) | Domain("ship_by", "=", False)), ["ship_by:hour"], ["__count"]
            )
        )
        for hour, count in groups:
            key = self._get_local_section(hour, self._get_today()) if hour else "later"
            counts[key] = counts.get(key, 0) + count
        return counts

    def _get_section(self, ship_by, now):
        if not ship_by:
            return "later"
        return "late" if ship_by < now else self._get_local_section(self._to_local(ship_by), self._get_today())

    def _get_local_section(self, moment, today):
        """:param moment: naive, as the user's clock shows it"""
        if moment.date() <= today:
            return f"today {moment:%H}"
        return "tomorrow" if moment.date() == today + timedelta(days=1) else "later"

    def _get_section_rank(self, key):
        return ("late", "today", "tomorrow", "later").index(key.split()[0]), key

    def _get_section_title(self, key):
        if key.startswith("today"):
            return self.env._("Today, %s", f"{key.split()[1]}:00")
        return {"late": self.env._("Late"), "tomorrow": self.env._("Tomorrow"), "later": self.env._("Later")}[key]

    def _to_local(self, moment):
        return pytz.utc.localize(moment).astimezone(self.env.tz).replace(tzinfo=None)

    def _get_today(self):
        return self._to_local(fields.Datetime.now()).date()

    def _get_day_start(self):
        """Midnight of the user's day, as naive UTC."""
        midnight = self.env.tz.localize(datetime.combine(self._get_today(), time()))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _format_deadline(self, moment):
        """The hour today; the day and the hour otherwise."""
        if not moment:
            return ""
        hour = format_datetime(self.env, moment, dt_format="HH:mm")
        local = self._to_local(moment)
        return (
            hour
            if local.date() == self._get_today()
            else f"{format_date(self.env, local, date_format='d MMM')}, {hour}"
        )

    # --- counters and progress ----------------------------------------------------------------------------------
    def _get_counters(self, options):
        filters = self._get_filter_domain(options)
        Order = self.env["marketplace.order"]
        by_state = dict(Order._read_group(self._get_tab_domain("assemble") & filters, ["ship_state"], ["__count"]))
        labels = dict(Order._read_group(self._get_tab_domain("label") & filters, ["label_state"], ["__count"]))
        handed_over = Domain("handover_id.departure_at", ">=", self._get_day_start()) & Domain(
            "handover_id.state", "in", ("forming", "ready")
        )
        return {
            "assemble": by_state.get("none", 0),
            "assembling": by_state.get("sending", 0) + by_state.get("sent", 0),
            "refused": by_state.get("failed", 0),
            "label_waiting": labels.get("waiting", 0),
            "label_missing": labels.get("none", 0) + labels.get("failed", 0),
            "label_ready": labels.get("ready", 0),
            "handover": Order.search_count(self._get_tab_domain("handover") & filters),
            "handed_over": Order.search_count(handed_over & filters),
        }

    def _get_handovers(self, options):
        """Those of today, and older ones that never became ready."""
        domain = Domain("departure_at", ">=", self._get_day_start()) | Domain("state", "in", ("creating", "forming"))
        for name in ("account_id", "warehouse_id"):
            if options.get(name):
                domain &= Domain(name, "=", options[name])
        handovers = self.env["marketplace.handover"].search(domain, order="id desc", limit=20)
        labels = dict(handovers._fields["state"]._description_selection(self.env))
        return [
            {
                "id": handover.id,
                "name": handover.name,
                "account": handover.account_id.name,
                "state": handover.state,
                "state_text": labels[handover.state],
                "problem": handover.problem or "",
                "barcode": handover.barcode or "",
                "count": handover.order_count,
                "document": f"/web/content/{handover.document_id.id}?download=true" if handover.document_id else "",
                "more": handover.more,
            }
            for handover in handovers
        ]

    def _get_batch(self, order_ids):
        """How many of these are assembled, how many are on their way, and why the others are not."""
        orders = self._browse(order_ids)
        done = orders.filtered(lambda order: order.ship_state == "shipped" or order.status == status.SPLIT)
        failed = (orders - done).filtered(
            lambda order: order.ship_state == "failed" or order.status == status.CANCELLED
        )
        return {
            "total": len(orders),
            "done": len(done),
            "labels": len(self.env["marketplace.label"]._with_parts(done).filtered("label_id")),
            "moving": len((orders - done - failed).filtered(lambda order: order.ship_state in ("sending", "sent"))),
            "refused": [
                {
                    "id": order.id,
                    "number": order.number,
                    "problem": order.ship_problem or order.problem or self.env._("It is cancelled."),
                    "again": order.status != status.CANCELLED,
                }
                for order in failed
            ],
        }

    def _browse(self, order_ids):
        """The postings among these ids that the user may see, in the given order."""
        orders = self.env["marketplace.order"].browse(order_ids).exists()
        return orders._filtered_access("read")

    # --- scanner ------------------------------------------------------------------------------------------------
    @api.model
    def scan(self, code, options, excluded_ids):
        """What a scanned code is: a posting, or a product and the most urgent posting that needs it.

        :param list excluded_ids: postings that have got their units of this product by earlier scans
        :return: {"kind": "posting" | "product" | "unknown", "row": dict | None, "product": {"id", "name"}}
        """
        self._check_packer()
        code = (code or "").strip()
        if not code:
            return {"kind": "unknown", "row": None, "product": None}
        order = self._find_posting(code)
        if order:
            return {"kind": "posting", "row": self._prepare_scanned(order), "product": None}
        product = self._find_product(code)
        if not product:
            return {"kind": "unknown", "row": None, "product": None}
        needs = Domain("line_ids.offer_id.product_id", "=", product.id) | Domain(
            "sale_order_id.order_line.move_ids.product_id", "=", product.id
        )
        domain = self._get_tab_domain("assemble") & Domain("ship_state", "in", ("none", "failed")) & needs
        domain &= self._get_filter_domain({**options, "search": ""}) & Domain("id", "not in", excluded_ids)
        order = self.env["marketplace.order"].search(domain, order="ship_by, id", limit=1)
        name = product.default_code or product.name
        return {
            "kind": "product",
            "row": self._prepare_scanned(order) if order else None,
            "product": {"id": product.id, "name": name},
        }

    def _prepare_scanned(self, order):
        row = self.env["marketplace.packing.row"]._prepare_rows(order)[order.id]
        tabs = [tab for tab in TABS if order.filtered_domain(self._get_tab_domain(tab))]
        return {**row, "tab": tabs[0] if tabs else ""}

    def _find_posting(self, code):
        names = ("number", "barcode_upper", "barcode_lower", "scan_code", "tracking_number")
        found = self.env["marketplace.order"].search(Domain.OR([Domain(name, "=", code) for name in names]), limit=1)
        if not found:
            parcel = self.env["marketplace.parcel"].search([("number", "=", code)], limit=1)
            found = parcel.posting_id or parcel.order_id
        return found

    def _find_product(self, code):
        """By barcode, by the barcode of a pack, or by the GTIN that a DataMatrix code begins with."""
        codes = [code]
        if len(code) >= 16 and code.startswith("01") and code[2:16].isdigit():
            codes += [code[2:16], code[2:16].lstrip("0")]
        products = self.env["product.product"].search([("barcode", "in", codes)], limit=1)
        return products or self.env["product.uom"].search([("barcode", "in", codes)], limit=1).product_id

    # --- actions ------------------------------------------------------------------------------------------------
    @api.model
    def assemble(self, order_ids):
        """Assemble some postings. The board sends a long selection in small portions, to show how far it is.

        :return: {"ids": those on their way, "problems": [why the others are not]}
        """
        orders = self._browse(order_ids)
        orders.check_access("write")
        orders._require_operation("ship")
        shipped, problems = self.env["marketplace.shipment"]._assemble(orders)
        return {"ids": shipped.ids, "problems": problems}

    @api.model
    def print_labels(self, order_ids):
        """The labels that are there, in the order of the walk through the warehouse.

        :return: {"action": dict, "missing": [numbers without a label]}
        """
        orders = self.env["marketplace.pick.list"]._get_pick_order(self._browse(order_ids))
        orders.check_access("write")
        parts = self.env["marketplace.label"]._with_parts(orders)
        ready = parts.filtered("label_id")
        if not ready:
            raise UserError(self.env._("None of the selected postings has a label yet."))
        missing = (parts - ready).filtered(lambda order: order.status not in (status.SPLIT, status.CANCELLED))
        return {"action": self.env["marketplace.label"]._open(ready), "missing": missing.mapped("number")}

    @api.model
    def print_pick_list(self, order_ids):
        orders = self._browse(order_ids)
        if not orders:
            raise UserError(self.env._("Select the postings to be picked first."))
        return self.env.ref("sale_marketplace.action_report_pick_list").report_action(orders, config=False)

    @api.model
    def print_own_labels(self, order_ids):
        return self.env["marketplace.pick.list"]._get_pick_order(self._browse(order_ids)).action_print_own_labels()

    @api.model
    def get_handover_plan(self, options):
        """What a hand-over would take along, to be asked before: [{"warehouse_id", "name", "count", "unprinted"}],
        and how many postings of today are not assembled yet."""
        groups = self._get_handover_groups(options)
        tomorrow = self._get_day_start() + timedelta(days=1)
        left = self._get_tab_domain("assemble") & self._get_filter_domain(options) & Domain("ship_by", "<", tomorrow)
        return {
            "places": [
                {
                    "warehouse_id": place.id,
                    "name": place.display_name or self.env._("Unknown warehouse"),
                    "count": len(orders),
                    "unprinted": len(orders.filtered(lambda order: not order.label_printed_at)),
                }
                for place, orders in groups.items()
            ],
            "left": self.env["marketplace.order"].search_count(left & Domain("scheme", "=", "fbs")),
        }

    def _get_handover_groups(self, options):
        domain = self._get_tab_domain("handover") & self._get_filter_domain({**options, "search": ""})
        return self.env["marketplace.order"].search(domain).grouped("warehouse_id")

    @api.model
    def hand_over(self, options):
        """Start the hand-over of today at each warehouse that has assembled postings; a failed one is tried again."""
        self.env["marketplace.handover"].check_access("create")
        groups = self._get_handover_groups(options)
        places = self.env["marketplace.warehouse"].union(*groups)
        if not groups:
            raise UserError(self.env._("Nothing is assembled that is not handed over yet."))
        if not places:
            raise UserError(
                self.env._("The marketplace did not say which warehouse these postings belong to: read the warehouses.")
            )
        busy, handovers = self._get_todays(places)
        for place in places - busy.warehouse_id - handovers.warehouse_id:
            handovers += handovers.create({"account_id": place.account_id.id, "warehouse_id": place.id})
        if not handovers:
            raise UserError(self.env._("%s is on its way already.", ", ".join(busy.mapped("name"))))
        handovers.action_create_there()
        return handovers.ids

    def _get_todays(self, places):
        """(hand-overs of today on their way, those that can be started again), at most one of each per warehouse."""
        found = self.env["marketplace.handover"].search(
            [("warehouse_id", "in", places.ids), ("departure_at", ">=", self._get_day_start())]
        )
        busy = found.filtered(lambda handover: handover.state in ("creating", "forming"))
        waiting = found.filtered(
            lambda handover: handover.state in ("draft", "failed") and handover.warehouse_id not in busy.warehouse_id
        )
        first = self.env["marketplace.handover"].union(
            *(group[:1] for group in waiting.grouped("warehouse_id").values())
        )
        return busy, first
