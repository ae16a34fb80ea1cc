"""Compares Odoo's books with what happened: the simulator knows the postings, the journal what hands have done.

Nothing here asks the addon what it thinks of itself: each check counts rows.
"""

from collections import Counter, defaultdict

STOCK = 5000
#: Statuses there that mean that an FBO posting's goods have left.
GONE = ("delivering", "delivered")


class Verdict:
    """``findings``: [("kind: what", [examples])]; all of them must be empty."""

    def __init__(self, cabinet, journal, books):
        self.there, self.fates = cabinet.rows, cabinet.fates
        self.returns, self.journal, self.books = cabinet.returns, journal, books
        self.orders = {order["number"]: order for order in books["orders"]}
        self.sales = defaultdict(list)
        for sale in books["sales"]:
            self.sales[sale["number"]].append(sale)
        self.pickings = defaultdict(list)
        for picking in books["pickings"]:
            self.pickings[picking["number"]].append(picking)
        self.findings = [*self.find_lost(), *self.find_doubled(), *self.find_stuck(), *self.find_wrong()]

    def count(self, kind):
        return sum(len(found) for what, found in self.findings if what.startswith(kind))

    def is_cancelled(self, number):
        return self.there[number]["status"] == "cancelled"

    def is_held(self, order):
        """It stands still on purpose, and says why."""
        return order["state"] in ("mapping", "problem") and bool(order["problem_kind"] and order["problem"])

    # -- lost ----------------------------------------------------------------------------------------------------------
    def find_lost(self):
        unknown = [number for number in self.there if number not in self.orders]
        homeless = [
            f"{number} {order['state']} {order['problem_kind']}"
            for number, order in self.orders.items()
            if not (self.sales[number] or self.is_held(order) or order["state"] in ("cancelled", "child"))
        ]
        unkept = [
            f"{number} {order['sale_state']}"
            for number, order in self.orders.items()
            if self.sales[number] and not self.is_cancelled(number) and order["sale_state"] != "sale"
        ]
        returned = {row["external_id"] for row in self.books["returns"]}
        missing = [key for ids in self.returns.values() for key in ids if str(key) not in returned]
        untold = [
            number for number, fate in self.fates.items() if fate["twice"] and number not in self.get_event_numbers()
        ]
        return [
            ("lost: postings that Odoo does not know", unknown),
            ("lost: neither order nor waiting with a reason", homeless),
            ("lost: alive there, its order not confirmed here", unkept),
            ("lost: returns that Odoo does not know", missing),
            ("lost: pushes", untold),
        ]

    def get_event_numbers(self):
        return {event["number"] for event in self.books["events"]}

    # -- doubled -------------------------------------------------------------------------------------------------------
    def find_doubled(self):
        numbers = Counter(order["number"] for order in self.books["orders"])
        sales = {number: len(rows) for number, rows in self.sales.items() if len(rows) > 1}
        deliveries, returns = [], []
        for number, rows in self.pickings.items():
            live = [row for row in rows if row["kind"] == "outgoing" and row["state"] != "cancel"]
            if number and len(live) > 1:
                deliveries.append(f"{number} {[row['state'] for row in live]}")
            out = sum(row["units"] for row in rows if row["kind"] == "outgoing")
            back = sum(row["units"] for row in rows if row["kind"] == "return")
            if number and back > out:
                returns.append(f"{number}: {back} back of {out}")
        ships = [row["number"] for row in self.there.values() if row["ship_accepted"] > 1]
        labels = [order["number"] for order in self.books["orders"] if order["label_files"] > 1]
        return [
            ("doubled: postings", [number for number, times in numbers.items() if times > 1]),
            ("doubled: sale orders", list(sales)),
            ("doubled: deliveries", deliveries),
            ("doubled: goods that came back more than once", returns),
            ("doubled: accepted more than once", ships),
            ("doubled: label files", labels),
        ]

    # -- stuck ---------------------------------------------------------------------------------------------------------
    def find_stuck(self):
        jobs = [
            f"{job['operation']} {job['number']} {job['state']}: {job['error']}"
            for job in self.books["jobs"]
            if job["state"] != "failed" or not job["error"]
        ]
        halfway, behind, unshipped, unlabelled = [], [], [], []
        for number, order in self.orders.items():
            row = self.there.get(number)
            if order["ship_state"] in ("sending", "sent") or order["label_state"] == "waiting" or order["to_apply"]:
                halfway.append(
                    f"{number} ship {order['ship_state']}, label {order['label_state']}, {order['to_apply']}"
                )
            elif order["delivery_target"] and not order["delivery_problem"]:
                halfway.append(f"{number} to tell: {order['delivery_target']}")
            if row and row["status"] != order["raw_status"]:
                behind.append(f"{number} {order['raw_status']}, there {row['status']}")
            if row and not self.is_cancelled(number) and order["state"] == "done" and order["scheme"] != "fbo":
                if order["ship_state"] != "shipped" and not order["ship_problem"]:
                    unshipped.append(f"{number} {order['ship_state']}")
                elif order["scheme"] == "fbs" and not order["has_label"] and not order["label_problem"]:
                    unlabelled.append(f"{number} {order['label_state']}")
        short = [
            f"{number} {row['status']} instead of {self.fates[number]['goal']}"
            for number, row in self.there.items()
            if self.fates[number]["kind"] == "ordinary" and not self.has_arrived(number)
        ]
        asleep = [
            f"{row['external_id']} {row['stage']} {row['state']}"
            for row in self.books["returns"]
            if row["stage"] == "received"
            and row["state"] == "open"
            and not row["problem"]
            and not self.orders.get(row["number"], {}).get("cancel_state")
        ]
        return [
            ("stuck: jobs", jobs),
            ("stuck: half done", halfway),
            ("stuck: not the status that it has there", behind),
            ("stuck: not assembled", unshipped),
            ("stuck: without a label", unlabelled),
            ("stuck: not where it should have come to", short),
            ("stuck: returns that arrived and were not received", asleep),
        ]

    def has_arrived(self, number):
        row, goal, order = self.there[number], self.fates[number]["goal"], self.orders.get(number)
        if row["status"] == "cancelled" or (order and order["needs_attention"]):
            return True
        if goal == "last_mile":
            return row["substatus"] == "posting_in_courier_service"
        return row["status"] == goal

    # -- wrongly booked ------------------------------------------------------------------------------------------------
    def find_wrong(self):
        totals, kept, undelivered, early = [], [], [], []
        for number, order in self.orders.items():
            row, sales = self.there.get(number), self.sales[number]
            live = [sale for sale in sales if sale["state"] != "cancel"]
            if row and any(sale["total"] != row["total"] for sale in live):
                totals.append(f"{number} {live[0]['total']}, there {row['total']}")
            if row and self.is_cancelled(number) and live and not self.is_properly_held(order):
                kept.append(f"{number} {order['cancel_state']} {order['goods_state']} {order['sale_state']}")
            done = any(p["state"] == "done" and p["kind"] == "outgoing" for p in self.pickings[number])
            if row and order["scheme"] == "fbo" and row["status"] in GONE and order["state"] == "done" and not done:
                undelivered.append(f"{number} {row['status']}")
            if row and row["ship_accepted"] and number not in self.journal["packed"]:
                early.append(number)
        unheld = [
            number
            for number, fate in self.fates.items()
            if fate["kind"] == "total" and self.sales[number] and not self.is_cancelled(number)
        ]
        reserved = [
            f"{number} {picking['state']} {picking['reserved']}"
            for number, pickings in self.pickings.items()
            for picking in pickings
            if picking["reserved"] and picking["state"] != "cancel" and self.is_settled(number)
        ]
        return [
            ("wrongly booked: totals", totals),
            ("wrongly booked: a wrong total became an order", unheld),
            ("wrongly booked: cancelled there, neither cancelled nor held here", kept),
            ("wrongly booked: FBO gone there, not delivered here", undelivered),
            ("wrongly booked: told as assembled and never packed", early),
            ("wrongly booked: reserved for cancelled orders", reserved),
            ("wrongly booked: stock", [*self.compare_stock("own"), *self.compare_stock("fbo")]),
            ("wrongly booked: goods of a posting", self.compare_postings()),
            ("wrongly booked: reservations", self.compare_reservations()),
        ]

    def is_properly_held(self, order):
        return order["cancel_state"] == "hold" and order["goods_state"] and order["problem"]

    def is_settled(self, number):
        order = self.orders.get(number)
        return bool(order) and order["cancel_state"] == "done"

    def compare_stock(self, place):
        """Each product's stock against start − gone + back, counted from the simulator and the journal alone."""
        expected = self.count_fbo() if place == "fbo" else self.count_own()
        names = self.books["products"]
        actual = self.books["stock"][place]
        wrong = []
        for sku, name in names.items():
            quantity = actual.get(name, [0, 0])[0]
            if abs(quantity - STOCK - expected[sku]) > 0.001:
                wrong.append(f"{place} {name}: {quantity}, expected {STOCK + expected[sku]}")
            if quantity < 0:
                wrong.append(f"{place} {name}: {quantity} below zero")
        return wrong

    def count_own(self):
        moved = Counter()
        back = set(self.journal["back"])
        for number in self.journal["packed"]:
            if number not in back:
                self.add_units(moved, number, -1)
        for number, sku, quantity in self.journal["received"]:
            # Of what came back as a whole later this was a part.
            if number not in back:
                moved[sku] += quantity
        return moved

    def count_fbo(self):
        moved = Counter()
        for number, row in self.there.items():
            if row["scheme"] == "fbo" and row["status"] in GONE and self.sales[number]:
                self.add_units(moved, number, -1)
        for number, ids in self.returns.items():
            for scheme, _stage in ids.values():
                # What was cancelled before it became an order has not left Odoo's stock.
                if scheme == "fbo" and self.sales[number]:
                    moved[str(self.there[number]["lines"][0]["sku"])] += 1
        return moved

    def compare_postings(self):
        """The same, posting by posting: units that are gone, less those that came back."""
        expected = Counter()
        for number, row in self.there.items():
            gone = row["scheme"] == "fbo" and row["status"] in GONE and self.sales[number]
            if gone or number in self.journal["packed"] and number not in self.journal["back"]:
                expected[number] += sum(line["quantity"] for line in row["lines"])
            if self.sales[number]:
                expected[number] -= sum(scheme == "fbo" for scheme, _stage in self.returns.get(number, {}).values())
        for number, _sku, quantity in self.journal["received"]:
            if number not in self.journal["back"]:
                expected[number] -= quantity
        wrong = []
        for number, units in expected.items():
            rows = self.pickings[number]
            net = sum(row["units"] * (-1 if row["kind"] == "return" else 1) for row in rows)
            if net != units:
                states = [(row["kind"], row["state"], row["units"]) for row in rows]
                wrong.append(f"{number} {self.there[number]['status']}: {net} units gone, expected {units}: {states}")
        return wrong

    def add_units(self, moved, number, sign):
        for line in self.there[number]["lines"]:
            moved[str(line["sku"])] += sign * line["quantity"]

    def compare_reservations(self):
        """What a location says is reserved against what its open deliveries hold."""
        held = sum(picking["reserved"] for picking in self.books["pickings"] if picking["state"] != "cancel")
        said = sum(row[1] for place in self.books["stock"].values() for row in place.values())
        return [] if abs(held - said) < 0.001 else [f"{said} reserved, deliveries hold {held}"]

    # -- what is left to people ----------------------------------------------------------------------------------------
    def get_clicks(self):
        """[(what, how many)], the most frequent first."""
        found = Counter()
        for order in self.books["orders"]:
            if order["state"] == "mapping":
                found["link a listing to a product"] += 1
            elif order["cancel_state"] == "hold":
                found[f"cancelled, goods {order['goods_state']}: press «Goods are back»"] += 1
            elif order["needs_attention"]:
                kind = order["problem_kind"] or ("ship" if order["ship_problem"] else "label or delivery")
                found[f"read a problem: {kind}"] += 1
        for item in self.books["returns"]:
            if item["state"] == "open" and item["stage"] == "received":
                found["receive a return"] += 1
        for job in self.books["jobs"]:
            if job["state"] == "failed":
                found[f"failed job: {job['operation']}"] += 1
        return found.most_common()
