"""MegaMarket has no finance API: its closing documents are files. What stands in them, and how it is usually called."""

from ..base import money
from ..base.report import ReportColumn

#: Names of our own for what the documents list; the marketplace gives none.
KINDS = {
    "Commission": money.COMMISSION,
    "Acquiring": money.ACQUIRING,
    "Logistics": money.LOGISTICS,
    "LastMile": money.LAST_MILE,
    "ReturnLogistics": money.RETURN_LOGISTICS,
    "Storage": money.STORAGE,
    "Promotion": money.ADVERTISING,
    "OtherService": money.OTHER,
    "Fine": money.FINE,
    "LoyaltyCompensation": money.COMPENSATION,
    "Compensation": money.COMPENSATION,
    "BuyerDelivery": money.DELIVERY_INCOME,
}

#: As its documents call them.
NAMES = {
    "Commission": "Комиссия маркетплейса",
    "Acquiring": "Эквайринг",
    "Logistics": "Логистика",
    "LastMile": "Последняя миля",
    "ReturnLogistics": "Обратная логистика",
    "Storage": "Хранение",
    "Promotion": "Продвижение",
    "OtherService": "Прочие услуги",
    "Fine": "Штраф",
    "LoyaltyCompensation": "Возмещение бонусов покупателя",
    "Compensation": "Компенсация",
    "BuyerDelivery": "Доставка, оплаченная покупателем",
}

#: The first that fits counts: what is special stands before what is general.
COLUMNS = (
    ReportColumn(r"номер (отправления|заказа)|№ (отправления|заказа)|shipment", "number"),
    ReportColumn(r"(id|ид|номер) (операции|транзакции|строки)", "uid"),
    ReportColumn(r"артикул|offer", "article"),
    ReportColumn(r"\bsku\b|код товара|goods ?id", "sku"),
    ReportColumn(r"^дата", "date"),
    ReportColumn(r"количество|кол-во", "quantity"),
    ReportColumn(r"возврат.*логист|логист.*возврат|обратная логистика", "amount", "ReturnLogistics", True),
    ReportColumn(r"возврат", "amount", money.RETURN_TYPE, True),
    ReportColumn(r"эквайринг", "amount", "Acquiring", True),
    ReportColumn(r"комисси|вознаграждени", "amount", "Commission", True),
    ReportColumn(r"последн\w+ мил", "amount", "LastMile", True),
    ReportColumn(r"логистик|доставка до|обработк", "amount", "Logistics", True),
    ReportColumn(r"хранени", "amount", "Storage", True),
    ReportColumn(r"продвижени|реклам", "amount", "Promotion", True),
    ReportColumn(r"штраф|неустойк", "amount", "Fine", True),
    ReportColumn(r"бонус|лояльност|спасибо", "amount", "LoyaltyCompensation"),
    ReportColumn(r"компенсаци", "amount", "Compensation"),
    ReportColumn(r"доставк.*покупател", "amount", "BuyerDelivery"),
    ReportColumn(r"сумма (продаж|реализац|заказ)|стоимость товар|реализовано", "amount", money.SALE_TYPE),
)
