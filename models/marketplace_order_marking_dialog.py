from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..marketplaces.base import status as unified
from .marketplace_exemplar import DATA


class MarketplaceOrder(models.Model):
    """What the packing dialog (``static/src/marking_dialog``) asks for and tells.

    Mistakes come back as a sentence beside the data: the dialog shows them where the packer looks.
    """

    _inherit = "marketplace.order"

    # === ACTION METHODS === #
    def action_open_marking(self):
        """The dialog in which the packer scans the codes."""
        self.ensure_one()
        order = self._get_root()
        if not order._get_units():
            raise UserError(self.env._("The marketplace asks for no codes for this posting."))
        return {
            "type": "ir.actions.client",
            "tag": "sale_marketplace.marking",
            "name": self.env._("Codes of %s", order.number),
            "target": "new",
            "params": {"order_id": order.id},
            "context": {"dialog_size": "large"},
        }

    # === METHODS OF THE DIALOG === #
    def read_marking(self):
        """Everything that the dialog shows."""
        self.ensure_one()
        self.check_access("read")
        units = self._get_units()
        missing = units.filtered(lambda unit: unit._get_missing())
        return {
            "number": self.number,
            "done": len(units) - len(missing),
            "count": len(units),
            "current": missing[:1].id,
            "editable": not self._get_marking_lock(),
            "lock": self._get_marking_lock() or "",
            "problem": (self.ship_problem if self.ship_state == "failed" else False) or self.marking_problem or "",
            "can_ship": self.status == unified.TO_ASSEMBLE and self.ship_state in ("none", "failed"),
            "can_send": self.can_change_codes
            and bool(units.filtered(lambda unit: unit.state in ("filled", "refused"))),
            "lines": [self._read_marking_line(line, group) for line, group in units.grouped("line_id").items()],
        }

    def _read_marking_line(self, line, units):
        states = dict(units._fields["state"]._description_selection(self.env))
        return {
            "id": line.id,
            "name": line.name or line.article or line.sku,
            "article": line.article or line.sku,
            "words": line._get_requirements(),
            "country_id": line.country_id.id,
            "units": [
                {
                    "id": unit.id,
                    "sequence": unit.sequence,
                    "code": unit.mark_key or "",
                    "state": unit.state,
                    "state_label": states[unit.state],
                    "problem": unit.problem or "",
                    "left": unit.part_number or "",
                    **{name: unit[name] or (0 if name == "weight" else "") for name in DATA if name != "mark"},
                }
                for unit in units
            ],
        }

    def scan_marking(self, text, unit_id=False):
        """Take one scan for a unit of this posting; ``unit_id`` is the highlighted one."""
        self.ensure_one()

        def scan():
            unit = self._get_units().filtered(lambda item: item.id == unit_id)
            chosen, converted = self.env["marketplace.mark.scanner"]._scan(self, text, unit)
            note = self.env._("The keyboard was in the Russian layout: the code was put right.") if converted else ""
            return {"unit": chosen.id, "note": note}

        return self._change_marking(scan)

    def write_marking(self, unit_id, vals):
        """Record something else of a unit, or empty a code of it."""
        self.ensure_one()
        if unknown := set(vals) - set(DATA):
            raise AccessError(self.env._("These fields are not changed here: %s", ", ".join(sorted(unknown))))
        unit = self._get_units().filtered(lambda item: item.id == unit_id)
        if not unit:
            return {**self.read_marking(), "error": self.env._("This unit does not belong to the posting any more.")}
        vals = {name: self._read_weight(value) if name == "weight" else value for name, value in vals.items()}
        for number, tick in (("gtd", "gtd_absent"), ("rnpt", "rnpt_absent")):
            if vals.get(tick):
                vals[number] = False
            elif vals.get(number):
                vals[tick] = False
        return self._change_marking(lambda: self.env["marketplace.mark.scanner"]._put(unit, vals) or {"unit": unit.id})

    def write_marking_country(self, line_id, country_id):
        """Country of origin of a line."""
        self.ensure_one()
        line = self.line_ids.filtered(lambda item: item.id == line_id)
        return self._change_marking(lambda: line.sudo().write({"country_id": country_id}) and {})

    def _change_marking(self, change):
        """Run one change with the rights of the packer on the posting; tell what came of it."""
        self.check_access("write")
        try:
            if lock := self._get_marking_lock():
                raise UserError(lock)
            with self.env.cr.savepoint():
                outcome = change()
        except (UserError, ValidationError) as exc:
            self.invalidate_recordset()
            outcome = {"error": str(exc)}
        return {**self.read_marking(), **outcome}

    def _get_marking_lock(self):
        """Why codes cannot be changed now, or False."""
        if self.status == unified.CANCELLED:
            return self.env._("The posting is cancelled.")
        if self.ship_state in ("sending", "sent"):
            return self.env._("The posting is being assembled: wait until the marketplace has answered.")
        if self.ship_state == "shipped" and not self.can_change_codes:
            return self.env._("The posting is assembled: the marketplace does not take other codes any more.")
        return False

    def _read_weight(self, value):
        try:
            return float(str(value or 0).replace(",", "."))
        except ValueError:
            return 0.0
