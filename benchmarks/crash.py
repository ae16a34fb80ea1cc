"""Kill a worker at random moments while it imports and ships postings, and count what is lost, doubled or stuck.

Run by scripts/crash.sh, which prepares the database. Plain Python: Odoo runs in the processes that are killed.

CRASH_DB          the database, with the addon installed
CRASH_POSTINGS    300
CRASH_KILLS       20
CRASH_SEED        the moments of the kills; printed, so that a run can be repeated
CRASH_PATIENCE    180, seconds for the rest after the last kill
"""

import os
import random
import sys
import time

from worker import SimulatorProcess, Worker, get_goods

POSTINGS = int(os.environ.get("CRASH_POSTINGS", "300"))
KILLS = int(os.environ.get("CRASH_KILLS", "20"))
SEED = int(os.environ.get("CRASH_SEED", "42"))
PATIENCE = float(os.environ.get("CRASH_PATIENCE", "180"))
#: The worker lives for so many seconds, counted from when it is ready to work.
LIFE = (0.1, 5.0)


def start(role, simulator):
    environment = {"CRASH_ROLE": role, "CRASH_SIMULATOR": simulator.url}
    return Worker("crash_worker.py", role, os.environ["CRASH_DB"], environment)


def fill_cabinet(simulator):
    simulator.control("POST", "ozon/products", {"products": get_goods()})
    simulator.control("POST", "ozon/options", {"label_task_delay": 0})
    # A call that has arrived and whose answer never comes is the dangerous moment: make it a long one, often.
    for path in ("/v4/posting/fbs/ship", "/v2/posting/fbs/package-label"):
        simulator.control(
            "POST", "faults", {"path": path, "kind": "slow", "delay": 0.3, "probability": 0.5, "times": None}
        )


def buy(simulator, count):
    if count:
        simulator.control("POST", "ozon/postings", {"count": count, "lines_max": 3, "statuses": ["awaiting_packaging"]})


def look(simulator):
    fields = "number,status,ship_accepted"
    return simulator.control("GET", f"ozon/postings?fields={fields}")["postings"]


def run(simulator):
    chance = random.Random(SEED)
    started = time.monotonic()
    for kill in range(KILLS):
        # Work arrives all the time, so that each kill meets all kinds of it.
        buy(simulator, POSTINGS * (kill + 1) // KILLS - POSTINGS * kill // KILLS)
        worker = start("work", simulator)
        worker.read()
        time.sleep(chance.uniform(*LIFE))
        worker.kill()
        shipped = sum(row["ship_accepted"] for row in look(simulator))
        print(
            f"   kill {kill + 1:2}: after {time.monotonic() - started:3.0f} s, {shipped} postings accepted", flush=True
        )
    simulator.control("DELETE", "faults")
    worker = start("work", simulator)
    worker.read()
    return worker


def settle(simulator, worker):
    """The last worker may finish; what it cannot finish is stuck."""
    end = time.monotonic() + PATIENCE
    while True:
        time.sleep(3)
        counted = start("count", simulator).finish()
        if (len(counted["labels"]) >= POSTINGS and only_polls(counted["jobs"])) or time.monotonic() > end:
            worker.kill()
            return start("count", simulator).finish()
        if worker.process.poll() is not None:
            raise SystemExit(f"The last worker ended by itself, with status {worker.process.returncode}")


def only_polls(jobs):
    """The worker asks for new postings all the time."""
    return all(job.startswith(("orders_poll", "order_process")) for job in jobs)


def doubles(numbers):
    return sorted(number for number in set(numbers) if numbers.count(number) > 1)


def judge(postings, counted):
    """[(what, count, examples)] of everything that must be nothing."""
    numbers = {row["number"] for row in postings}
    failed = [job for job in counted["jobs"] if " failed" in job]
    stuck = sorted(numbers - set(counted["shipped"]) | numbers - set(counted["labels"]))
    return [
        ("lost: postings without a confirmed sale order", sorted(numbers - set(counted["confirmed"]))),
        (
            "lost: postings that the marketplace never accepted",
            [r["number"] for r in postings if not r["ship_accepted"]],
        ),
        ("lost: orders that were not delivered", sorted(numbers - set(counted["delivered"]))),
        ("doubled: postings", doubles(counted["postings"])),
        ("doubled: sale orders", doubles(counted["sales"])),
        ("doubled: deliveries", doubles(counted["delivered"])),
        ("doubled: accepted more than once", [r["number"] for r in postings if r["ship_accepted"] > 1]),
        ("doubled: label files", ["…"] * (counted["label_files"] - len(counted["labels"]))),
        ("stuck: not shipped or without a label", stuck),
        ("stuck: failed jobs", failed),
        ("wrong: units that left the stock", ["…"] * int(abs(counted["left"] - counted["sold"]))),
        ("wrong: units reserved for nothing", ["…"] * int(counted["reserved"])),
        ("wrong: sale orders", ["…"] * abs(len(counted["sales"]) - POSTINGS)),
    ]


def main():
    print(f"   {POSTINGS} postings, {KILLS} kills, CRASH_SEED={SEED}", flush=True)
    with SimulatorProcess(products=0, postings=0, ship_delay=0, label_delay=1, no_limits=True, seed=SEED) as simulator:
        fill_cabinet(simulator)
        start("prepare", simulator).finish()
        worker = run(simulator)
        counted = settle(simulator, worker)
        postings = look(simulator)
    verdict = judge(postings, counted)
    print(f"   {len(postings)} postings, {len(counted['sales'])} sale orders, {len(counted['labels'])} labels")
    print(f"   {counted['interrupted']} calls had been accepted when the worker died, and were not repeated")
    for what, found in verdict:
        print(f"   {len(found):4}  {what}" + (f": {', '.join(found[:3])}" if found else ""))
    for kind in ("lost", "doubled", "stuck"):
        print(f"   {kind} = {sum(len(found) for what, found in verdict if what.startswith(kind))}")
    for line in counted["unlabelled"][:5]:
        print(f"   {line}")
    return any(found for _what, found in verdict)


if __name__ == "__main__":
    sys.exit(main())
