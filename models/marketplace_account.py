import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..marketplaces import ADAPTERS, get_adapter_class
from ..marketplaces.base import status
from ..marketplaces.base.adapter import AdapterConfig
from ..marketplaces.base.operations import WRITE_OPERATIONS
from .marketplace_warehouse import SCHEMES

#: Where the bundled simulator listens by default; each marketplace has its own folder there.
REHEARSAL_URL = "http://127.0.0.1:8169/%s"
REHEARSAL_BUYERS = 10
PASTED_FIELDS = (
    *("client_id", "api_key", "webhook_login", "webhook_password"),
    *("telegram_token", "telegram_chat", "telegram_url", "notify_email"),
)


class MarketplaceAccount(models.Model):
    """A seller's cabinet on a marketplace: who we are there, in which mode we work, and whether it works."""

    _name = "marketplace.account"
    _description = "Marketplace Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, tracking=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    marketplace = fields.Selection(
        [("ozon", "Ozon"), ("megamarket", "MegaMarket")], required=True, default="ozon", tracking=True
    )
    client_id = fields.Char(
        "Client ID", required=True, copy=False, tracking=True, help="The cabinet's number on the marketplace."
    )
    one_scheme = fields.Boolean(compute="_compute_one_scheme")
    scheme = fields.Selection(
        SCHEMES,
        compute="_compute_scheme",
        store=True,
        readonly=False,
        tracking=True,
        help="Of a shop that sells in one scheme only, as it was registered on the marketplace. Another scheme, or "
        "another warehouse, is another shop there and another account here.",
    )
    api_key = fields.Char("API Key", groups="base.group_system", copy=False)
    api_key_hint = fields.Char(
        "Key", compute="_compute_api_key_hint", compute_sudo=True, help="The last characters of the key in use."
    )
    mode = fields.Selection(
        [("production", "Production"), ("test", "Test"), ("rehearsal", "Rehearsal")],
        required=True,
        default="production",
        tracking=True,
        help="Production works in the real cabinet.\n"
        "Test uses the marketplace's test environment; where there is none it reads the real cabinet and sends "
        "nothing.\n"
        "Rehearsal talks to a simulator: the same buttons, no real orders.",
    )
    base_url = fields.Char(
        "Rehearsal Address",
        compute="_compute_base_url",
        store=True,
        readonly=False,
        groups="sale_marketplace.group_administrator",
        help="Where the stand-in for the marketplace listens. Used in rehearsal mode only.",
    )
    # draft → connected ⇄ paused: paused by the first refused key, by hand, or by neutralising a database copy.
    state = fields.Selection(
        [("draft", "Not Connected"), ("connected", "Connected"), ("paused", "Paused")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    pause_reason = fields.Char(copy=False, readonly=True)
    # --- what the marketplace says about the key
    cabinet_name = fields.Char("Cabinet", readonly=True, copy=False)
    legal_name = fields.Char(readonly=True, copy=False)
    tax_id = fields.Char("Tax ID", readonly=True, copy=False)
    subscription = fields.Char(readonly=True, copy=False)
    key_roles = fields.Char("Roles of the Key", readonly=True, copy=False)
    key_expires_at = fields.Datetime("Key Expires", readonly=True, copy=False)
    key_warning_days = fields.Integer("Warn Before Expiry (days)", default=14)
    operations = fields.Json("Allowed Operations", readonly=True, copy=False)
    can_write = fields.Boolean("May Send", compute="_compute_can_write")
    checked_at = fields.Datetime("Last Check", readonly=True, copy=False)
    warehouse_ids = fields.One2many("marketplace.warehouse", "account_id")
    schedule_ids = fields.One2many("marketplace.schedule", "account_id")

    _client_uniq = models.Constraint(
        "UNIQUE(marketplace, client_id)",
        "This cabinet is connected already: one cabinet twice would double every order.",
    )

    # === COMPUTE METHODS === #
    @api.depends("api_key")
    def _compute_api_key_hint(self):
        for account in self:
            account.api_key_hint = f"••••{account.api_key[-4:]}" if account.api_key else False

    @api.depends("operations", "mode")
    def _compute_can_write(self):
        for account in self:
            account.can_write = not account._only_reads() and bool(WRITE_OPERATIONS & set(account.operations or []))

    @api.depends("marketplace")
    def _compute_one_scheme(self):
        for account in self:
            account.one_scheme = bool(account.marketplace) and account._get_info().one_scheme

    @api.depends("marketplace")
    def _compute_scheme(self):
        """Shops of one scheme: the last of the marketplace's, which is the one that its newcomers get."""
        for account in self:
            schemes = account._get_info().schemes if account.one_scheme else ()
            if account.scheme not in schemes:
                account.scheme = schemes[-1] if schemes else False

    @api.depends("marketplace")
    def _compute_base_url(self):
        """The bundled simulator, each marketplace in its folder; an address of one's own stays."""
        ours = {REHEARSAL_URL % code for code in ADAPTERS}
        for account in self:
            if not account.base_url or account.base_url in ours:
                account.base_url = REHEARSAL_URL % account.marketplace

    # === CONSTRAINT METHODS === #
    @api.constrains("client_id", "marketplace")
    def _check_client_id(self):
        for account in self:
            info = account._get_info()
            if not re.fullmatch(info.client_id_pattern, (account.client_id or "").strip()):
                raise ValidationError(
                    self.env._(
                        "«%(client_id)s» is no Client ID of %(marketplace)s: copy it from the cabinet's API settings.",
                        client_id=account.client_id,
                        marketplace=info.label,
                    )
                )

    @api.constrains("mode", "base_url")
    def _check_base_url(self):
        for account in self.sudo():
            if account.mode == "rehearsal" and not (account.base_url or "").startswith(("http://", "https://")):
                raise ValidationError(
                    self.env._(
                        "Rehearsal needs the address of the simulator, such as %s.",
                        REHEARSAL_URL % account.marketplace,
                    )
                )

    @api.constrains("scheme", "marketplace")
    def _check_scheme(self):
        for account in self.filtered("one_scheme"):
            if account.scheme not in account._get_info().schemes:
                raise ValidationError(
                    self.env._("Choose the scheme in which the shop of account %s sells.", account.name)
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create([{**self._get_defaults(vals), **vals, **self._trim_keys(vals)} for vals in vals_list])
        accounts._ensure_schedules()
        accounts._ensure_notification_rules()
        accounts._ensure_customer()
        accounts._ensure_carrier()
        accounts._ensure_accrual_types()
        accounts._ensure_accrual_rules()
        return accounts

    def write(self, vals):
        return super().write({**vals, **self._trim_keys(vals)})

    @api.model
    def _complete_all(self):
        """Called by every installation and update of the module: accounts of earlier versions get what a newer one
        makes for new accounts, and their keys are asked anew what they allow of it."""
        accounts = self.with_context(active_test=False).search([("active", "in", (True, False))])
        accounts._ensure_schedules()
        accounts._ensure_notification_rules()
        accounts._ensure_accrual_types()
        accounts._ensure_accrual_rules()
        for account in accounts.filtered(lambda account: account.active and account.state == "connected"):
            self.env["marketplace.job"]._enqueue("account_check", account)

    @api.model
    def _get_defaults(self, vals):
        """Own couriers need the buyer's address on the label: the small one has no room for it."""
        return {"label_format": "75x120"} if vals.get("scheme") == status.RFBS else {}

    @api.model
    def _trim_keys(self, vals):
        """Keys are pasted, often with blanks and line ends around them."""
        return {name: vals[name].strip() for name in PASTED_FIELDS if vals.get(name)}

    # === BUSINESS METHODS === #
    def _get_adapter(self, observe=None, client_id=None, api_key=None):
        """The adapter that speaks to this cabinet. ``client_id``/``api_key``: try these instead of the stored ones."""
        self.ensure_one()
        account = self.sudo()
        adapter_class = get_adapter_class(account.marketplace)
        config = AdapterConfig(
            base_url=account._get_api_url(),
            client_id=client_id or account.client_id,
            api_key=api_key or account.api_key or "",
            account_key=f"{self.env.cr.dbname}:{account.marketplace}:{client_id or account.client_id}",
            scheme=account.scheme or "",
        )
        return adapter_class(config, observe=observe)

    def _get_info(self):
        """``MarketplaceInfo`` of the account's marketplace."""
        self.ensure_one()
        return get_adapter_class(self.marketplace).info

    def _get_schemes(self):
        """The schemes that this cabinet can have postings of."""
        self.ensure_one()
        return (self.scheme,) if self.scheme else self._get_info().schemes

    def _get_api_url(self):
        if self.mode == "rehearsal":
            return self.base_url
        info = self._get_info()
        return info.test_url if self.mode == "test" and info.test_url else info.base_url

    def _only_reads(self):
        """Test mode of a marketplace without a test environment."""
        self.ensure_one()
        return self.mode == "test" and not self._get_info().test_url

    def _get_language(self):
        """Problems, results and notes are written down in the language of the account's people."""
        self.ensure_one()
        return self.user_id.lang or self.company_id.partner_id.lang or self.env.user.lang

    def _wants_task(self, task):
        """Whether the settings leave a scheduled task anything to do."""
        self.ensure_one()
        return True

    def _check_operation(self, operation):
        """Refuse at once, in one sentence, what the key, the mode or the state does not allow."""
        self.ensure_one()
        problem = self._get_operation_problem(operation)
        if problem:
            raise UserError(problem)

    def _get_operation_problem(self, operation):
        self.ensure_one()
        if self.state == "draft":
            return self.env._("Account %(account)s is not connected yet: check its key first.", account=self.name)
        if self.state == "paused":
            return self.env._(
                "Account %(account)s is paused: %(reason)s", account=self.name, reason=self.pause_reason or ""
            )
        if operation in WRITE_OPERATIONS and self._only_reads():
            return self.env._(
                "Account %(account)s is in test mode: it reads the cabinet and sends nothing.", account=self.name
            )
        return self._get_right_problem(operation)

    def _can(self, operation):
        """Whether the marketplace has this operation for the account at all, and its key the right to it."""
        self.ensure_one()
        return not self._get_right_problem(operation)

    def _get_right_problem(self, operation):
        """Why the key may not do it, in one sentence; False when it may, or when nothing is needed."""
        self.ensure_one()
        if operation and operation not in self._get_info().operations:
            label = self._get_marketplace_label(self.marketplace)
            return self.env._(
                "%(marketplace)s has no such thing (%(operation)s).", marketplace=label, operation=operation
            )
        if operation and self.operations is not False and operation not in (self.operations or []):
            return self.env._(
                "The key of account %(account)s may not do this (%(operation)s). Issue a key with this right in the "
                "cabinet and enter it on the account.",
                account=self.name,
                operation=operation,
            )
        return False

    def _pause(self, reason):
        """Stop everything of this account and tell its people once."""
        connected = self.filtered(lambda a: a.state == "connected")
        for account in connected:
            account.write({"state": "paused", "pause_reason": reason})
            account.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Marketplace account paused"),
                note=reason,
                user_id=account.user_id.id or self.env.ref("base.user_admin").id,
            )
        self.env["marketplace.notifier"]._tell("account_paused", connected, dict.fromkeys(connected.ids, reason))

    def action_pause(self):
        self.write({"state": "paused", "pause_reason": self.env._("Paused by %s.", self.env.user.name)})

    def action_resume(self):
        for account in self:
            if not account.sudo().api_key:
                raise UserError(self.env._("Enter the key of account %s first.", account.name))
        self.write({"state": "connected", "pause_reason": False})
        self.activity_unlink(["mail.mail_activity_data_warning"])
        self.env["marketplace.job"]._trigger_lanes()

    def action_connect(self):
        """Open the connect wizard for this account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect a Marketplace"),
            "res_model": "marketplace.account.connect",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_account_id": self.id,
                "default_marketplace": self.marketplace,
                "default_client_id": self.client_id,
                "default_mode": self.mode,
                "default_scheme": self.scheme,
                "default_base_url": self.sudo().base_url,
                "default_company_id": self.company_id.id,
            },
        }

    def action_rehearsal_fill(self):
        """Put the company's products into the simulated cabinet and let some buyers order."""
        for account in self:
            if account.mode != "rehearsal":
                raise UserError(self.env._("This works in rehearsal mode only."))
            account._check_operation("check")
            self.env["marketplace.job"]._enqueue(
                "rehearsal_fill", account, payload={"buy": REHEARSAL_BUYERS}, priority=1
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Your products go into the simulated cabinet; %s orders follow.", REHEARSAL_BUYERS
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _get_marketplace_label(self, code):
        return ADAPTERS[code].info.label
