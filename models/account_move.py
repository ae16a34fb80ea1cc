from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    marketplace_settlement_id = fields.Many2one(
        "marketplace.settlement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    marketplace_realization_id = fields.Many2one(
        "marketplace.realization",
        "Marketplace Report",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _invoice_paid_hook(self):
        """Override of `sale`, which writes a note on every order: where a settlement pays thousands at once, the same
        notes are written together."""
        if not self.env.context.get("marketplace_settling"):
            return super()._invoice_paid_hook()
        notes = {}
        result = super(AccountMove, self.with_context(marketplace_notes=notes))._invoice_paid_hook()
        self.env["sale.order"]._log_notes(notes)
        return result
