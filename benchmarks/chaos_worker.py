"""One of the two workers of chaos.py, run inside `odoo shell`: all that the scheduled actions do, and the web hook.

CHAOS_FOLDER  ``plan.json`` (postings and what they suffer); a file ``last`` ends the day
"""

import json
import os
import time
from pathlib import Path

from odoo.addons.sale_marketplace.benchmarks.scheduled import attempt, run_lanes, say
from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.models import marketplace_job_engine

# Odoo runs the lanes side by side; in one process they take turns.
marketplace_job_engine.RUN_SECONDS = 3

LANES = ("orders", "labels", "catalogue", "notifications")
POLLS = ("orders_poll", "statuses_poll", "fbo_poll", "returns_poll", "own_returns_poll", "cancel_requests_poll")
FOLDER = Path(os.environ["CHAOS_FOLDER"])
#: Seconds between two readings of everything.
PACE = float(os.environ.get("CHAOS_PACE", "5"))


def poll(env, account):
    for operation in POLLS:
        env["marketplace.job"]._enqueue(operation, account)


def receive_pushes(env, account, told):
    """News of some postings are delivered twice, to both workers."""
    plan = json.loads((FOLDER / "plan.json").read_text())
    for number, fate in plan.items():
        if not fate["twice"] or number in told:
            continue
        told.add(number)
        kind = "order_new"
        event = dto.Event(
            kind=kind,
            key=f"{number}:{kind}",
            raw_kind="TYPE_NEW_POSTING",
            order_number=number,
            scheme="fbo" if fate["scheme"] == "fbo" else "",
        )
        for _delivery in range(2):
            fresh = env["marketplace.event"]._receive(account, [event])
            env["marketplace.event.dispatcher"]._dispatch(fresh)


def work(env):
    account = env["marketplace.account"].search([])
    told, next_poll = set(), 0
    say(ready=True)
    while not (FOLDER / "last").exists():
        if time.monotonic() > next_poll:
            attempt(env, lambda: poll(env, account))
            attempt(env, lambda: receive_pushes(env, account, told))
            next_poll = time.monotonic() + PACE
        run_lanes(env, LANES)
        time.sleep(0.05)
    attempt(env, lambda: poll(env, account))
    while env["marketplace.job"].search_count([("state", "in", ("pending", "running"))]):
        run_lanes(env, LANES)
        time.sleep(0.2)
        env.cr.commit()
    say(done=True)


work(env)  # noqa: F821 - the shell's
