"""What Odoo does with scheduled actions, for scripts inside `odoo shell` that stand for them."""

import json

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


def say(**values):
    """One line of JSON for the process that listens."""
    print(json.dumps(values), flush=True)


def attempt(env, action):
    """What lost a race is done again later."""
    try:
        action()
        env.cr.commit()
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        env.cr.rollback()
    env.invalidate_all()


def run_lanes(env, lanes):
    for lane in lanes:
        attempt(env, lambda lane=lane: env["marketplace.job"]._cron_run_lane(lane))
