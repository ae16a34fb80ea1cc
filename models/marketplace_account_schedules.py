from odoo import models

from ..engine import OPERATIONS
from ..marketplaces.feeds import get_feed_profile
from .marketplace_schedule import OFF_WHERE_ADDED, TASKS


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _ensure_schedules(self):
        """Each account has one row per task that its marketplace knows; new tasks of later versions are added to
        existing accounts, some of them switched off there."""
        for account in self:
            possible = {None, *account._get_info().operations}
            known = set(account.with_context(active_test=False).schedule_ids.mapped("task"))
            self.env["marketplace.schedule"].create(
                [
                    {
                        "account_id": account.id,
                        "task": task,
                        "active": active and not (known and task in OFF_WHERE_ADDED),
                        "kind": kind,
                        "every": every,
                        "times": "03:30" if kind == "times" else False,
                        "sequence": position,
                    }
                    for position, (task, (_label, operation, active, kind, every)) in enumerate(TASKS.items())
                    if task not in known and OPERATIONS[operation].needs in possible and account._knows_task(task)
                ]
            )

    def _knows_task(self, task):
        """Whether the account's marketplace has what a task is about."""
        self.ensure_one()
        return task != "feed" or bool(get_feed_profile(self.marketplace))

    def _get_schedule(self, task):
        return self.with_context(active_test=False).schedule_ids.filtered(lambda schedule: schedule.task == task)

    def _get_schedule_of_operation(self, operation):
        """The schedule whose task is this job operation; empty where a job was started otherwise."""
        tasks = [task for task, spec in TASKS.items() if spec[1] == operation]
        return self.with_context(active_test=False).schedule_ids.filtered(lambda schedule: schedule.task in tasks)
