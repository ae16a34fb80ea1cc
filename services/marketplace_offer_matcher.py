from odoo import api, models


class MarketplaceOfferMatcher(models.AbstractModel):
    """Finds the Odoo product of a listing: by article, then by barcode; never by name alone."""

    _name = "marketplace.offer.matcher"
    _description = "Marketplace Offer Matcher"

    @api.model
    def _match(self, offers):
        """Link what is certain; leave the reason on the rest. Returns the offers that were linked."""
        offers = offers.filtered(lambda offer: not offer.product_id and not offer.ignored)
        linked = self.env["marketplace.offer"]
        for _company, group in offers.grouped("company_id").items():
            by_article = self._index(group, "default_code", group.mapped("article"))
            by_barcode = self._index(group, "barcode", [code for offer in group for code in self._barcodes(offer)])
            for offer in group:
                product, how, problem = self._find(offer, by_article, by_barcode)
                if product:
                    offer.write({"product_id": product.id, "linked_by": how, "problem": False})
                    linked |= offer
                elif offer.problem != problem:
                    offer.problem = problem
        return linked

    @api.model
    def _suggest(self, offer):
        """A product to offer to the user for one click; empty when there is none that is worth it."""
        products = self.env["product.product"]
        domain = self._get_company_domain(offer)
        for candidate in (
            [("default_code", "=ilike", (offer.article or "").strip())],
            [("barcode", "in", self._barcodes(offer))],
            [("name", "=ilike", (offer.name or "").strip())],
        ):
            found = products.search([*domain, *candidate], limit=2)
            if found:
                return found[:1]
        return products

    def _index(self, offers, field, values):
        """{value: products} of one company in one query; blanks at the ends do not count."""
        values = [value for value in {(value or "").strip() for value in values} if value]
        products = self.env["product.product"].search(
            [*self._get_company_domain(offers[:1]), (field, "in", values)], order="id"
        )
        return products.grouped(lambda product: (product[field] or "").strip())

    def _find(self, offer, by_article, by_barcode):
        """(product or None, how, problem)"""
        found = by_article.get((offer.article or "").strip())
        if found and len(found) == 1:
            return found, "article", False
        if found:
            return (
                None,
                False,
                self.env._("%(count)s products have the article %(article)s.", count=len(found), article=offer.article),
            )
        matches = self.env["product.product"]
        for barcode in self._barcodes(offer):
            matches |= by_barcode.get(barcode, self.env["product.product"])
        if len(matches) == 1:
            return matches, "barcode", False
        if matches:
            return None, False, self.env._("Its barcodes belong to %s different products.", len(matches))
        return None, False, self.env._("No product has this article or one of its barcodes.")

    def _barcodes(self, offer):
        return [code.strip() for code in (offer.barcodes or "").split(",") if code.strip()]

    def _get_company_domain(self, offer):
        return [("company_id", "in", [False, offer.company_id.id]), ("type", "!=", "service")]
