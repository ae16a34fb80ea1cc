"""Stock of the seller's own warehouses, and what lies in Ozon's."""

from ..base import parse
from . import stock_mapper
from .paging import iter_pages


class OzonStock:
    """Part of ``OzonAdapter``."""

    def set_stocks(self, targets):
        answer = self._client.post("stocks_write", stock_mapper.write_body(targets))
        return stock_mapper.parse_answers(answer, targets)

    def iter_stocks(self, warehouse_id):
        yield from self._iter_levels(
            "stocks_warehouse", "stocks", lambda cursor: stock_mapper.warehouse_body(warehouse_id, cursor)
        )

    def iter_fbo_stocks(self, articles):
        articles = list(articles)
        for start in range(0, len(articles), stock_mapper.READ_PAGE):
            part = articles[start : start + stock_mapper.READ_PAGE]
            yield from self._iter_levels(
                "stocks_fbo", "products", lambda cursor, part=part: stock_mapper.fbo_body(part, cursor)
            )

    def _iter_levels(self, endpoint, key, make_body):
        for _at, page in iter_pages(self._client, endpoint, key, make_body, self._now):
            for row in page:
                yield stock_mapper.parse_level(parse.mapping(row, key))
