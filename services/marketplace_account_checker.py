from datetime import datetime, timezone

from odoo import api, fields, models

from ..marketplaces.base.operations import WRITE_OPERATIONS


class MarketplaceAccountChecker(models.AbstractModel):
    """Asks the marketplace who we are, what the key may do, and which warehouses there are."""

    _name = "marketplace.account.checker"
    _description = "Marketplace Account Checker"

    @api.model
    def _run_check(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        info = adapter.check_credentials()
        account.write(self._prepare_account_vals(info))
        self._warn_before_expiry(account)
        self._warn_before_switch_off(account, adapter)
        account._get_schedule("check")._note_run("done", account.cabinet_name, started)
        return account.cabinet_name

    @api.model
    def _run_warehouses(self, jobs, adapter, deadline):
        account, started = jobs.account_id, fields.Datetime.now()
        warehouses = list(adapter.iter_warehouses())
        stored = self.env["marketplace.warehouse"]._store(account, warehouses)
        result = self.env._("%s warehouses", len(stored))
        account._get_schedule("warehouses")._note_run("done", result, started)
        return result

    @api.model
    def _prepare_account_vals(self, info):
        """:param info: ``dto.AccountInfo``"""
        return {
            "cabinet_name": info.company_name,
            "legal_name": info.legal_name,
            "tax_id": info.tax_id,
            "subscription": info.subscription,
            "key_roles": ", ".join(role.name for role in info.roles),
            "key_expires_at": info.key_expires_at and info.key_expires_at.replace(tzinfo=None),
            "operations": sorted(info.operations),
            "checked_at": fields.Datetime.now(),
        }

    @api.model
    def _is_read_only(self, info):
        return not WRITE_OPERATIONS & info.operations

    def _warn_before_expiry(self, account):
        """One activity, renewed by nobody: it is there until somebody has dealt with it."""
        if not account.key_expires_at:
            return
        days = (account.key_expires_at - fields.Datetime.now()).days
        if days < account.key_warning_days:
            self._warn_once(
                account,
                self.env._("API key expires"),
                self.env._(
                    "The key expires in %(days)s days, on %(date)s. Issue a new one in the cabinet and enter it on the "
                    "account.",
                    days=max(days, 0),
                    date=fields.Date.to_string(account.key_expires_at),
                ),
            )

    def _warn_before_switch_off(self, account, adapter):
        now = datetime.now(timezone.utc)
        for path, off, successor in adapter.endpoint_warnings(now):
            self._warn_once(
                account,
                self.env._("Method %s is switched off", path),
                self.env._(
                    "The marketplace switches off %(path)s on %(date)s (instead: %(successor)s). Update this addon "
                    "before.",
                    path=path,
                    date=fields.Date.to_string(off),
                    successor=successor or "–",
                ),
            )

    def _warn_once(self, account, summary, note):
        if summary in account.activity_ids.mapped("summary"):
            return
        account.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=note,
            user_id=account.user_id.id or self.env.ref("base.user_admin").id,
        )
