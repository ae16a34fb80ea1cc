from odoo import api, models


class MarketplaceStockBase(models.AbstractModel):
    """Base of the records that decide how much is shown: whoever changes one, wherever, has stock computed again."""

    _name = "marketplace.stock.base"
    _description = "Marketplace Stock Base"

    def _get_stock_accounts(self):
        """Accounts whose stock depends on these records."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._get_stock_accounts()._recompute_stock()
        return records

    def write(self, vals):
        accounts = self._get_stock_accounts()
        result = super().write(vals)
        (accounts | self._get_stock_accounts())._recompute_stock()
        return result

    def unlink(self):
        accounts = self._get_stock_accounts()
        result = super().unlink()
        accounts.exists()._recompute_stock()
        return result
