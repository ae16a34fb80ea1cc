from odoo import api, fields, models
from odoo.tools import split_every

BATCH = 500


class MarketplaceOfferImporter(models.AbstractModel):
    """Brings the cabinet's listings into ``marketplace.offer`` and has them matched."""

    _name = "marketplace.offer.importer"
    _description = "Marketplace Offer Importer"

    @api.model
    def _run_poll(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        count = 0
        for batch in split_every(BATCH, adapter.iter_offers()):
            self._store(account, batch)
            count += len(batch)
            self.env["marketplace.job.runner"]._checkpoint()
        unlinked = self.env["marketplace.offer"].search_count(
            [("account_id", "=", account.id), ("state", "=", "unlinked")]
        )
        result = self.env._("%(count)s offers, %(unlinked)s not linked", count=count, unlinked=unlinked)
        account._get_schedule("offers")._note_run("done", result, started)
        return result

    @api.model
    def _store(self, account, offers):
        """Create or refresh the rows of DTOs and match the new ones. Returns the records, in the order of the DTOs."""
        Offer = self.env["marketplace.offer"].with_context(active_test=False, tracking_disable=True)
        known = Offer.search([("account_id", "=", account.id), ("article", "in", [dto.article for dto in offers])])
        by_article = {offer.article: offer for offer in known}
        currencies = self._get_currencies()
        now = fields.Datetime.now()
        fresh = []
        for dto in offers:
            vals = self._prepare_vals(dto, currencies)
            offer = by_article.get(dto.article)
            if offer:
                changed = {name: value for name, value in vals.items() if self._differs(offer, name, value)}
                offer.write({**changed, "seen_at": now})
            else:
                fresh.append({"account_id": account.id, "article": dto.article, "seen_at": now, **vals})
        created = Offer.create(fresh)
        by_article.update({offer.article: offer for offer in created})
        stored = Offer.concat(*(by_article[dto.article] for dto in offers))
        self.env["marketplace.offer.matcher"]._match(stored.with_context(active_test=True))
        self._adopt_waiting_lines(account, stored)
        return stored

    def _prepare_vals(self, dto, currencies):
        return {
            "name": dto.name,
            "external_id": dto.external_id,
            "sku": dto.sku or False,
            "barcodes": ", ".join(dto.barcodes),
            "price": float(dto.price or 0),
            "old_price": float(dto.old_price or 0),
            "currency_id": currencies.get(dto.currency, False),
            "vat_rate": float(dto.vat_rate or 0),
            "status": dto.status,
            "archived_there": dto.archived,
        }

    def _differs(self, offer, name, value):
        current = offer[name]
        return (current.id if isinstance(current, models.BaseModel) else current) != value

    def _get_currencies(self):
        return {row.name: row.id for row in self.env["res.currency"].with_context(active_test=False).search([])}

    def _adopt_waiting_lines(self, account, offers):
        """Lines of waiting postings that had no listing yet find it now, by SKU."""
        linked = offers.filtered(lambda offer: offer.sku)
        lines = self.env["marketplace.order.line"].search(
            [
                ("order_id.account_id", "=", account.id),
                ("order_id.state", "in", ("mapping", "received")),
                ("sku", "in", linked.mapped("sku")),
            ]
        )
        by_sku = linked.grouped("sku")
        for line in lines:
            if line.offer_id != by_sku[line.sku][:1]:
                line.offer_id = by_sku[line.sku][:1]
        linked.filtered("product_id")._replay_waiting_orders()
