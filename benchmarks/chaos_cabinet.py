"""The marketplace's side of a bad day: which postings come, and what buyers, carriers and the cabinet do with them."""

import random

SCHEMES = {"fbs": 60, "rfbs": 15, "fbo": 25}
#: Where a posting shall have come to at the end of the day, by scheme: status there → weight.
GOALS = {
    "fbs": {"awaiting_deliver": 5, "delivering": 2, "delivered": 3},
    "rfbs": {"awaiting_deliver": 3, "delivering": 2, "last_mile": 2, "delivered": 3},
    "fbo": {"awaiting_deliver": 1, "delivering": 2, "delivered": 7},
}
MOMENTS = {"fbs": ("before", "packing", "label", "handover"), "fbo": ("before", "handover")}
MOMENTS["rfbs"] = MOMENTS["fbs"]
#: Articles of the cabinet that no product in Odoo has; the first is mapped near the end.
UNMATCHED = ("NOBODY-KNOWS-1", "NOBODY-KNOWS-2")
RETURN_STAGES = {
    "fbs": ("MovingToSeller", "ArrivedAtReturnPlace", "ReceivedBySeller"),
    "fbo": ("MovingToOzon", "ReturnedToOzon"),
    "rfbs": ("New", "Delivering", "Approved"),
}
LAST_STAGES = {stages[-1] for stages in RETURN_STAGES.values()}
FIELDS = "number,status,substatus,scheme,ship_accepted,label_calls,total,lines"


