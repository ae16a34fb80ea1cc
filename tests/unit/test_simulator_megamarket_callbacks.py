"""The simulated MegaMarket calls the merchants: bodies, success, repetitions, disorder, loss, floods."""

import base64

from ..simulator_process import ControlError
from .test_simulator_megamarket_base import DBS, GOOD, STANDARD, MegamarketCase


class TestSimulatorMegamarketCallbacks(MegamarketCase):
    def arrived(self, server, count=1):
        self.simulator.wait(lambda: len(server.received) >= count, message=f"callback {count}")
        return [row["body"]["data"]["shipments"][0] for row in server.received]

    def log(self, **wanted):
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        return self.control("GET", f"/megamarket/callbacks?{query}")["deliveries"]

    # --- bodies --------------------------------------------------------------------------------------------------
    def test_standard_bodies(self):
        server = self.listen()
        number = self.order({"offer_id": "SKU-1", "quantity": 2, "discounts": [{"type": "LOY", "amount": 400}]})
        shipment = self.arrived(server)[0]
        first = server.received[0]
        self.assertEqual((first["path"], first["body"]["meta"]), ("/new", {"source": "OMS"}))
        self.assertEqual(first["body"]["data"]["merchantId"], STANDARD)
        self.assertEqual(shipment["shipmentDate"], "2026-10-20T11:00:00+03:00")
        self.assertEqual(shipment["fulfillmentMethod"], "FULFILLMENT_BY_MERCHANT")
        self.assertEqual(
            (shipment["label"]["deliveryId"], shipment["shipping"]["shippingPoint"]), ("933021193", 132378)
        )
        self.assertFalse({"handover", "customer"} & set(shipment))
        item = shipment["items"][1]
        self.assertEqual(
            [item[name] for name in ("itemIndex", "offerId", "price", "finalPrice", "quantity", "taxRate")],
            ["2", "SKU-1", 1000, 600, 1, "22"],
        )
        self.control("POST", f"/megamarket/postings/{number}/cancel", {"items": [2]})
        canceled = self.arrived(server, 2)[1]
        self.assertEqual(server.received[1]["path"], "/cancel")
        self.assertEqual([row["itemIndex"] for row in canceled["items"]], ["2"])
        self.assertEqual(canceled["fulfillmentMethod"], "FULFILLMENT_BY_MERCHANT")
        self.assertEqual(self.statuses(number), ["NEW", "CUSTOMER_CANCELED"])

    def test_dbs_bodies(self):
        server = self.listen(account=DBS)
        lines = [{"offer_id": "SKU-1", "tax_rate": rate} for rate in ("20", "NOT", None)]
        number = self.order(*lines, account=DBS, delivery_price=800, customer={"phone": "79991112233"})
        shipment = self.arrived(server)[0]
        self.assertEqual(server.received[0]["body"]["meta"], {})
        self.assertEqual([item["taxRate"] for item in shipment["items"]], ["20", "NOT", None, None])
        self.assertEqual(shipment["items"][3]["offerId"], "delivery")
        handover = shipment["handover"]
        self.assertEqual((handover["serviceScheme"], handover["depositedAmount"]), ("DELIVERY_BY_MERCHANT", 3800))
        self.assertEqual(handover["deliveryId"], 9385695800001)
        self.assertEqual(shipment["customer"]["phone"], "79991112233")
        self.assertIn("source", shipment["customer"]["address"])
        self.assertFalse({"label", "shipping", "fulfillmentMethod"} & set(shipment))
        self.control("POST", f"/megamarket/postings/{number}/cancel", {"items": [1]})
        self.assertNotIn("fulfillmentMethod", self.arrived(server, 2)[1])

    def test_odd_bodies(self):
        server = self.listen(account=DBS)
        self.options(odd_types=True)
        self.order(account=DBS, overrides={"flags": None})
        shipment = self.arrived(server)[0]
        self.assertEqual((shipment["items"][0]["itemIndex"], shipment["handover"]["deliveryId"]), (1, "9385695800001"))
        self.assertIsNone(shipment["flags"])
        self.order(account=DBS, missing_handover=True)
        self.assertNotIn("handover", self.arrived(server, 2)[1])
        self.order(account=DBS, announce=False)
        # A call is in the log when its answer has been read, which is after it has arrived.
        self.simulator.wait(lambda: len(self.log()) == 2, message="the log of the second callback")
        self.assertEqual(self.control("GET", "/megamarket/callbacks")["waiting"], 0)

    # --- on the way ----------------------------------------------------------------------------------------------
    def test_basic_authorization(self):
        server = self.listen(login="shop", password="пароль")
        self.order()
        self.arrived(server)
        kind, _, secret = server.received[0]["headers"]["Authorization"].partition(" ")
        self.assertEqual((kind, base64.b64decode(secret).decode()), ("Basic", "shop:пароль"))
        self.merchant(login="")
        self.order()
        self.arrived(server, 2)
        self.assertNotIn("Authorization", server.received[1]["headers"])

    def test_only_success_ends_the_repetitions(self):
        refusals = [(500, GOOD), (200, {"success": 0, "meta": {}, "data": {}}), (200, b"OK")]
        server = self.listen(*refusals)
        self.options(push_retry_scale=0.0003)
        number = self.order()
        self.assertEqual({row["shipmentId"] for row in self.arrived(server, 4)}, {number})
        rows = self.simulator.wait(lambda: len(rows := self.log(number=number)) == 4 and rows)
        self.assertEqual([(row["attempt"], row["ok"]) for row in rows], [(1, False), (2, False), (3, False), (4, True)])
        self.assertEqual([row["status"] for row in rows], [500, 200, 200, 200])

    def test_four_attempts_and_no_more(self):
        self.merchant(new_url="http://127.0.0.1:9/new")
        self.options(push_retry_scale=0)
        number = self.order()
        self.simulator.wait(lambda: len(self.log(number=number)) == 4)
        answer = self.control("GET", "/megamarket/callbacks")
        self.assertEqual((answer["total"], answer["waiting"], answer["deliveries"][0]["status"]), (4, 0, 0))

    def test_repeats_and_loss(self):
        server = self.listen()
        self.options(push_duplicates=3, push_shuffle=True)
        self.order()
        self.arrived(server, 3)
        self.options(push_loss=1.0)
        lost = self.order()
        self.assertEqual([row["error"] for row in self.log(number=lost)], ["lost"] * 3)
        self.assertEqual(len(server.received), 3)
        self.assertEqual(self.get(lost)["status"], "NEW", "the API knows it all the same")

    def test_announced_on_demand(self):
        server = self.listen((503, b""))
        number = self.order(announce=False)
        answer = self.control("POST", f"/megamarket/postings/{number}/announce", {"kind": "new", "times": 2})
        self.assertEqual([row["status"] for row in answer["answers"]], [503, 200])
        self.assertEqual(answer["message"], server.received[1]["body"])
        body = {"kind": "cancel", "items": [1]}
        self.control("POST", f"/megamarket/postings/{number}/announce", body)
        self.assertEqual(server.received[2]["path"], "/cancel")
        self.assertEqual(self.statuses(number), ["NEW"], "announcing changes nothing")
        with self.assertRaises(ControlError):
            self.control("POST", f"/megamarket/postings/{number}/announce", {"kind": "old"})

    def test_flood(self):
        server = self.listen()
        body = {"account": STANDARD, "count": 40, "repeats": 2, "shuffle": True, "cancel_share": 0.5, "threads": 4}
        answer = self.control("POST", "/megamarket/flood", body)
        self.assertEqual(answer["sent"], len(server.received))
        self.assertGreater(answer["sent"], 80)
        self.assertEqual((answer["accepted"], answer["refused"], answer["lost"]), (answer["sent"], 0, 0))
        self.assertEqual(len(set(answer["numbers"])), 40)
        self.assertGreaterEqual(answer["max"], answer["p99"])
        self.assertGreaterEqual(answer["p99"], answer["p50"])
        canceled = {row["number"] for row in self.log(kind="cancel")}
        self.assertEqual({self.get(number)["status"] for number in canceled}, {"CUSTOMER_CANCELED"})
        answer = self.control("POST", "/megamarket/flood", {"account": STANDARD, "count": 10, "rate": 50, "loss": 1.0})
        self.assertEqual((answer["sent"], answer["lost"]), (0, 10))
        answer = self.control("POST", "/megamarket/flood", {"account": STANDARD, "count": 10, "rate": 50})
        self.assertGreater(answer["seconds"], 0.17)
        with self.assertRaises(ControlError):
            self.control("POST", "/megamarket/flood", {"account": DBS, "count": 1})
