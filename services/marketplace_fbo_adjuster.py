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
            if waiting and not runner._has_time(deadline):
                raise Again(payload={**payload, **counts, "rows": waiting})
            runner._checkpoint()
        return self.env._(
            "%(adjusted)s adjusted, %(left)s left alone: the rows say why",
            adjusted=counts["adjusted"],
            left=counts["left"],
        )

    @api.model
    def _adjust(self, rows, payload):
        """Adjust Odoo's stock to these rows. Returns a counter of what was adjusted and what was left."""
        rows = rows.filtered(lambda row: row.state == "held" and row.cause)
        known = {
            account: self.env["marketplace.fbo.checker"]._read_here(account, of_account.product_id).on_hand
            for account, of_account in rows.grouped("account_id").items()
        }
        user = self.env["res.users"].browse(payload["user"])
        Quant = (
            self.env["stock.quant"]
            .with_user(user)
            .with_context(inventory_mode=True, inventory_name=payload["reason"], lang=user.lang)
        )
        changed, done = Quant.browse(), rows.browse()
        for row in rows:
            problem = self._get_problem(row, known[row.account_id])
            quants = None if problem else self._count_quants(Quant.with_company(row.company_id), row)
            if quants is None:
                row.answer = problem or self.env._(
                    "Tracked by lots or serial numbers: Odoo has to be told which ones there are. Count it in the "
                    "inventory of the FBO location."
                )
                continue
            changed |= quants
            done |= row
        if changed:
            changed._apply_inventory()
        for row in done:
            row.write({"quantity": row.there_quantity, "difference": 0, "cause": False, "answer": False})
        return Counter(adjusted=len(done), left=len(rows) - len(done))

    def _get_problem(self, row, on_hand):
        """Why this row must not be adjusted, in one sentence; "" where it may."""
        if not row.product_id or row.product_id != row.offer_id.product_id:
            return self.env._("The offer is linked to no product, or to another one since the comparison.")
        if row.cause == "kit":
            return self.env._("A kit has no stock of its own: count its parts.")
        if self._count_others(row):
            return self.env._("Several offers sell this product here: adjust its stock in Odoo's inventory.")
        if int(on_hand.get(row.product_id.id, 0) / row._get_unit()) != row.quantity:
            return self.env._("Odoo's stock has changed since the comparison: compare again.")
        return ""

    def _count_others(self, row):
        siblings = [
            ("warehouse_id", "=", row.warehouse_id.id),
            ("product_id", "=", row.product_id.id),
            ("id", "!=", row.id),
        ]
        return self.env["marketplace.stock"].search_count(siblings, limit=1)

    # === COUNTING === #
    def _count_quants(self, Quant, row):
        """Enter the counted quantities, not applied yet. None where nobody can say which lots they are."""
        product, location = row.product_id, row.account_id.fbo_location_id
        quants = Quant.search([("product_id", "=", product.id), ("location_id", "child_of", location.id)])
        wanted = float(row.there_quantity * row._get_unit())
        missing = wanted - sum(quants.mapped("quantity"))
        if missing > 0:
            return self._add(Quant, quants, product, location, missing)
        return self._take(quants, product, -missing)

    def _add(self, Quant, quants, product, location, pieces):
        here = quants.filtered(lambda quant: quant.location_id == location)
        plain = here.filtered(lambda quant: not (quant.lot_id or quant.package_id or quant.owner_id))[:1]
        if product.tracking != "none" and not (plain and plain.quantity < 0):
            return None
        if not plain:
            return Quant.create({"product_id": product.id, "location_id": location.id, "inventory_quantity": pieces})
        plain.inventory_quantity = plain.quantity + pieces
        return plain

    def _take(self, quants, product, pieces):
        """The oldest first, as a delivery would."""
        if product.tracking == "serial":
            return None
        counted = quants.browse()
        for quant in quants.sorted(lambda quant: (quant.in_date or fields.Datetime.now(), quant.id)):
            part = min(pieces, max(quant.quantity, 0))
            if product.uom_id.is_zero(part):
                continue
            quant.inventory_quantity = quant.quantity - part
            pieces -= part
            counted |= quant
        return counted
