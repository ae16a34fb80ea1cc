from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..marketplaces.base import marking

#: Field that answers a requirement → the tick that answers it instead.
ABSENT = {"gtd": "gtd_absent", "rnpt": "rnpt_absent"}
#: What a packer records of a unit; a change of it must be sent again.
DATA = ("mark", "jw_uin", "imei", "gtd", "gtd_absent", "rnpt", "rnpt_absent", "weight")
CODES = ("mark", "jw_uin", "imei")


class MarketplaceExemplar(models.Model):
    """One unit of a posting's line, with what must be recorded of it before it may be shipped."""

    _name = "marketplace.exemplar"
    _description = "Marketplace Unit"
    _order = "order_id, line_id, sequence, id"

    order_id = fields.Many2one("marketplace.order", "Posting", required=True, index=True, ondelete="cascade")
    line_id = fields.Many2one("marketplace.order.line", "Posting Line", required=True, index=True, ondelete="cascade")
    account_id = fields.Many2one(related="order_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    product_id = fields.Many2one(related="line_id.offer_id.product_id", string="Product")
    sequence = fields.Integer("Unit", default=1)
    external_id = fields.Char("Unit's Number There", index="btree_not_null", readonly=True, copy=False)
    mark = fields.Char("Marking Code", copy=False, help="As scanned, with its separators and the crypto tail.")
    mark_key = fields.Char(
        "GTIN and Serial Number", compute="_compute_mark_key", store=True, help="Names the unit without the tail."
    )
    jw_uin = fields.Char("Jewellery UIN", copy=False)
    imei = fields.Char("IMEI", copy=False)
    gtd = fields.Char("Customs Declaration")
    gtd_absent = fields.Boolean("No Customs Declaration")
    rnpt = fields.Char("RNPT", help="Registration number of a batch of goods subject to traceability.")
    rnpt_absent = fields.Boolean("No RNPT")
    weight = fields.Float("Weight, kg", digits=(10, 3))
    #   empty → filled → checking → passed
    #             ↑          ↓
    #             └────── refused
    state = fields.Selection(
        [
            ("empty", "Not Complete"),
            ("filled", "Complete"),
            ("checking", "Being Checked"),
            ("passed", "Accepted"),
            ("refused", "Refused"),
        ],
        required=True,
        default="empty",
        readonly=True,
        copy=False,
        index=True,
    )
    problem = fields.Text(readonly=True, copy=False)
    released = fields.Boolean(
        readonly=True, copy=False, help="The unit did not leave, or is back: its codes may be used again."
    )
    part_number = fields.Char("Left as Part", readonly=True, copy=False, help="The part of the posting it left with.")

    # One code lives in one unit at a time, whoever scans it and whenever.
    _mark_uniq = models.UniqueIndex(
        "(company_id, mark_key) WHERE mark_key IS NOT NULL AND released IS NOT TRUE",
        "This marking code is in use already.",
    )
    _jw_uin_uniq = models.UniqueIndex(
        "(company_id, jw_uin) WHERE jw_uin IS NOT NULL AND released IS NOT TRUE", "This UIN is in use already."
    )
    _imei_uniq = models.UniqueIndex(
        "(company_id, imei) WHERE imei IS NOT NULL AND released IS NOT TRUE", "This IMEI is in use already."
    )

    # === COMPUTE METHODS === #
    @api.depends("mark")
    def _compute_mark_key(self):
        for unit in self:
            unit.mark_key = marking.parse(unit.mark).key if unit.mark else False

    @api.depends("order_id.number", "product_id", "sequence")
    def _compute_display_name(self):
        for unit in self:
            unit.display_name = unit._get_title()

    # === CONSTRAINT METHODS === #
    @api.constrains("gtd", "gtd_absent", "rnpt", "rnpt_absent")
    def _check_absent(self):
        for unit in self:
            if (unit.gtd and unit.gtd_absent) or (unit.rnpt and unit.rnpt_absent):
                raise ValidationError(self.env._("%s: give the number, or say that there is none.", unit._get_title()))

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        units = super().create([self._clean(vals) for vals in vals_list])
        units._refresh_state()
        return units

    def write(self, vals):
        vals = self._clean(vals)
        result = super().write(vals)
        if not set(DATA).isdisjoint(vals):
            self._refresh_state()
        return result

    def _clean(self, vals):
        """Codes as they are stored: nothing instead of "", a mark with real separators."""
        clean = {
            name: (value or "").strip() or False for name, value in vals.items() if name in (*CODES, "gtd", "rnpt")
        }
        if clean.get("mark"):
            clean["mark"] = self.env["marketplace.mark.scanner"]._parse(clean["mark"]).code
        return {**vals, **clean}

    # === BUSINESS METHODS === #
    def _get_title(self):
        """Which unit of which product."""
        self.ensure_one()
        name = self.product_id.display_name or self.line_id.name or self.line_id.article or self.line_id.sku
        return self.env._("%(product)s, unit %(number)s", product=name, number=self.sequence)

    def _refresh_state(self):
        """What was changed has to be sent, and answered, anew."""
        for complete, units in self.grouped(lambda unit: not unit._get_missing()).items():
            # Neither of the two is a datum of the unit: this does not come back here.
            units.write({"state": "filled" if complete else "empty", "problem": False})

    def _get_missing(self):
        """The requirements (see ``dto.OrderLine``) that this unit does not meet yet."""
        self.ensure_one()
        return [word for word in self.line_id._get_requirements() if not self._has(word)]

    def _has(self, word):
        if word == "mandatory_mark":
            return bool(self.mark)
        if word == "country":
            return bool(self.line_id.country_id)
        if word == "weight":
            return self.weight > 0
        return bool(self[word] or (word in ABSENT and self[ABSENT[word]]))

    @api.model
    def _release(self, orders, quantities=None):
        """Make the codes of units free again: they did not leave, or they are back.

        :param orders: ``marketplace.order``; parts of a posting count as the posting itself
        :param quantities: {``marketplace.order.line`` | ``sale.order.line`` record: number of units}, None for all
            units. Which of several units came back is not known: those are freed that were never sent first,
            then the last ones.
        :return: the units that are free now
        """
        roots = orders.browse([order._get_root().id for order in orders])
        units = self.sudo().search([("order_id", "in", roots.ids), ("released", "=", False)])
        if quantities is not None:
            units = self.sudo().union(*(self._choose(units, line, count) for line, count in quantities.items()))
        units.write({"released": True})
        return units

    def _choose(self, units, line, count):
        lines = line if line._name == "marketplace.order.line" else line.marketplace_line_ids
        mine = units.filtered(lambda unit: unit.line_id in lines)
        return mine.sorted(lambda unit: (unit.state != "empty", unit.state == "passed", -unit.sequence))[: int(count)]
