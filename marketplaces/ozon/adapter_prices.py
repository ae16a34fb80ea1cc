"""What the offers cost, and what Ozon takes of it."""

from ..base import parse
from . import price_mapper
from .paging import iter_cursor_pages, iter_product_pages

_QUARANTINE = "QUARANTINE"


class OzonPrices:
    """Part of ``OzonAdapter``."""

    def set_prices(self, targets):
        answer = self._client.post("prices_write", price_mapper.write_body(targets))
        return price_mapper.parse_answers(answer, targets)

    def iter_prices(self, articles=()):
        """A price that jumped is accepted and not shown: only a list of such offers tells it from a shown one."""
        quarantined = frozenset(
            parse.identifier(row.get("offer_id"), "items.offer_id")
            for rows in iter_product_pages(self._client, _QUARANTINE)
            for row in rows
        )
        articles = list(articles)
        size = price_mapper.READ_PAGE
        for start in range(0, len(articles) or 1, size):
            part = articles[start : start + size]
            pages = iter_cursor_pages(
                self._client, "prices_read", "items", lambda cursor, part=part: price_mapper.read_body(part, cursor)
            )
            for page in pages:
                for row in page:
                    yield price_mapper.parse_price(row, quarantined)
