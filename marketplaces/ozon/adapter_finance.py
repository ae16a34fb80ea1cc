"""Money: what was accrued, what the cabinet's account holds, what was paid out, and the report of a month."""

from calendar import monthrange
from dataclasses import replace

from ..base import parse
from ..base.errors import NotFound, NotReady, PayloadError, Rejected
from . import accrual_mapper, balance_mapper, errors, realization_mapper, requests
from .paging import iter_counted_pages, iter_day_pages, unwrap

#: The first days of the two halves of a month, into which Ozon's statements are cut.
_HALVES = (1, 16)


class OzonFinance:
    """Part of ``OzonAdapter``."""

    # --- accruals ---
    def iter_accrual_types(self):
        yield from accrual_mapper.parse_types(self._client.post("accrual_types", {}))

    def get_accruals(self, day):
        pages = iter_day_pages(
            self._client, "accrual_day", "accruals", lambda last_id: requests.accrual_day(day, last_id)
        )
        return accrual_mapper.parse_day(day, [raw for page in pages for raw in page])

    # --- the cabinet's account ---
    def get_balance(self, since, until):
        days = (until - since).days + 1
        if not 0 < days <= requests.BALANCE_DAYS:
            raise Rejected(
                f"Ozon tells the balance of 1 to {requests.BALANCE_DAYS} days, not of {days}", endpoint="balance"
            )
        answer = self._client.post("balance", requests.balance(since, until))
        return balance_mapper.parse_balance(unwrap(answer, "total"), since, until)

    def iter_payouts(self, since, until):
        """Periods are halves of a month: asked for whole ones, Ozon leaves none of them out."""
        since, until = _begin_half(since), _end_half(until)
        pages = iter_counted_pages(
            self._client,
            "cash_flow",
            "cash_flows",
            lambda page: requests.cash_flow(since, until, page),
            requests.CASH_FLOW_PAGE,
        )
        for result in pages:
            yield from balance_mapper.parse_payouts(result)

    # --- the report of a month ---
    def get_realization(self, year, month):
        """Its head is told without posting numbers only, its rows with them where the report is not too large."""
        body = requests.realization(year, month)
        try:
            answer = self._client.post("realization", body)
            report = realization_mapper.parse_realization(_unwrap_report(answer), year, month)
            if report and report.rows:
                report = replace(report, rows=self._get_posting_rows(body) or report.rows)
        except NotFound as error:
            raise _not_ready(year, month) from error
        if not report:
            raise _not_ready(year, month)
        return report

    def _get_posting_rows(self, body):
        """Empty where the report is too large for them."""
        try:
            answer = self._client.post("realization_postings", body)
        except Rejected as error:
            if errors.is_too_large(error):
                return ()
            raise
        rows = realization_mapper.parse_rows(_unwrap_report(answer))
        if not rows:
            raise _not_ready(body["year"], body["month"])
        return rows


def _unwrap_report(answer):
    """A report that is not made yet is seen as an answer without anything in it."""
    result = parse.mapping(answer.get("result"), "result") if "result" in answer else answer
    if result and not {"rows", "header"} & set(result):
        raise PayloadError("rows", sorted(result), "is missing")
    return result


def _not_ready(year, month):
    return NotReady(f"Ozon has not made the report of {year}-{month:02} yet", endpoint="realization")


def _begin_half(day):
    return day.replace(day=max(first for first in _HALVES if first <= day.day))


def _end_half(day):
    last = monthrange(day.year, day.month)[1]
    return day.replace(day=15 if day.day < _HALVES[1] else last)
