"""The people of chaos.py, run inside `odoo shell`: packer, driver, whoever takes goods back and links products.

They press what the views offer. What they have done with their hands is written to ``journal.json``, which the
verdict counts the stock by. Files in CHAOS_FOLDER: ``plan.json`` to read; ``map`` and ``stop`` are signals.
"""

import json
import os
import time
import urllib.request
from pathlib import Path

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

FOLDER = Path(os.environ["CHAOS_FOLDER"])
URL = os.environ["CHAOS_SIMULATOR"]
BATCH = 15
#: Jobs that are there all day long and wait for nobody.
POLLS = ("orders_poll", "statuses_poll", "fbo_poll", "returns_poll", "own_returns_poll", "cancel_requests_poll")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def say(**values):
    print(json.dumps(values), flush=True)


class People:
    def __init__(self, env):
        self.env = env
        self.orders = env["marketplace.order"]
        self.plan = {}
        #: Numbers whose goods were packed, and taken back; [number, sku, units] of returns that were received.
        self.packed, self.back, self.received = [], [], []
        self.begun, self.mapped, self.clicks, self.repeated = {}, False, {}, 0
        self.odd_batch = False

    def work(self):
        say(ready=True)
        while not (FOLDER / "stop").exists():
            self.plan = json.loads((FOLDER / "plan.json").read_text())
            for step in (
                self.begin_doomed,
                self.pack_doomed,
                self.pack,
                self.print_labels,
                self.drive,
                self.take_back,
                self.receive,
                self.link,
            ):
                self.attempt(step)
            self.report()
            time.sleep(0.2)
        self.report()

    def attempt(self, step):
        """As Odoo does with a click: tried again later when it lost a race, a refusal is read and lived with."""
        after = None
        try:
            after = step()
            self.env.cr.commit()  # pylint: disable=invalid-commit
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()
            self.repeated += 1
            after = None
        except UserError:
            self.env.cr.rollback()
            self.count(f"refused: {step.__name__}")
            after = None
        self.env.invalidate_all()
        if after:
            after()

    def count(self, what, units=1):
        self.clicks[what] = self.clicks.get(what, 0) + units

    # -- packing -------------------------------------------------------------------------------------------------------
    def get_open(self, limit):
        """Postings whose goods lie on the shelf and should not."""
        found = self.orders.search(
            [
                ("state", "=", "done"),
                ("status", "=", "to_assemble"),
                ("ship_state", "=", "none"),
                ("scheme", "!=", "fbo"),
                ("cancel_state", "=", False),
            ],
            limit=limit,
            order="id",
        )
        return found.filtered(lambda order: order.number in self.plan)

    def is_doomed(self, order):
        return self.plan[order.number]["cancel"] == "packing"

    def begin_doomed(self):
        """The packer takes the goods of those into her hands that are cancelled in this very moment."""
        chosen = self.get_open(None).filtered(lambda order: self.is_doomed(order) and order.number not in self.begun)
        chosen.picking_ids.write({"printed": True})
        return lambda: self.cancel_there(chosen.mapped("number"))

    def cancel_there(self, numbers):
        for number in numbers:
            request = urllib.request.Request(
                f"{URL}/control/ozon/postings/{number}/cancel",
                b'{"by": "client"}',
                {"Content-Type": "application/json"},
            )
            OPENER.open(request, timeout=60).read()
            self.begun[number] = True

    def pack_doomed(self):
        """Half of them she finishes all the same, whether the news has come meanwhile or not."""
        hurried = [number for number in self.begun if self.plan[number]["hurry"]]
        domain = [("marketplace_number", "in", hurried), ("state", "=", "assigned"), ("return_id", "=", False)]
        return self.validate(self.env["stock.picking"].search(domain))

    def pack(self):
        """A batch: by the list's button, or by validating the deliveries."""
        orders = self.get_open(3 * BATCH).filtered(lambda order: not self.is_doomed(order))[:BATCH]
        if not orders:
            return None
        self.odd_batch = not self.odd_batch
        pickings = orders.picking_ids
        if not self.odd_batch:
            return self.validate(pickings.filtered(lambda picking: picking.state == "assigned"))
        orders.action_ship()
        return lambda: self.note_packed(pickings)

    def validate(self, pickings):
        if pickings:
            pickings.with_context(skip_sms=True).button_validate()
        return lambda: self.note_packed(pickings)

    def note_packed(self, pickings):
        done = pickings.filtered(lambda picking: picking.state == "done")
        self.packed += [number for number in done.mapped("marketplace_number") if number not in self.packed]

    def print_labels(self):
        ready = self.orders.search(
            [("label_state", "=", "ready"), ("label_printed_at", "=", False), ("cancel_state", "=", False)], limit=BATCH
        )
        if ready:
            ready.action_print_labels()

    # -- own delivery --------------------------------------------------------------------------------------------------
    def drive(self):
        """The driver reports one step of each parcel."""
        parcels = self.orders.search(
            [
                ("scheme", "=", "rfbs"),
                ("status", "in", ("assembled", "handed_over", "delivering")),
                ("ship_state", "=", "shipped"),
                ("delivery_target", "=", False),
            ]
        )
        for parcel in parcels.filtered(lambda order: order.number in self.plan):
            goal = self.plan[parcel.number]["goal"]
            if goal == "awaiting_deliver":
                continue
            if not parcel.delivery_step:
                parcel.action_courier()
            elif parcel.delivery_step == "delivering" and goal in ("last_mile", "delivered"):
                parcel.action_last_mile()
            elif parcel.delivery_step == "last_mile" and goal == "delivered":
                parcel.action_delivered()

    # -- goods come back -----------------------------------------------------------------------------------------------
    def take_back(self):
        held = self.orders.search([("cancel_state", "=", "hold"), ("scheme", "!=", "fbo")])
        held = held.filtered(lambda order: order.number in self.plan and self.may_come_back(order))
        if not held:
            return None
        held.action_goods_back()
        return lambda: self.note_back(held)

    def may_come_back(self, order):
        """Packed goods lie here; those that had left have to arrive first."""
        arrived = order.return_ids and all(item.stage == "received" for item in order.return_ids)
        return self.plan[order.number]["back"] and (order.goods_state in ("none", "packed") or arrived)

    def note_back(self, orders):
        self.back += orders.filtered(lambda order: order.cancel_state == "done").mapped("number")

    def receive(self):
        arrived = self.env["marketplace.return"].search(
            [("state", "=", "open"), ("stage", "=", "received"), ("order_id.cancel_state", "=", False)]
        )
        if not arrived:
            return None
        wizard = self.env["marketplace.return.receive"].create({"return_ids": arrived.ids})
        wizard.action_receive()
        return lambda: self.note_received(arrived)

    def note_received(self, returns):
        for item in returns.filtered(lambda row: row.state == "received"):
            self.received.append([item.number, item.sku, item.quantity])

    # -- listings ------------------------------------------------------------------------------------------------------
    def link(self):
        """Near the evening somebody finds out what the first of the unknown articles is."""
        if self.mapped or not (FOLDER / "map").exists():
            return None
        offer = self.env["marketplace.offer"].search([("article", "=", os.environ["CHAOS_MAPPED"])])
        offer.product_id = self.env["product.product"].search([("default_code", "=", "FOUND")])
        return lambda: setattr(self, "mapped", True)

    # -- telling -------------------------------------------------------------------------------------------------------
    def report(self):
        jobs = self.env["marketplace.job"]._read_group(
            [("state", "in", ("pending", "running")), ("operation", "not in", POLLS)], ["operation"], ["__count"]
        )
        journal = {"packed": self.packed, "back": self.back, "received": self.received}
        (FOLDER / "journal.new").write_text(json.dumps(journal))
        (FOLDER / "journal.new").rename(FOLDER / "journal.json")
        say(
            jobs=dict(jobs),
            open=len(self.get_open(None)),
            packed=len(self.packed),
            back=len(self.back),
            received=len(self.received),
            refused=self.clicks,
            repeated=self.repeated,
            mapped=self.mapped,
        )
        self.env.cr.commit()  # pylint: disable=invalid-commit


People(env).work()  # noqa: F821 - the shell's
