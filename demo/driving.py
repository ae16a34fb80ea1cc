"""What stands for time and other people in the demo: the scheduled actions, and the simulator's control API."""

import os
import time

import requests

SIMULATOR = f"http://127.0.0.1:{os.environ.get('SIMULATOR_PORT', '8169')}"
LANES = ("orders", "stock", "labels", "finance", "catalogue", "notifications")
PATIENCE = 120


def control(path, payload):
    answer = requests.post(f"{SIMULATOR}/control/{path}", json=payload, timeout=120)
    answer.raise_for_status()
    return answer.json()


def work(env, done, what):
    """Run the lanes as the scheduled actions would, until ``done()``."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"Gave up waiting for {what}: see Marketplaces / Operations / Jobs")
        env["marketplace.stock.engine"]._cron_absorb()
        for lane in LANES:
            env["marketplace.job"]._cron_run_lane(lane)
        env.cr.commit()
        env.invalidate_all()
        time.sleep(0.2)


def poll(env, account, *operations):
    """What the schedules would do in a few minutes."""
    jobs = env["marketplace.job"]
    for operation in operations:
        jobs._enqueue(operation, account, priority=1)
    wait_for(env, account, *operations)
    applied = [("account_id", "=", account.id), ("to_apply", "=", True)]
    work(env, lambda: not env["marketplace.order"].search_count(applied), "the statuses to do their work")


def wait_for(env, account, *operations):
    env.cr.commit()
    jobs = env["marketplace.job"]
    open_jobs = [
        ("account_id", "=", account.id),
        ("operation", "in", operations),
        ("state", "in", ("pending", "running")),
    ]
    work(env, lambda: not jobs.search_count(open_jobs), ", ".join(operations))
