from odoo import models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _draw_together(self, count):
        """``count`` numbers in one query, or None for sequences without gaps, with date ranges, or none at all."""
        if not self or self.implementation != "standard" or self.use_date_range:
            return None
        name = f"ir_sequence_{self.id:03d}"
        rows = self.env.execute_query(SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count))
        return [self.get_next_char(number) for (number,) in rows]
