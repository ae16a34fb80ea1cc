from odoo import api, models


class MarketplaceMarking(models.AbstractModel):
    """Codes of marketplaces that get them together with the boxes, of units that they tell apart from the beginning."""

    _inherit = "marketplace.marking"

    def _are_carried(self, account):
        """Codes are told together with the boxes; there is nothing to record, and nothing to check, before."""
        return "exemplars_set" not in account._get_info().operations

    @api.model
    def _get_carried(self, order):
        """The units whose codes go with the boxes, to be taken by SKU."""
        return CarriedUnits(self, self._group_by_sku(order) if self._are_carried(order.account_id) else {})

    @api.model
    def _note_carried(self, order):
        """The boxes were taken, and the codes with them."""
        if self._are_carried(order.account_id):
            order._get_units().filtered(lambda unit: unit.state == "filled").write({"state": "passed"})

    @api.model
    def _drop_gone(self, order):
        """Units that the marketplace has cancelled by their numbers: nobody has to scan them any more."""
        gone = order.line_ids._get_gone_numbers()
        order._get_units().filtered(lambda unit: unit.external_id in gone).write({"released": True})


class CarriedUnits:
    """Hands out each unit once."""

    def __init__(self, marking, units_by_sku):
        self._marking = marking
        self._left = {sku: list(units) for sku, units in units_by_sku.items()}

    def take(self, sku, quantity):
        """``dto.Exemplar`` of the next units, empty where the SKU needs none."""
        units = self._left.get(sku, [])[:quantity]
        self._left[sku] = self._left.get(sku, [])[quantity:]
        return self._marking._make_exemplars(units)
