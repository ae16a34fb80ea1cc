"""Part of ``OzonAdapter``: cancelling and returns."""

from ..base.errors import Rejected
from . import requests, return_mapper, units
from .paging import iter_numbered_pages


class OzonReturns:
    # --- cancelling ---
    def iter_cancel_reasons(self):
        yield from return_mapper.parse_cancel_reasons(self._client.post("cancel_reasons", {}))

    def cancel_order(self, number, reason_id, message=""):
        answer = self._client.post("cancel", requests.cancel(number, reason_id, message))
        if answer.get("result") is not True:
            raise Rejected("Ozon did not cancel the posting", endpoint="cancel")

    def cancel_lines(self, number, lines, reason_id, message):
        self._client.post("cancel_lines", requests.cancel_lines(number, lines, reason_id, message))

    def iter_cancel_requests(self, state=""):
        pages = iter_numbered_pages(
            self._client,
            "cancel_request_list",
            "result",
            lambda last_id: requests.cancel_request_list(units.CANCEL_REQUEST_WORDS.get(state, ""), last_id),
            lambda answer, page: answer.get("last_id"),
            requests.CANCEL_REQUEST_PAGE,
        )
        for page in pages:
            for raw in page:
                yield return_mapper.parse_cancel_request(raw)

    def decide_cancel_request(self, request_id, approve, comment=""):
        endpoint = "cancel_request_approve" if approve else "cancel_request_reject"
        self._client.post(endpoint, requests.cancel_request_decide(request_id, comment))

    # --- returns ---
    def iter_returns(self, since, until):
        pages = iter_numbered_pages(
            self._client,
            "return_list",
            "returns",
            lambda last_id: requests.return_list(since, until, last_id),
            lambda answer, page: page[-1].get("id"),
            requests.RETURN_PAGE,
        )
        for page in pages:
            for raw in page:
                yield return_mapper.parse_return(raw)

    def iter_own_delivery_returns(self, since, until):
        pages = iter_numbered_pages(
            self._client,
            "own_return_list",
            "returns",
            lambda last_id: requests.own_return_list(since, until, last_id),
            lambda answer, page: page[-1].get("return_id"),
            requests.OWN_RETURN_PAGE,
        )
        for page in pages:
            for raw in page:
                yield return_mapper.parse_own_return(raw)
