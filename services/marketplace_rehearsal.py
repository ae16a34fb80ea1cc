from decimal import Decimal

from odoo import api, models

from ..engine import OPERATIONS, JobFailure
from ..marketplaces.base import dto
from ..marketplaces.base.rehearsal import Rehearsal


class MarketplaceRehearsal(models.AbstractModel):
    """Fills the simulated cabinet from the company's own products and lets buyers order them."""

    _name = "marketplace.rehearsal"
    _description = "Marketplace Rehearsal"

    @api.model
    def _run_fill(self, jobs, adapter, deadline):
        account = jobs.account_id
        if account.mode != "rehearsal":
            raise JobFailure(self.env._("Only an account in rehearsal mode can be filled with products."))
        rehearsal = Rehearsal(adapter.config, adapter.info.code, observe=adapter.observe)
        offers = [self._make_offer(product, account) for product in self._find_products(account)]
        rehearsal.offer(offers)
        if jobs.payload.get("buy"):
            rehearsal.buy(jobs.payload["buy"])
        for operation in ("offers_poll", "orders_poll"):
            if account._can(OPERATIONS[operation].needs):
                self.env["marketplace.job"]._enqueue(operation, account, priority=3)
        return self.env._("%s products", len(offers))

    def _find_products(self, account):
        return self.env["product.product"].search(
            [
                ("sale_ok", "=", True),
                ("type", "=", "consu"),
                ("default_code", "!=", False),
                ("list_price", ">", 0),
                ("company_id", "in", [False, account.company_id.id]),
            ]
        )

    def _make_offer(self, product, account):
        taxes = product.taxes_id._filter_taxes_by_company(account.company_id)
        return dto.Offer(
            article=product.default_code.strip(),
            external_id="",
            name=product.name,
            barcodes=(product.barcode,) if product.barcode else (),
            price=Decimal(str(round(product.list_price, 2))),
            vat_rate=Decimal(str(taxes[:1].amount)) / 100 if taxes else Decimal(0),
        )
