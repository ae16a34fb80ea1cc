"""A storm of calls: shipments of both schemes, each announced one to three times, in disorder, some of them not at all;
some cancelled, some before they are announced. One server hears the calls, two workers do the work. In the end every
shipment is there once, and every buyer's wish.

Run by scripts/storm.sh, which prepares the database. Plain Python: Odoo runs in processes of its own.

STORM_DB          the database, with the addon installed
STORM_SHIPMENTS   1000
STORM_SEED        other shipments, another order; printed, so that a run can be repeated
STORM_PATIENCE    300, seconds for what is left after the last call
"""

import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from pathlib import Path
from urllib.parse import urlsplit

from server import Server
from storm_verdict import judge
from worker import SimulatorProcess, Worker, get_goods

SHIPMENTS = int(os.environ.get("STORM_SHIPMENTS", "1000"))
SEED = int(os.environ.get("STORM_SEED", "42"))
PATIENCE = float(os.environ.get("STORM_PATIENCE", "300"))
WAVES = 10 if SHIPMENTS >= 200 else 3
CALLERS = 8
#: merchant → scheme
SHOPS = {"5046": "fbs", "175000": "rfbs"}
#: The API knows a shipment so many seconds after its call.
BEHIND = 2
#: How many of a hundred: nobody ever hears a call about them; a buyer cancels before, or after they are announced.
LOST, EARLY, LATE = 10, 7, 8
REPEATS = (1, 2, 2, 3)