def make_fates(count, chance):
    """What each posting of the day is to suffer; the shares are exact, the choice is the seed's."""
    fates = []
    for index in range(count):
        scheme = chance.choices(list(SCHEMES), list(SCHEMES.values()))[0]
        fates.append({"index": index, "scheme": scheme, "kind": "ordinary", "cancel": "", "twice": False})
    hundredth = max(2, count // 100)
    odd = chance.sample(fates, 2 * hundredth)
    for place, fate in enumerate(odd[:hundredth]):
        fate.update(kind="unmatched", article=UNMATCHED[place % 2])
    for fate in odd[hundredth:]:
        fate["kind"] = "total"
    for place, fate in enumerate(chance.sample(fates, max(8, count // 20))):
        moments = MOMENTS[fate["scheme"]]
        fate["cancel"] = moments[place % len(moments)]
    for fate in chance.sample(fates, max(8, count // 20)):
        fate["twice"] = True
    for fate in fates:
        goals = GOALS[fate["scheme"]]
        fate["goal"] = chance.choices(list(goals), list(goals.values()))[0]
        if fate["cancel"] == "handover":
            fate["goal"] = "delivering"
        # Of cancelled goods half come back before the evening; few buyers send theirs back.
        fate["back"] = chance.random() < 0.5
        fate["returned"] = fate["goal"] == "delivered" and fate["kind"] == "ordinary" and chance.random() < 0.08
        fate["hurry"] = chance.random() < 0.5
    return fates


class Cabinet:
    """Drives the simulator; ``fates`` by posting number."""

    def __init__(self, simulator, goods, count, seed):
        self.simulator = simulator
        self.chance = random.Random(seed)
        self.waiting = make_fates(count, self.chance)
        self.fates = {}
        self.returns = {}
        self.goods = goods
        self.skus = {}
        self.rows = {}

    def open(self):
        unknown = [
            {"offer_id": article, "name": article, "barcode": "", "price": "499.90", "vat": "0"}
            for article in UNMATCHED
        ]
        answer = self.simulator.control("POST", "ozon/products", {"products": self.goods + unknown})
        self.skus = {row["offer_id"]: row["sku"] for row in answer["products"]}
        self.simulator.control("POST", "ozon/options", {"label_task_delay": 0})

    # -- orders --------------------------------------------------------------------------------------------------------
    def buy(self, count):
        fates, self.waiting = self.waiting[:count], self.waiting[count:]
        if fates:
            specs = [self.describe(fate) for fate in fates]
            numbers = self.simulator.control("POST", "ozon/postings", {"postings": specs})["numbers"]
            self.fates.update(zip(numbers, fates, strict=True))

    def describe(self, fate):
        chosen = self.chance.sample(self.goods, self.chance.choice((1, 1, 2, 3)))
        lines = [
            {"offer_id": row["offer_id"], "quantity": self.chance.choice((1, 1, 1, 2)), "price": row["price"]}
            for row in chosen
        ]
        if fate["kind"] == "unmatched":
            lines.append({"offer_id": fate["article"], "quantity": 1, "price": "499.90"})
        spec = {"lines": lines, "scheme": fate["scheme"], "status": "awaiting_packaging"}
        if fate["kind"] == "total":
            spec["overrides"] = spec["get_overrides"] = {"financial_data": self.spoil(lines)}
        return spec

    def spoil(self, lines):
        """The money part says a kopeck more than the goods cost."""
        lines[0]["quantity"] = 1
        products = [
            {"product_id": self.skus[line["offer_id"]], "quantity": line["quantity"], "price": float(line["price"])}
            for line in lines
        ]
        products[0]["price"] = round(products[0]["price"] + 0.01, 2)
        return {"cluster_from": "", "cluster_to": "", "products": products}

    # -- one moment of the day -----------------------------------------------------------------------------------------
    def look(self):
        self.rows = {
            row["number"]: row for row in self.simulator.control("GET", f"ozon/postings?fields={FIELDS}")["postings"]
        }
        return self.rows

    def tick(self):
        for number, row in self.look().items():
            fate = self.fates[number]
            if row["status"] == "cancelled":
                fate["cancel"] = fate["cancel"] and "done"
            elif fate["cancel"] and self.is_moment(fate["cancel"], row):
                self.cancel(number)
            elif self.may_move(fate, row) and self.chance.random() < 0.4:
                self.simulator.control("POST", "ozon/progress", {"number": number})
        self.bring_back()

    def is_moment(self, moment, row):
        if moment == "packing":
            # That is the packer's moment: the people's process cancels, in the middle of it.
            return False
        reached = {
            "before": True,
            "label": row["label_calls"] > 0 or (row["scheme"] == "rfbs" and row["status"] == "awaiting_deliver"),
            "handover": row["status"] == "delivering",
        }
        return reached[moment] and self.chance.random() < 0.3

    def may_move(self, fate, row):
        """Own deliveries are reported by the driver, and nothing is fetched without a label."""
        if row["scheme"] == "rfbs" or row["status"] == fate["goal"]:
            return False
        if row["scheme"] == "fbs" and (row["status"] not in ("awaiting_deliver", "delivering")):
            return False
        return row["scheme"] == "fbo" or row["label_calls"] > 0

    def cancel(self, number):
        by = self.chance.choice(("client", "client", "ozon", "seller"))
        self.simulator.control("POST", f"ozon/postings/{number}/cancel", {"by": by})

    def cancel_rest(self):
        """Whose moment has not come by the evening is cancelled as it stands."""
        for number, row in self.look().items():
            if self.fates[number]["cancel"] not in ("", "done") and row["status"] != "cancelled":
                self.cancel(number)

    def bring_back(self):
        """Returns begin, and move on."""
        for number, row in self.rows.items():
            fate = self.fates[number]
            refused = row["status"] == "cancelled" and fate["cancel"] == "done" and fate["goal"] == "delivering"
            if number in self.returns or fate["scheme"] == "rfbs" and refused:
                continue
            if fate["returned"] and row["status"] == "delivered":
                self.returns[number] = self.add_returns(number, row["scheme"], row["lines"][:1], 1, "ClientReturn")
            elif refused and fate["back"] and row["scheme"] == "fbs" and row["ship_accepted"]:
                self.returns[number] = self.add_returns(number, "fbs", row["lines"], None, "Cancellation")
        for ids in self.returns.values():
            for number, (scheme, stage) in list(ids.items()):
                stages = RETURN_STAGES[scheme]
                if stage != stages[-1] and self.chance.random() < 0.5:
                    stage = stages[stages.index(stage) + 1]
                    self.simulator.control("POST", f"ozon/returns/{number}", {"stage": stage})
                    ids[number] = (scheme, stage)

    def add_returns(self, number, scheme, lines, quantity, kind):
        stage = RETURN_STAGES[scheme][0]
        ids = {}
        for line in lines:
            units = quantity or line["quantity"]
            body = {"number": number, "sku": line["sku"], "quantity": units, "kind": kind, "stage": stage}
            ids[self.simulator.control("POST", "ozon/returns", body)["id"]] = (scheme, stage)
        return ids

    # -- the evening ---------------------------------------------------------------------------------------------------
    def get_unfinished(self):
        """Postings that have not come where they should, though nothing holds them on purpose."""
        return [
            number
            for number, row in self.rows.items()
            if row["status"] != "cancelled"
            and not self.is_there(row, self.fates[number]["goal"])
            and self.fates[number]["kind"] == "ordinary"
        ]

    def is_there(self, row, goal):
        if goal == "last_mile":
            return row["substatus"] == "posting_in_courier_service"
        return row["status"] == goal

    def get_returns_underway(self):
        return [key for ids in self.returns.values() for key, value in ids.items() if value[1] not in LAST_STAGES]
