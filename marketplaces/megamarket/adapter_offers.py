"""Part of ``MegamarketAdapter``: prices and numbers in stock. There is no method that reads them."""

from . import offer_mapper


class MegamarketOffers:
    def set_stocks(self, targets):
        if not targets:
            return []
        answer = self._client.post("stocks_write", offer_mapper.stock_body(targets))
        return offer_mapper.parse_stock_answers(answer, targets)

    def set_prices(self, targets):
        """Old prices go by the feed. What the marketplace could not take is refused here, without troubling it."""
        refused = {id(target): answer for target in targets if (answer := offer_mapper.refuse_price(target))}
        sent = [target for target in targets if id(target) not in refused]
        answers = {}
        if sent:
            told = self._client.post("prices_write", offer_mapper.price_body(sent))
            answers = dict(zip(map(id, sent), offer_mapper.parse_price_answers(told, sent), strict=True))
        return [refused.get(id(target)) or answers[id(target)] for target in targets]
