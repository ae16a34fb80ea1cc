"""The bad day: postings of all schemes, wrong ones among them, cancelled and delivered twice, through failing calls,
two workers, one of them killed; people at work meanwhile. In the evening the books are compared with what happened.

Run by scripts/chaos.sh, which prepares the database. Plain Python: Odoo runs in processes of its own.

CHAOS_DB          the database, with the addon installed
CHAOS_POSTINGS    1000
CHAOS_SEED        other postings, other moments; printed, so that a run can be repeated
CHAOS_PATIENCE    600 for 1000 postings; seconds until what is not done after the last posting counts as stuck
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chaos_cabinet import UNMATCHED, Cabinet
from chaos_verdict import Verdict
from worker import SimulatorProcess, Worker, get_goods

POSTINGS = int(os.environ.get("CHAOS_POSTINGS", "1000"))
SEED = int(os.environ.get("CHAOS_SEED", "42"))
PATIENCE = float(os.environ.get("CHAOS_PATIENCE") or max(240, POSTINGS * 0.6))
WAVES = 20
#: Seconds between two waves of postings.
PAUSE = max(0.8, POSTINGS / 400)
#: One call in ten fails, in one of these ways.
FAULTS = (
    {"kind": "status", "status": 500},
    {"kind": "rate_limit", "retry_after": 1},
    {"kind": "drop"},
    {"kind": "accept_then_timeout", "delay": 0.5},
    {"kind": "slow", "delay": 0.5},
)
PROBABILITY = 0.025


class Day:
    def __init__(self, simulator, folder):
        self.simulator, self.folder = simulator, Path(folder)
        self.chance = random.Random(SEED)
        self.cabinet = Cabinet(simulator, get_goods(), POSTINGS, SEED)
        self.environment = {
            "CHAOS_FOLDER": str(folder),
            "CHAOS_SIMULATOR": simulator.url,
            "CHAOS_MAPPED": UNMATCHED[0],
            "CHAOS_PACE": str(max(2, POSTINGS / 200)),
        }
        self.workers, self.people = [], None
        self.faults = (0, 0)

    def start(self, script, role, **environment):
        return Worker(script, role, os.environ["CHAOS_DB"], {**self.environment, **environment})

    def signal(self, name):
        (self.folder / name).touch()

    def share_plan(self):
        plan = self.folder / "plan.new"
        plan.write_text(json.dumps(self.cabinet.fates))
        plan.rename(self.folder / "plan.json")

    # -- the day -------------------------------------------------------------------------------------------------------
    def begin(self):
        self.cabinet.open()
        self.start("crash_worker.py", "prepare", CRASH_ROLE="prepare", CRASH_SIMULATOR=self.simulator.url).finish()
        self.start("chaos_books.py", "prepare", CHAOS_ROLE="prepare").finish()
        self.share_plan()
        self.workers = [self.start("chaos_worker.py", f"worker {number}") for number in (1, 2)]
        self.people = self.start("chaos_people.py", "people")
        for process in (*self.workers, self.people):
            process.read()
            process.listen()
        for fault in FAULTS:
            self.simulator.control("POST", "faults", {"path": "/v", "probability": PROBABILITY, "times": None, **fault})

    def storm(self):
        death = self.chance.randint(6, 14)
        for wave in range(WAVES):
            self.cabinet.buy(POSTINGS * (wave + 1) // WAVES - POSTINGS * wave // WAVES)
            self.share_plan()
            if wave == death:
                self.replace_worker()
            self.live(PAUSE)

    def live(self, seconds):
        end = time.monotonic() + seconds
        while True:
            for process in (*self.workers, self.people):
                process.check()
            self.cabinet.tick()
            self.share_plan()
            if time.monotonic() > end:
                return
            # Looking at all of them is work for the simulator, too.
            time.sleep(max(0.5, POSTINGS / 2000))

    def replace_worker(self):
        time.sleep(self.chance.uniform(0, 0.5))
        self.workers[0].process.kill()
        self.workers[0].process.wait()
        print(f"   kill -9 of one worker after {len(self.cabinet.fates)} postings", flush=True)
        self.workers[0] = self.start("chaos_worker.py", "the new worker")
        self.workers[0].listen()

    def settle(self):
        """The evening: whoever was to be cancelled is, faults end, everything that is under way comes to its end."""
        end = time.monotonic() + PATIENCE
        self.live(4)
        self.cabinet.cancel_rest()
        self.signal("map")
        quiet, told = 0, 0
        while quiet < 3 and time.monotonic() < end:
            self.live(2)
            quiet = quiet + 1 if self.is_quiet() else 0
            if time.monotonic() > told + 10:
                told = time.monotonic()
                print(f"   {len(self.cabinet.get_unfinished())} postings under way, {self.people.last}", flush=True)
            if self.is_nearly_done():
                self.heal()
        self.heal()
        self.signal("stop")
        self.wait_for(self.people)
        self.signal("last")
        for worker in self.workers:
            self.wait_for(worker)

    def wait_for(self, process):
        try:
            process.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"   the process «{process.role}» still works after {PATIENCE:.0f} s")
            process.process.kill()
        else:
            process.check()

    def is_quiet(self):
        last = self.people.last
        rest = self.cabinet.get_unfinished() or self.cabinet.get_returns_underway() or last.get("open")
        return last.get("mapped") and not last.get("jobs") and not rest

    def is_nearly_done(self):
        return len(self.cabinet.get_unfinished()) < POSTINGS / 20

    def heal(self):
        if not self.faults[0]:
            faults = self.simulator.control("GET", "faults")["faults"]
            total = self.simulator.control("GET", "requests?last=1")["total"]
            self.faults = (sum(fault["fired"] for fault in faults), total)
            self.simulator.control("DELETE", "faults")

    def judge(self):
        books = self.start("chaos_books.py", "count", CHAOS_ROLE="count").finish()
        journal = json.loads((self.folder / "journal.json").read_text())
        self.cabinet.look()
        return Verdict(self.cabinet, journal, books)


def tell(day, verdict, seconds):
    fates = list(day.cabinet.fates.values())
    told = {
        "postings": len(fates),
        "unmatched": sum(fate["kind"] == "unmatched" for fate in fates),
        "with a total off by 0.01": sum(fate["kind"] == "total" for fate in fates),
        "told of four times by two workers": sum(fate["twice"] for fate in fates),
        "cancelled": sum(row["status"] == "cancelled" for row in day.cabinet.rows.values()),
        "returns": sum(len(ids) for ids in day.cabinet.returns.values()),
    }
    print("   " + ", ".join(f"{count} {what}" for what, count in told.items()))
    print(f"   {day.faults[0]} of {day.faults[1]} calls failed")
    print(f"   people: {json.dumps(day.people.last, ensure_ascii=False)}")
    for what, found in verdict.findings:
        if found:
            print(f"   {len(found):4}  {what}: {'; '.join(map(str, found[:3]))}")
    print("   What a person still has to click:")
    for what, count in verdict.get_clicks():
        print(f"   {count:4}  {what}")
    for kind in ("lost", "doubled", "stuck", "wrongly booked"):
        print(f"   {kind} = {verdict.count(kind)}")
    print(f"   {seconds:.0f} seconds")


def main():
    print(f"   {POSTINGS} postings, CHAOS_SEED={SEED}", flush=True)
    started = time.monotonic()
    options = {"products": 0, "postings": 0, "ship_delay": 0.5, "label_delay": 1, "no_limits": True, "seed": SEED}
    with SimulatorProcess(**options) as simulator, tempfile.TemporaryDirectory() as folder:
        day = Day(simulator, folder)
        try:
            day.begin()
            day.storm()
            print(f"   all postings are there after {time.monotonic() - started:.0f} s", flush=True)
            day.settle()
            verdict = day.judge()
        finally:
            for process in (*day.workers, day.people):
                if process and process.process.poll() is None:
                    process.process.kill()
    tell(day, verdict, time.monotonic() - started)
    return any(found for _what, found in verdict.findings)


if __name__ == "__main__":
    sys.exit(main())
