"""Accounts that existed before statuses, FBO and own delivery get what new ones are made with."""

from odoo import SUPERUSER_ID, api

#: Table and column of the former setting «Validating sends assembled».
SETTING = ("marketplace_account", "ship_on_validate")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    accounts = env["marketplace.account"].with_context(active_test=False).search([])
    accounts._ensure_schedules()
    accounts._ensure_status_maps()
    accounts.filtered(lambda account: account._has_scheme("fbo"))._ensure_fbo()
    _keep_silent_validation(cr, env)
    _keep_held_cancellations(cr)
    # Every unit of a posting was in it, as far as was known.
    cr.execute("UPDATE marketplace_order_line SET there_quantity = quantity")
    open_orders = env["marketplace.order"].search([("state", "=", "done"), ("status", "=", "to_assemble")])
    env["marketplace.marking"]._expect_units(open_orders)
    for account in accounts.filtered(lambda account: account.state == "connected"):
        # The key is asked anew: it may be allowed to do what this version can.
        env["marketplace.job"]._enqueue("account_check", account)


def _keep_silent_validation(cr, env):
    """The setting «Validating sends assembled» has become a row of the status table."""
    cr.execute("SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = %s", SETTING)
    if not cr.fetchone():
        return
    cr.execute("SELECT id FROM marketplace_account WHERE NOT ship_on_validate")
    silent = env["marketplace.account"].browse(row_id for (row_id,) in cr.fetchall())
    rows = silent.status_trigger_ids.filtered(lambda row: row.event == "validated")
    rows.write({"message": "nothing"})


def _keep_held_cancellations(cr):
    """Postings whose goods had to come back, in the terms of this version."""
    cr.execute(
        """
        UPDATE marketplace_order
           SET cancel_state = 'hold', goods_state = 'packed', cancelled_at = observed_at
         WHERE status = 'cancelled' AND problem_kind = 'cancel'
        """
    )
    cr.execute(
        """
        UPDATE marketplace_order posting
           SET cancel_state = 'done', goods_state = 'none', cancelled_at = observed_at
          FROM sale_order sale
         WHERE sale.id = posting.sale_order_id AND sale.state = 'cancel'
           AND posting.status = 'cancelled' AND posting.cancel_state IS NULL
        """
    )