class Storm:
    def __init__(self, simulator, url, tokens):
        self.simulator, self.url, self.tokens = simulator, url, tokens
        self.chance = random.Random(SEED)
        self.fates = {}
        #: Calls by the wave that they belong to: (path, body)
        self.waves = [[] for _wave in range(WAVES + 1)]
        self.answers = Counter()
        self.slowest = 0

    def tell_addresses(self):
        for shop, token in self.tokens.items():
            address = f"{self.url}/marketplace/webhook/{token}/order"
            body = {"merchant_id": shop, "new_url": f"{address}/new", "cancel_url": f"{address}/cancel"}
            self.simulator.control("POST", "megamarket/merchants", body)

    # -- the marketplace -----------------------------------------------------------------------------------------------
    def buy(self, wave, count):
        """Buyers order; what becomes of each is decided here."""
        for shop in SHOPS:
            share = count // 2 if shop == "5046" else count - count // 2
            body = {"account": shop, "postings": [self.describe(shop) for _place in range(share)]}
            for number in self.simulator.control("POST", "megamarket/postings", body)["numbers"]:
                self.decide(number, shop, wave)

    def describe(self, shop):
        lines = [
            {"offer_id": goods["offer_id"], "quantity": self.chance.choice((1, 1, 2, 3))}
            for goods in self.chance.sample(get_goods(), self.chance.randint(1, 3))
        ]
        address = {"city": "Казань", "postal_code": str(self.chance.randint(420000, 420999)), "street": "Баумана"}
        fee = {"delivery_price": 300} if shop == "175000" and self.chance.random() < 0.3 else {}
        return {"lines": lines, "announce": False, "customer": address, **fee}

    def decide(self, number, shop, wave):
        draw = self.chance.random() * 100
        fate = {"shop": shop, "cancel": "", "calls": 0 if draw < LOST else self.chance.choice(REPEATS), "lots": []}
        draw = self.chance.random() * 100
        fate["cancel"] = "early" if draw < EARLY else "late" if draw < EARLY + LATE else ""
        self.fates[number] = fate
        new = self.draft(number, "new") if fate["calls"] else None
        if fate["cancel"] == "early":
            self.cancel(number, wave)
        for _copy in range(fate["calls"]):
            # A cancellation that is early comes in the wave before.
            self.later(wave + (fate["cancel"] == "early") + self.chance.choice((0, 0, 1)), "new", shop, new)

    def cancel(self, number, wave):
        """Some lots or all. Of a shop that delivers by itself it is a wish, which nothing but the call tells."""
        fate = self.fates[number]
        lots = [lot["index"] for lot in self.look(number)["lots"]]
        fate["lots"] = sorted(self.chance.sample(lots, self.chance.choice((1, len(lots)))))
        body = {"items": fate["lots"], "announce": False}
        self.simulator.control("POST", f"megamarket/postings/{number}/cancel", body)
        message = self.draft(number, "cancel", items=fate["lots"])
        wished = SHOPS[fate["shop"]] == "rfbs"
        for _copy in range(self.chance.choice((1, 2, 2)) if wished or self.chance.random() > 0.1 else 0):
            self.later(wave, "cancel", fate["shop"], message)

    def draft(self, number, kind, **values):
        body = {"kind": kind, "times": 0, **values}
        return self.simulator.control("POST", f"megamarket/postings/{number}/announce", body)["message"]

    def look(self, number):
        return self.simulator.control("GET", f"megamarket/postings/{number}")

    def later(self, wave, kind, shop, message):
        path = f"/marketplace/webhook/{self.tokens[shop]}/order/{kind}"
        self.waves[min(wave, WAVES)].append((path, json.dumps(message).encode()))

    # -- the calls -----------------------------------------------------------------------------------------------------
    def blow(self):
        for wave in range(WAVES):
            # Buyers of the wave before change their minds.
            for number in [number for number, fate in self.fates.items() if fate["cancel"] == "late"]:
                if not self.fates[number]["lots"]:
                    self.cancel(number, wave)
            self.buy(wave, SHIPMENTS * (wave + 1) // WAVES - SHIPMENTS * wave // WAVES)
            self.send(self.waves[wave])
        for number, fate in self.fates.items():
            if fate["cancel"] == "late" and not fate["lots"]:
                self.cancel(number, WAVES)
        self.send(self.waves[WAVES])

    def send(self, calls):
        self.chance.shuffle(calls)
        queue = deque(calls)
        callers = [threading.Thread(target=self.call, args=(queue,)) for _place in range(CALLERS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    def call(self, queue):
        host = urlsplit(self.url).netloc
        while True:
            try:
                path, body = queue.popleft()
            except IndexError:
                return
            started = time.monotonic()
            connection = http.client.HTTPConnection(host, timeout=60)
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            told = answer.read()
            connection.close()
            accepted = answer.status == 200 and json.loads(told)["success"] == 1
            self.answers["accepted" if accepted else f"HTTP {answer.status}"] += 1
            self.slowest = max(self.slowest, time.monotonic() - started)


def start(role, simulator, folder):
    environment = {
        "STORM_ROLE": role,
        "STORM_SIMULATOR": simulator.megamarket_url,
        "STORM_FOLDER": str(folder),
        "STORM_SHOPS": json.dumps(SHOPS),
    }
    return Worker("storm_worker.py", role, os.environ["STORM_DB"], environment)


def open_cabinet(simulator):
    for shop in SHOPS:
        products = [{**goods, "stock": 100_000} for goods in get_goods()]
        rows = [{key: row[key] for key in ("offer_id", "name", "price", "vat", "stock")} for row in products]
        simulator.control("POST", "megamarket/products", {"account": shop, "products": rows})
    simulator.control("POST", "megamarket/options", {"api_delay": BEHIND})


def settle(workers, folder):
    """No more calls come; the workers end when nothing is left to do."""
    (folder / "last").touch()
    end = time.monotonic() + PATIENCE
    while not all(worker.last.get("done") for worker in workers) and time.monotonic() < end:
        for worker in workers:
            worker.check()
        time.sleep(0.3)
    for worker in workers:
        worker.process.kill()
        worker.process.wait()


def tell(storm, findings, started):
    fates = list(storm.fates.values())
    kinds = Counter(fate["cancel"] for fate in fates)
    silent = sum(not fate["calls"] for fate in fates)
    print(f"   {len(fates)} shipments, {silent} of them announced by no call, {kinds['early']} cancelled before, "
          f"{kinds['late']} after they were announced")  # fmt: skip
    print(f"   {sum(storm.answers.values())} calls: {dict(storm.answers)}, the slowest took {storm.slowest:.2f} s")
    for what, found in findings:
        print(f"   {len(found):4}  {what}" + (f": {'; '.join(map(str, found[:3]))}" if found else ""))
    for kind in ("lost", "doubled", "wrong", "stuck"):
        print(f"   {kind} = {sum(len(found) for what, found in findings if what.startswith(kind))}")
    print(f"   {time.monotonic() - started:.0f} seconds")


def main():
    print(f"   {SHIPMENTS} shipments, STORM_SEED={SEED}", flush=True)
    started = time.monotonic()
    options = {"products": 0, "postings": 0, "no_limits": True, "seed": SEED}
    with SimulatorProcess(**options) as simulator, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_cabinet(simulator)
        tokens = start("prepare", simulator, folder).finish()["tokens"]
        workers = []
        with Server(os.environ["STORM_DB"]) as server:
            try:
                workers = [start("work", simulator, folder) for _place in range(2)]
                for worker in workers:
                    worker.read()
                    worker.listen()
                storm = Storm(simulator, server.url, tokens)
                storm.tell_addresses()
                storm.blow()
                print(f"   all calls are answered after {time.monotonic() - started:.0f} s", flush=True)
                settle(workers, folder)
            finally:
                for worker in workers:
                    if worker.process.poll() is None:
                        worker.process.kill()
        counted = start("count", simulator, folder).finish()
        there = {number: storm.look(number) for number in storm.fates}
    findings = judge(storm.fates, there, storm.answers, counted)
    tell(storm, findings, started)
    return any(found for _what, found in findings)


if __name__ == "__main__":
    sys.exit(main())
