"""Part of ``MegamarketAdapter``: confirming, packing, labels."""

from ..base import dto, status
from ..base.errors import AlreadyDone, NotReady, PayloadError, Rejected
from . import requests, units
from .allocation import allocate

#: What a label's address looks like: it is drawn when it is fetched.
_STICKER = "sticker:"
_PDF_MARK, _PDF_HEAD = b"%PDF-", 1024


class MegamarketShipping:
    def confirm_order(self, number):
        """Standard only: in DBS the same method would move the delivery date."""
        shipment = self._look(number)
        if shipment.scheme != status.FBS:
            raise self._unsupported("confirm")
        self._demand_goods(shipment)
        waiting = [lot for lot in shipment.open_lots if lot.word in units.WAITS_FOR_CONFIRMATION]
        if not waiting:
            raise AlreadyDone(f"Shipment {number} is confirmed", code=shipment.word)
        self._demand_result("confirm", requests.confirm(number, waiting))

    def ship_order(self, number, packages):
        """Standard: boxes with codes, for labels. DBS: only that the goods are picked; the delivery is not packed."""
        shipment = self._look(number)
        self._demand_goods(shipment)
        packable = units.PACKABLE[shipment.scheme]
        goods = [lot for lot in shipment.open_goods if lot.kind != "delivery"]
        if not any(lot.word in packable for lot in goods):
            if any(lot.word in units.WAITS_FOR_CONFIRMATION for lot in goods):
                raise Rejected(f"Shipment {number} has to be confirmed before it is packed", code=shipment.word)
            raise AlreadyDone(f"Shipment {number} is packed", code=shipment.word)
        own = shipment.scheme == status.RFBS
        places = allocate(goods, packages, None if own else self._make_box_code(number))
        self._demand_result("packing", requests.packing(number, places))
        boxes = {box.index: box.code for place in places for box in place.boxes}
        return dto.ShipResult(numbers=(number,), box_codes=tuple(boxes[index] for index in sorted(boxes)))

    def _make_box_code(self, number):
        """``<merchant>*<orderCode>*<box>``; our order code is the shipment's number, which has no letters to refuse."""
        return lambda box: f"{self.config.client_id}*{number}*{box}"

    def _demand_goods(self, shipment):
        if not shipment.live_goods:
            raise Rejected(f"Shipment {shipment.number} is cancelled", code=shipment.goods[0].word)

    def _demand_result(self, endpoint, data):
        """``{"result": 1}``: accepted, not done. Some answers have nothing beside the success."""
        if self._client.post(endpoint, data).get("result", 1) not in (1, "1"):
            raise Rejected("MegaMarket did not take the change", endpoint=endpoint)

    # --- labels ---
    def request_labels(self, numbers):
        """Nothing is drawn beforehand: a label is there when the shipment is packed."""
        return [dto.LabelTask(task_id=number, kind="", numbers=(number,)) for number in numbers]

    def get_label_task(self, task_id):
        return dto.LabelTaskState(state="done", url=f"{_STICKER}{task_id}")

    def download_label(self, url):
        if not url.startswith(_STICKER):
            raise PayloadError("url", url, "is not the address of a label")
        number = url.removeprefix(_STICKER)
        shipment = self._look(number)
        self._demand_goods(shipment)
        if not shipment.boxes:
            raise NotReady(f"Shipment {number} has no boxes yet: it is not packed")
        response = self._client.post_binary("sticker", requests.sticker(shipment))
        if _PDF_MARK not in response.content[:_PDF_HEAD]:
            raise PayloadError("sticker/print", response.content_type or "unknown type", "is not a PDF")
        return response.content
