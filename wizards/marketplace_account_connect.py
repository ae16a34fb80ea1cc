from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import OPERATIONS
from ..marketplaces import get_adapter_class
from ..marketplaces.base import errors
from ..models.marketplace_account import REHEARSAL_URL
from ..models.marketplace_warehouse import SCHEMES

#: What a new account reads at once, as far as its key allows.
FIRST_OPERATIONS = ("warehouses_poll", "offers_poll", "cancel_reasons_poll", "orders_poll", "fbo_poll")


class MarketplaceAccountConnect(models.TransientModel):
    """Check a key, show whose it is, then its warehouses and the first settings.

    The check is the one place where a button waits for the marketplace: it only reads, nothing is locked meanwhile,
    so that Odoo may run it again without harm, and the answer is what the person is waiting for.
    """

    _name = "marketplace.account.connect"
    _description = "Connect a Marketplace"

    state = fields.Selection([("key", "Key"), ("found", "Cabinet"), ("done", "Done")], default="key", required=True)
    account_id = fields.Many2one("marketplace.account", readonly=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    marketplace = fields.Selection(
        lambda self: self.env["marketplace.account"]._fields["marketplace"]._description_selection(self.env),
        required=True,
        default="ozon",
    )
    client_id = fields.Char("Client ID", required=True)
    api_key = fields.Char("API Key")
    mode = fields.Selection(
        [("production", "Production"), ("test", "Test"), ("rehearsal", "Rehearsal")],
        required=True,
        default="production",
    )
    base_url = fields.Char("Rehearsal Address", compute="_compute_base_url", store=True, readonly=False)
    one_scheme = fields.Boolean(compute="_compute_one_scheme")
    scheme = fields.Selection(
        [("rfbs", "Own delivery (DBS)"), ("fbs", "The marketplace delivers (FBS, Standard)")],
        compute="_compute_scheme",
        store=True,
        readonly=False,
        help="As the shop was registered on the marketplace: its key does not tell it.",
    )
    name = fields.Char()
    # --- what came back
    problem = fields.Text(readonly=True)
    cabinet_name = fields.Char("Cabinet", readonly=True)
    legal_name = fields.Char(readonly=True)
    tax_id = fields.Char("Tax ID", readonly=True)
    currency = fields.Char(readonly=True)
    key_roles = fields.Char("Roles of the Key", readonly=True)
    key_expires_at = fields.Datetime("Key Expires", readonly=True)
    can_write = fields.Boolean(readonly=True)
    answer = fields.Json(readonly=True)
    warehouse_line_ids = fields.One2many("marketplace.account.connect.warehouse", "wizard_id", "Warehouses There")
    # --- first settings
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Default Warehouse",
        default=lambda self: self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1),
        domain="[('company_id', '=', company_id)]",
    )
    user_id = fields.Many2one("res.users", "Responsible", default=lambda self: self.env.user)
    team_id = fields.Many2one("crm.team", "Sales Team")
    load_statuses = fields.Selection(
        lambda self: self.env["marketplace.account"]._fields["load_statuses"]._description_selection(self.env),
        "Load",
        default="to_assemble",
        required=True,
    )
    start_date = fields.Datetime(
        "Load Orders Since", default=lambda self: self.env["marketplace.account"]._fields["start_date"].default(self)
    )
    auto_confirm = fields.Boolean("Confirm Automatically", default=True)
    vat_policy = fields.Selection(
        lambda self: [
            (code, label)
            for code, label in self.env["marketplace.account"]._fields["vat_policy"]._description_selection(self.env)
            if code != "tax"
        ],
        "Taxes of Orders",
        default="product",
        required=True,
    )

    # === COMPUTE METHODS === #
    @api.depends("marketplace")
    def _compute_base_url(self):
        for wizard in self:
            wizard.base_url = REHEARSAL_URL % (wizard.marketplace or "ozon")

    @api.depends("marketplace")
    def _compute_one_scheme(self):
        for wizard in self:
            wizard.one_scheme = bool(wizard.marketplace) and get_adapter_class(wizard.marketplace).info.one_scheme

    @api.depends("marketplace")
    def _compute_scheme(self):
        for wizard in self:
            schemes = get_adapter_class(wizard.marketplace).info.schemes if wizard.one_scheme else ()
            if wizard.scheme not in schemes:
                wizard.scheme = schemes[-1] if schemes else False

    # === ACTION METHODS === #
    def action_check(self):
        """Ask the marketplace who this key belongs to; errors are told in the dialog, which stays open."""
        self.ensure_one()
        account = self._make_draft_account()
        exchanges = []
        adapter = self._make_adapter(exchanges)
        try:
            info = adapter.check_credentials()
            warehouses = list(adapter.iter_warehouses()) if "warehouses" in info.operations else []
        except errors.MarketplaceError as exc:
            self.problem = self.env["marketplace.error.text"]._get_sentence(exc, account)
        else:
            self._show(info, warehouses)
        return self._reopen()

    def action_back(self):
        self.write({"state": "key", "problem": False})
        return self._reopen()

    def action_finish(self):
        """Create or refresh the account, connect it and start the first loads."""
        self.ensure_one()
        account = self.account_id or self._find_same_account()
        if account:
            # A new key changes who we are there, never how the person has set up the account.
            account.write({"active": True, **self._prepare_key_vals()})
        else:
            account = self.env["marketplace.account"].create(
                {**self._prepare_key_vals(), **self._prepare_setting_vals()}
            )
        if self.api_key:
            # Who may connect accounts need not be allowed to read keys; nor does the key stay in the dialog.
            account.sudo().api_key = self.api_key
            self.api_key = False
        self._store_warehouses(account)
        account.action_resume()
        for operation in FIRST_OPERATIONS:
            if not account._get_right_problem(OPERATIONS[operation].needs):
                self.env["marketplace.job"]._enqueue(operation, account, priority=3)
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.account",
            "res_id": account.id,
            "view_mode": "form",
            "target": "current",
        }

    # === BUSINESS METHODS === #
    def _make_draft_account(self):
        """An account that exists only in memory, to name things in messages."""
        self.problem = False
        adapter_class = get_adapter_class(self.marketplace)
        return self.env["marketplace.account"].new(
            {
                "name": self.name or adapter_class.info.label,
                "marketplace": self.marketplace,
                "company_id": self.company_id.id,
            }
        )

    def _make_adapter(self, exchanges):
        key = self.api_key or self.account_id.sudo().api_key
        if not key:
            raise UserError(self.env._("Enter the API key."))
        probe = self.env["marketplace.account"].new(
            {
                "marketplace": self.marketplace,
                "client_id": (self.client_id or "").strip(),
                "api_key": key.strip(),
                "mode": self.mode,
                "base_url": self.base_url,
                "scheme": self.scheme,
            }
        )
        return probe._get_adapter(observe=exchanges.append)

    def _show(self, info, warehouses):
        checker = self.env["marketplace.account.checker"]
        answer = checker._prepare_account_vals(info)
        account = self.account_id or self._find_same_account()
        known = {row.external_id: row.warehouse_id.id for row in account.warehouse_ids}
        self.write(
            {
                "state": "found",
                "account_id": account.id,
                "name": self.name or self._make_name(info),
                "cabinet_name": info.company_name,
                "legal_name": info.legal_name,
                "tax_id": info.tax_id,
                "currency": info.currency,
                "key_roles": answer["key_roles"],
                "key_expires_at": answer["key_expires_at"],
                "can_write": not checker._is_read_only(info),
                "answer": {
                    **answer,
                    "key_expires_at": answer["key_expires_at"] and fields.Datetime.to_string(answer["key_expires_at"]),
                    "checked_at": fields.Datetime.to_string(answer["checked_at"]),
                },
                "warehouse_line_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "external_id": warehouse.external_id,
                                "name": warehouse.name,
                                "scheme": warehouse.scheme,
                                "status": warehouse.status,
                                "active_there": warehouse.active,
                                "label_kind": warehouse.label_kind,
                                "address": warehouse.address,
                                "warehouse_id": known.get(warehouse.external_id, False),
                            }
                        )
                        for warehouse in warehouses
                    ),
                ],
            }
        )

    def _make_name(self, info):
        """:param info: ``dto.AccountInfo``"""
        label = get_adapter_class(self.marketplace).info.label
        return info.company_name if label in info.company_name else f"{label} {info.company_name}"

    def _find_same_account(self):
        """Connecting a cabinet again is entering a new key, not a second account."""
        return (
            self.env["marketplace.account"]
            .with_context(active_test=False)
            .search([("marketplace", "=", self.marketplace), ("client_id", "=", self.client_id.strip())], limit=1)
        )

    def _prepare_key_vals(self):
        return {"mode": self.mode, "base_url": self.base_url, **(self.answer or {})}

    def _prepare_setting_vals(self):
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "marketplace": self.marketplace,
            "client_id": self.client_id,
            "scheme": self.scheme,
            "warehouse_id": self.warehouse_id.id,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "load_statuses": self.load_statuses,
            "start_date": self.start_date,
            "auto_confirm": self.auto_confirm,
            "vat_policy": self.vat_policy,
        }

    def _store_warehouses(self, account):
        rows = {row.external_id: row for row in account.with_context(active_test=False).warehouse_ids}
        for line in self.warehouse_line_ids:
            vals = {
                "name": line.name,
                "scheme": line.scheme,
                "status": line.status,
                "active": line.active_there,
                "label_kind": line.label_kind or False,
                "address": line.address,
                "warehouse_id": line.warehouse_id.id,
            }
            if line.external_id in rows:
                rows[line.external_id].write(vals)
            else:
                self.env["marketplace.warehouse"].create(
                    {"account_id": account.id, "external_id": line.external_id, **vals}
                )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect a Marketplace"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.onchange("marketplace")
    def _onchange_marketplace(self):
        if not self.account_id:
            self.name = False


class MarketplaceAccountConnectWarehouse(models.TransientModel):
    _name = "marketplace.account.connect.warehouse"
    _description = "Warehouse Found While Connecting"

    wizard_id = fields.Many2one("marketplace.account.connect", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="wizard_id.company_id")
    external_id = fields.Char("ID on the Marketplace", readonly=True)
    name = fields.Char(readonly=True)
    scheme = fields.Selection(SCHEMES, readonly=True)
    status = fields.Char("Status There", readonly=True)
    active_there = fields.Boolean(readonly=True)
    label_kind = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", "Odoo Warehouse", domain="[('company_id', '=', company_id)]")
