import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from ..engine import Again
from ..marketplaces.base.feed import FeedProblem

BATCH = 1000


class MarketplaceFeedLister(models.AbstractModel):
    """Gives every product that a feed tells of a place in the account's list of offers: stock, prices and orders work
    with offers."""

    _name = "marketplace.feed.lister"
    _description = "Marketplace Feed Lister"

    @api.model
    def _list(self, feed, profile, deadline):
        """Create what is missing, batch by batch. Returns [(product id, article, FeedProblem)] of what cannot be."""
        problems = []
        products = self.env["product.product"].search(self._get_domain(feed), order="id")
        runner, created = self.env["marketplace.job.runner"], 0
        for ids in split_every(BATCH, products.ids):
            created += self._list_batch(feed, profile, products.browse(ids), problems)
            runner._checkpoint()
            if created and not runner._has_time(deadline):
                raise Again(note=self.env._("%s products were added to the offers so far", created))
        return problems

    def _get_domain(self, feed):
        """Saleable goods with an article that are no offer of the account yet."""
        account = feed.account_id
        listed = (
            self.env["marketplace.offer"]
            .with_context(active_test=False)
            ._search([("account_id", "=", account.id), ("product_id", "!=", False)])
        )
        domain = Domain(
            [
                ("sale_ok", "=", True),
                ("type", "=", "consu"),
                ("default_code", "!=", False),
                ("company_id", "in", (False, account.company_id.id)),
                ("id", "not in", listed.subselect("product_id")),
            ]
        )
        if feed.categ_ids:
            domain &= Domain("categ_id", "child_of", feed.categ_ids.ids)
        if feed.excluded_categ_ids:
            # Without a category it is in none of the unwanted ones.
            domain &= Domain("categ_id", "=", False) | ~Domain("categ_id", "child_of", feed.excluded_categ_ids.ids)
        return domain

    def _list_batch(self, feed, profile, products, problems):
        account = feed.account_id
        taken = self._get_taken(account, [code for code in products.mapped("default_code") if code])
        fresh = []
        for product in products:
            article = product.default_code or ""
            known = taken.get(article)
            if known and known._name == "marketplace.offer" and known.product_id == product:
                # Its offer only waited for the product.
                continue
            problem = self._find_problem(profile, article, known)
            if problem:
                problems.append((product.id, article, problem))
            else:
                fresh.append(self._prepare_vals(account, product))
                taken[article] = product
        offers = self.env["marketplace.offer"].with_context(tracking_disable=True, mail_create_nosubscribe=True)
        offers = offers.create(fresh)
        if offers:
            # The file that is built now has their numbers already.
            self.env["marketplace.stock.engine"]._compute(offers)
            if account.price_pricelist_id:
                self.env["marketplace.price.engine"]._compute(account, offers)
        return len(offers)

    def _get_taken(self, account, articles):
        """{article: its offer}, those that only waited for their product being linked now."""
        offers = (
            self.env["marketplace.offer"]
            .with_context(active_test=False)
            .search([("account_id", "=", account.id), ("article", "in", articles)])
        )
        self.env["marketplace.offer.matcher"]._match(offers.filtered("active"))
        return {offer.article: offer for offer in offers}

    def _find_problem(self, profile, article, taken):
        """Why a product cannot be listed; False when it can.

        :param taken: the offer, or the product of this batch, that has the article
        """
        if not re.fullmatch(profile.id_pattern, article):
            return FeedProblem("bad_id", True, {"article": article, "length": len(article)})
        if not taken:
            return False
        if taken._name == "product.product":
            return FeedProblem("duplicate", True, {"article": article, "other": taken.display_name})
        if taken.ignored:
            return FeedProblem("ignored", True)
        if not taken.active:
            return FeedProblem("archived", True)
        if not taken.product_id:
            return FeedProblem("not_linked", True, {"reason": taken.problem or ""})
        return FeedProblem("duplicate", True, {"article": article, "other": taken.product_id.display_name})

    def _prepare_vals(self, account, product):
        return {
            "account_id": account.id,
            "article": product.default_code,
            "name": product.with_context(display_default_code=False).display_name,
            "product_id": product.id,
            "linked_by": "article",
        }
