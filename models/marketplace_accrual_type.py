from odoo import api, fields, models

from ..marketplaces import ADAPTERS
from ..marketplaces.base import money

#: As they are called on screen, in the order of a settlement's page.
KINDS = [
    (money.SALE, "Sales"),
    (money.RETURN, "Returns"),
    (money.DELIVERY_INCOME, "Paid for Delivery"),
    (money.COMPENSATION, "Compensation"),
    (money.COMMISSION, "Commission"),
    (money.ACQUIRING, "Acquiring"),
    (money.LOGISTICS, "Logistics"),
    (money.LAST_MILE, "Last Mile"),
    (money.RETURN_LOGISTICS, "Return Logistics"),
    (money.STORAGE, "Storage"),
    (money.ADVERTISING, "Advertising"),
    (money.OTHER, "Other Services"),
    (money.FINE, "Fines"),
    (money.UNKNOWN, "Unknown"),
]
#: Begins the name of a type of which only the number is known.
NAMELESS = "#"


class MarketplaceAccrualType(models.Model):
    """What a marketplace charges and pays for, and which kind of money that is. The accountant may decide otherwise."""

    _name = "marketplace.accrual.type"
    _description = "Marketplace Accrual Type"
    _order = "marketplace, kind, description, id"
    _rec_name = "description"
    _rec_names_search = ["description", "code", "external_id"]

    marketplace = fields.Selection(
        lambda self: [(code, adapter.info.label) for code, adapter in ADAPTERS.items()], required=True, readonly=True
    )
    external_id = fields.Char("ID There", readonly=True)
    code = fields.Char("Name There", required=True, readonly=True)
    description = fields.Char(required=True, help="As it stands on bills and settlements.")
    told_description = fields.Char("Description There", readonly=True)
    kind = fields.Selection(KINDS, required=True, default=money.UNKNOWN, index=True)

    _code_uniq = models.Constraint("UNIQUE(marketplace, code)", "This type is there already.")
    _external_uniq = models.UniqueIndex("(marketplace, external_id) WHERE external_id IS NOT NULL")

    # === CRUD METHODS === #
    def write(self, vals):
        """Another kind is another way of booking: rows that are not settled yet follow, and so do the rules."""
        changed = self.filtered(lambda item: "kind" in vals and item.kind != vals["kind"])
        result = super().write(vals)
        if changed:
            changed._reclassify()
        return result

    # === ACTION METHODS === #
    def action_view_accruals(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale_marketplace.action_marketplace_accrual")
        return {**action, "domain": [("type_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #
    def _reclassify(self):
        """What is in the books already stays there as it was booked."""
        Accrual, Rule = self.env["marketplace.accrual"].sudo(), self.env["marketplace.accrual.rule"].sudo()
        orders = self.env["marketplace.order"].sudo()
        for kind, types in self.grouped("kind").items():
            rows = Accrual.search([("type_id", "in", types.ids), ("state", "=", "open"), ("kind", "!=", kind)])
            rows.write({"kind": kind})
            rows.settlement_id._note_changed()
            orders |= rows.order_id
            Rule.search([("type_id", "in", types.ids), ("kind", "!=", kind)]).write({"kind": kind})
        self.env["marketplace.economics"]._refresh(orders)

    @api.model
    def _ensure(self, marketplace, kinds, names=None):
        """Rows of all names that the adapter knows.

        :param kinds: {name: kind}
        :param names: {name: what people call it}
        """
        known = set(self.sudo().search([("marketplace", "=", marketplace)]).mapped("code"))
        # What has no type of the marketplace's own, until the accountant calls it otherwise.
        own = {
            money.SALE_TYPE: self.env._("Goods Sold"),
            money.RETURN_TYPE: self.env._("Goods Returned"),
            money.UNEXPLAINED_TYPE: self.env._("Not explained by the marketplace"),
        }
        return self.sudo().create(
            [
                {
                    "marketplace": marketplace,
                    "code": code,
                    "description": own.get(code) or (names or {}).get(code, code),
                    "kind": kind,
                }
                for code, kind in {**money.OWN_TYPES, **kinds}.items()
                if code not in known
            ]
        )

    @api.model
    def _learn(self, marketplace, items):
        """Take in the marketplace's dictionary. A person's description and kind stay as they are.

        :param items: ``dto.AccrualType``
        :return: types that nobody knew before
        """
        Type = self.sudo()
        rows = Type.search([("marketplace", "=", marketplace)])
        by_code = {row.code: row for row in rows}
        by_id = {row.external_id: row for row in rows if row.external_id}
        created = Type.browse()
        for item in items:
            row = by_code.get(item.name, Type)
            nameless = by_id.get(item.external_id, Type)
            if nameless and nameless != row:
                row = nameless._absorb_into(row, item)
            if not row:
                row = by_code[item.name] = Type.create(
                    {
                        "marketplace": marketplace,
                        "code": item.name,
                        "external_id": item.external_id or False,
                        "description": item.description or item.name,
                        "told_description": item.description,
                        "kind": item.kind,
                    }
                )
                created |= row
            else:
                row._note_told(item)
            by_id[item.external_id] = row
        return created

    def _absorb_into(self, known, item):
        """The number of ``self`` turns out to be that of another name: the marketplace has given it away, or nobody
        knew its name until now. Returns the row that stands for the name from now on."""
        self.ensure_one()
        if not self.code.startswith(NAMELESS):
            self.external_id = False
            return known
        if not known:
            self.code = item.name
            return self
        rows = self.env["marketplace.accrual"].sudo().search([("type_id", "=", self.id)])
        rows.write({"type_id": known.id})
        self.env["marketplace.accrual.version"].sudo().search([("type_id", "=", self.id)]).write({"type_id": known.id})
        lines = self.env["marketplace.settlement.line"].sudo().search([("type_id", "=", self.id)])
        lines.write({"type_id": known.id})
        self.unlink()
        known._reclassify()
        return known

    def _note_told(self, item):
        self.ensure_one()
        vals = {}
        if item.external_id and self.external_id != item.external_id:
            vals["external_id"] = item.external_id
        if item.description and self.told_description != item.description:
            vals["told_description"] = item.description
            if self.description in (self.code, self.told_description, self._name_number(self.external_id)):
                vals["description"] = item.description
        if self.kind == money.UNKNOWN != item.kind:
            vals["kind"] = item.kind
        if vals:
            self.write(vals)

    @api.model
    def _name_number(self, external_id):
        return self.env._("Type %s", external_id)

    @api.model
    def _find(self, marketplace, keys):
        """{(number, name): type}; what nobody has told of becomes a row of unknown kind.

        :param keys: {(type_id, type_name)} as accruals name them
        :return: (the dict, types that were made)
        """
        Type = self.sudo()
        rows = Type.search([("marketplace", "=", marketplace)])
        by_code = {row.code: row for row in rows}
        by_id = {row.external_id: row for row in rows if row.external_id}
        found, created = {}, Type.browse()
        for external_id, name in keys:
            row = (external_id and by_id.get(external_id)) or by_code.get(name or f"{NAMELESS}{external_id}")
            if not row:
                row = Type.create(
                    {
                        "marketplace": marketplace,
                        "code": name or f"{NAMELESS}{external_id}",
                        "external_id": external_id or False,
                        "description": name or self._name_number(external_id),
                        "kind": money.UNKNOWN,
                    }
                )
                by_code[row.code] = row
                if external_id:
                    by_id[external_id] = row
                created |= row
            found[external_id, name] = row
        return found, created

    def _tell_new(self, account):
        """The dictionary has grown by what this program does not know: the accountant decides what it is."""
        unknown = self.filtered(lambda item: item.kind == money.UNKNOWN)
        if not unknown:
            return
        text = self.env._(
            "The marketplace has new types of accruals: %s. Give each of them a kind.",
            ", ".join(unknown.mapped("description")),
        )
        self.env["marketplace.notifier"]._tell("money_unknown", account, {account.id: text})
        account._ask_about_money(self.env._("Unknown accruals"), text)
