from odoo import api, models


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    @api.model
    def _get_applicable_models(self, vals):
        """Override of `analytic`: no search for each line of a batch where there is nothing to find at all."""
        if self.env.context.get("marketplace_no_distribution_models"):
            return self.browse()
        return super()._get_applicable_models(vals)
