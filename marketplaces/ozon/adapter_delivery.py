"""Part of ``OzonAdapter``: own delivery, and what must be recorded before shipping."""

from ..base import parse
from ..base.errors import Rejected
from . import delivery_mapper, exemplar_mapper, requests, units


class OzonDelivery:
    # --- own delivery ---
    def set_delivery_status(self, step, numbers):
        outcomes = {}
        for part in _slices(list(numbers), requests.STATUS_BATCH):
            answer = self._client.post(units.STEP_ENDPOINTS[step], requests.delivery_status(part))
            outcomes.update(delivery_mapper.parse_outcomes(answer, part))
        return outcomes

    def set_tracking_numbers(self, numbers):
        outcomes = {}
        for part in _slices(list(numbers), requests.TRACKING_BATCH):
            body = requests.tracking({number: numbers[number] for number in part})
            outcomes.update(delivery_mapper.parse_outcomes(self._client.post("tracking_set", body), part))
        return outcomes

    def get_delivery_window(self, number):
        return delivery_mapper.parse_window(self._client.post("timeslot_get", requests.posting(number)))

    def set_delivery_window(self, number, since, until):
        self._demand_result("timeslot_set", requests.timeslot_set(number, since, until))

    def set_ship_by(self, number, moment):
        self._demand_result("cutoff_set", requests.cutoff_set(number, moment))

    def _demand_result(self, endpoint, body):
        if self._client.post(endpoint, body).get("result") is not True:
            raise Rejected("Ozon did not take the change", endpoint=endpoint)

    # --- what must be recorded before shipping ---
    def get_exemplars(self, number):
        return exemplar_mapper.parse_sheet(self._client.post("exemplar_get", requests.posting(number)))

    def validate_exemplars(self, number, lines):
        answer = self._client.post("exemplar_validate", requests.exemplar_validate(number, lines))
        return exemplar_mapper.parse_validation(answer)

    def set_exemplars(self, number, lines, cargo_places=0):
        self._client.post("exemplar_set", requests.exemplar_set(number, lines, cargo_places))

    def get_exemplar_state(self, number):
        return exemplar_mapper.parse_checked_sheet(self._client.post("exemplar_status", requests.posting(number)))

    def commit_exemplars(self, number):
        self._client.post("exemplar_update", requests.posting(number))

    def iter_countries(self):
        yield from exemplar_mapper.parse_countries(self._client.post("country_list", {"name_search": ""}))

    def set_country(self, number, sku, country_code):
        answer = self._client.post("country_set", requests.country_set(number, sku, country_code))
        return bool(parse.mapping(answer.get("result"), "result").get("is_gtd_needed") or answer.get("is_gtd_needed"))


def _slices(items, size):
    for start in range(0, len(items), size):
        yield items[start : start + size]
