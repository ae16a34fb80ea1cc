from collections import Counter

from odoo import api, fields, models
from odoo.tools import split_every

from ..engine import Again

BATCH = 200


class MarketplaceFboAdjuster(models.AbstractModel):
    """Makes ordinary inventory adjustments of differences that a person has decided on (STK4)."""

    _name = "marketplace.fbo.adjuster"
    _description = "Marketplace FBO Adjuster"

    @api.model
    def _run_adjust(self, jobs, adapter, deadline):
        """:param jobs: one whose payload is {"rows": [id], "reason": text, "user": id of who asked, "done": [n, n]}"""
        payload = jobs.payload
        counts = Counter(adjusted=payload.get("adjusted", 0), left=payload.get("left", 0))
        runner, waiting = self.env["marketplace.job.runner"], payload["rows"]
        for batch in split_every(BATCH, payload["rows"]):
            counts += self._adjust(self.env["marketplace.stock"].browse(batch).exists(), payload)
            waiting = waiting[len(batch) :]
            runner._checkpoint()
            if waiting and not runner._has_time(deadline):
                raise Again(payload={**payload, **counts, "rows": waiting})
        return self.env._(
            "%(adjusted)s adjusted, %(left)s left alone: the rows say why",
            adjusted=counts["adjusted"],
            left=counts["left"],
        )

    @api.model
    def _adjust(self, rows, payload):
        """Adjust Odoo's stock to these rows. Returns a counter of what was adjusted and what was left."""
        rows = rows.filtered(lambda row: row.state == "held" and row.cause)
        done = rows.browse()
        for account, of_account in rows.grouped("account_id").items():
            done |= self._adjust_account(account, of_account, payload)
        done.write({"difference": 0, "cause": False, "answer": False})
        for row in done:
            row.quantity = row.there_quantity
        return Counter(adjusted=len(done), left=len(rows) - len(done))

    def _adjust_account(self, account, rows, payload):
        """Returns the rows that were adjusted; the others say why not."""
        Quant = self._get_quant_model(account, payload)
        on_hand = self.env["marketplace.fbo.checker"]._read_here(account, rows.product_id).on_hand
        shared = self._find_shared(rows)
        location = account.fbo_location_id
        quants = Quant.search([("product_id", "in", rows.product_id.ids), ("location_id", "child_of", location.ids)])
        by_product = quants.grouped("product_id")
        counted, fresh, done = Quant.browse(), [], rows.browse()
        for row in rows:
            problem = self._get_problem(row, on_hand, shared)
            found = by_product.get(row.product_id, Quant.browse())
            missing = 0 if problem else float(row.there_quantity * row._get_unit()) - sum(found.mapped("quantity"))
            if not problem and not self._may_count(row.product_id, missing):
                problem = self.env._(
                    "Tracked by lots or serial numbers: Odoo has to be told which ones there are. Count it in the "
                    "inventory of the FBO location."
                )
            if problem:
                row.answer = problem
                continue
            done |= row
            if missing < 0:
                counted |= self._take(found, -missing)
            elif plain := self._find_plain(found, location):
                plain.inventory_quantity = plain.quantity + missing
                counted |= plain
            else:
                fresh.append(
                    {"product_id": row.product_id.id, "location_id": location.id, "inventory_quantity": missing}
                )
        counted |= Quant.create(fresh)
        if counted:
            counted._apply_inventory()
        return done

    def _get_quant_model(self, account, payload):
        """Odoo's inventory, in the name of who asked for it."""
        user = self.env["res.users"].browse(payload["user"])
        return (
            self.env["stock.quant"]
            .with_user(user)
            .with_company(account.company_id)
            .with_context(inventory_mode=True, inventory_name=payload["reason"], lang=user.lang)
        )

    # === WHAT MUST NOT BE ADJUSTED === #
    def _get_problem(self, row, on_hand, shared):
        """Why this row must not be adjusted, in one sentence; "" where it may."""
        if not row.product_id or row.product_id != row.offer_id.product_id:
            return self.env._("The offer is linked to no product, or to another one since the comparison.")
        if row.cause == "kit":
            return self.env._("A kit has no stock of its own: count its parts.")
        if (row.warehouse_id, row.product_id) in shared:
            return self.env._("Several offers sell this product here: adjust its stock in Odoo's inventory.")
        if int(on_hand.get(row.product_id.id, 0) / row._get_unit()) != row.quantity:
            return self.env._("Odoo's stock has changed since the comparison: compare again.")
        return ""

    def _find_shared(self, rows):
        """{(warehouse there, product)} that several rows stand for."""
        groups = self.env["marketplace.stock"]._read_group(
            [("warehouse_id", "in", rows.warehouse_id.ids), ("product_id", "in", rows.product_id.ids)],
            ["warehouse_id", "product_id"],
            having=[("__count", ">", 1)],
        )
        return set(groups)

    def _may_count(self, product, missing):
        """Fewer of some lots are taken as a delivery would; of which lot more there are, nobody knows."""
        if product.tracking == "none":
            return True
        return product.tracking == "lot" and missing <= 0

    # === COUNTING === #
    def _find_plain(self, quants, location):
        here = quants.filtered(lambda quant: quant.location_id == location)
        return here.filtered(lambda quant: not (quant.lot_id or quant.package_id or quant.owner_id))[:1]

    def _take(self, quants, pieces):
        """Enter what is left, the oldest first. Returns the quants that were counted."""
        counted = quants.browse()
        for quant in quants.sorted(lambda quant: (quant.in_date or fields.Datetime.now(), quant.id)):
            part = min(pieces, max(quant.quantity, 0))
            if quant.product_uom_id.is_zero(part):
                continue
            quant.inventory_quantity = quant.quantity - part
            pieces -= part
            counted |= quant
        return counted
