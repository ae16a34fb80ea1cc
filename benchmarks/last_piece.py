"""Two cabinets sell the last piece of twenty products at the same moment, and two workers hear of it at once: each
piece is promised once, who goes without is seen, and both cabinets are told within the minute that there is none.

Run by scripts/crash.sh, which prepares the database. Plain Python: Odoo runs in processes of its own.

CRASH_DB          the database, with the addon installed
CRASH_PATIENCE    180, seconds for everything
"""

import os
import sys
import time
from contextlib import ExitStack
from datetime import datetime

from worker import SimulatorProcess, Worker

PATIENCE = float(os.environ.get("CRASH_PATIENCE", "180"))
ARTICLES = [f"LAST-{number:02d}" for number in range(1, 21)]
CABINETS = (3042, 3043)
WRITE = "/v2/products/stocks"
#: So many products at a time, and seconds between two times.
WAVE, PAUSE = 2, 0.7
#: A cabinet must have heard so many seconds after the sale.
MINUTE = 60


def start(role, simulators):
    environment = {
        "LAST_ROLE": role,
        "LAST_ARTICLES": ",".join(ARTICLES),
        "LAST_CABINETS": ",".join(f"{key}={each.ozon_url}" for key, each in zip(CABINETS, simulators, strict=True)),
    }
    return Worker("last_piece_worker.py", role, os.environ["CRASH_DB"], environment)


def open_cabinet(number):
    simulator = SimulatorProcess(products=0, postings=0, ship_delay=0, no_limits=True, client_id=number)
    simulator.start()
    rows = [{"offer_id": article, "name": article, "price": "100", "vat": "0"} for article in ARTICLES]
    simulator.control("POST", "ozon/products", {"products": rows})
    return simulator


def sell_everywhere(simulators, place):
    """Wave by wave, now in the one cabinet first, now in the other. Returns {article: moment of the later sale}."""
    sold = {}
    for wave in range(0, len(ARTICLES), WAVE):
        articles = ARTICLES[wave : wave + WAVE]
        simulators = simulators[::-1]
        for simulator in simulators:
            postings = [{"lines": [{"offer_id": name, "quantity": 1}], "warehouse_id": place} for name in articles]
            simulator.control("POST", "ozon/postings", {"postings": postings})
        sold.update(dict.fromkeys(articles, read_moment(simulator.control("GET", "clock")["now"])))
        time.sleep(PAUSE)
    return sold


def read_moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def get_shown(simulator, place):
    rows = simulator.control("GET", "ozon/stocks")["stocks"]
    return {row["offer_id"]: row["free"] for row in rows if row["warehouse_id"] == place}


def get_told(simulator, sold):
    """{article: seconds from the sale until the cabinet was told that there is none}"""
    told = {}
    for row in simulator.control("GET", f"requests?path={WRITE}")["requests"]:
        for pair in row["body"]["stocks"]:
            if row["status"] == 200 and pair["stock"] == 0:
                wait = (read_moment(row["at"]) - sold[pair["offer_id"]]).total_seconds()
                told.setdefault(pair["offer_id"], max(wait, 0))
    return told


def wait_for(workers):
    end = time.monotonic() + PATIENCE
    for worker in workers:
        worker.listen()
    while not all(worker.last.get("done") for worker in workers):
        for worker in workers:
            worker.check()
        if time.monotonic() > end:
            print(f"   stuck after {PATIENCE:.0f} s: {[worker.last for worker in workers]}")
            break
        time.sleep(0.2)
    for worker in workers:
        worker.process.kill()
        worker.process.wait()


def judge(counted, cabinets):
    """[(what, articles)] of everything that must be nothing. ``cabinets``: [(shown before, shown now, told)]"""
    both = 2 * len(ARTICLES)
    findings = [
        ("lost: postings without a confirmed sale order", ["…"] * (both - len(counted["confirmed"]))),
        ("doubled: pieces promised twice", [name for name in ARTICLES if counted["held"].count(name) > 1]),
        ("lost: pieces promised to nobody", [name for name in ARTICLES if name not in counted["held"]]),
        ("unseen: postings without goods that nobody sees", [n for n in ARTICLES if counted["missing"].count(n) != 1]),
        ("wrong: reserved on the shelf", [name for name, held in counted["reserved"].items() if held != 1]),
        ("stuck: jobs", counted["jobs"]),
    ]
    for before, now, told in cabinets:
        findings += [
            ("wrong: the last piece was not for sale", [name for name in ARTICLES if before.get(name) != 1]),
            ("wrong: still for sale", [name for name in ARTICLES if now.get(name) != 0]),
            ("late: not told within the minute", [name for name in ARTICLES if told.get(name, MINUTE) >= MINUTE]),
        ]
    return findings


def main():
    with ExitStack() as stack:
        simulators = []
        for number in CABINETS:
            simulators.append(open_cabinet(number))
            stack.callback(simulators[-1].stop)
        place = start("prepare", simulators).finish()["place"]
        before = [get_shown(each, place) for each in simulators]
        workers = [start("work", simulators) for _number in CABINETS]
        for worker in workers:
            worker.read()
        sold = sell_everywhere(simulators, place)
        wait_for(workers)
        now = [get_shown(each, place) for each in simulators]
        told = [get_told(each, sold) for each in simulators]
        counted = start("count", simulators).finish()
    findings = judge(counted, list(zip(before, now, told, strict=True)))
    winners = [counted["winners"].count(str(number)) for number in CABINETS]
    slowest = max([*told[0].values(), *told[1].values()], default=0)
    print(f"   {len(ARTICLES)} last pieces: {winners[0]} went to the one cabinet, {winners[1]} to the other")
    print(f"   both had heard that there are none after {slowest:.1f} s")
    for what, found in findings:
        if found:
            print(f"   {len(found):4}  {what}: {', '.join(found[:3])}")
    print(f"   wrong = {sum(len(found) for _what, found in findings)}")
    return any(found for _what, found in findings)


if __name__ == "__main__":
    sys.exit(main())
