"""The dictionary of accrual types: number, machine name, what sellers read in the cabinet, and the group it belongs to.

Numbers below 200 were seen by clients of the real service; the others are invented, and stay what they are.
"""

from dataclasses import dataclass

COMMISSION, ACQUIRING, LOGISTICS, LAST_MILE = "commission", "acquiring", "logistics", "last_mile"
RETURNS, PROMOTION, STORAGE, FINES, OTHER = "returns", "promotion", "storage", "fines", "other"


@dataclass(frozen=True)
class AccrualType:
    id: int
    name: str
    description: str
    group: str

    def view(self):
        return {"id": self.id, "name": self.name, "description": self.description}


NAMED = {
    COMMISSION: """
        69 SaleCommission Вознаграждение за продажу
        11 CorrectionCommission Корректировка вознаграждения
        200 ClaimCommission Вознаграждение по претензии
        201 RfbsServiceFee Сервисный сбор rFBS
        63 RfbsDomesticAgentFee Агентское вознаграждение за доставку rFBS
        202 RfbsGlobalAgentFee Агентское вознаграждение за международную доставку rFBS
    """,
    ACQUIRING: """
        1 Acquiring Эквайринг
    """,
    LOGISTICS: """
        32 Logistic Логистика
        203 Fulfillment Сборка заказа
        12 CrossDock Кросс-докинг
        204 CrossDockPickUpCourierDelivery Забор поставки курьером для кросс-докинга
        16 Drop-Off Обработка отправления Drop-off
        17 Drop-Off Agent Обработка отправления Drop-off партнёрами
        205 B2C Drop-Off Обработка отправления Drop-off для Ozon Доставки
        206 B2C Drop-Off Agent Обработка отправления Drop-off партнёрами для Ozon Доставки
        207 Shipment Обработка отправления
        38 PackageCost Упаковочные материалы
        39 PackingFee Упаковка товара
        208 ItemPacking Упаковка единицы товара
        209 ItemSealing Запайка единицы товара
        210 PackmanCisPacking Нанесение кодов маркировки при упаковке
        211 PackageUnitProcessing Обработка грузоместа
        212 B2CContainerPacking Упаковка грузоместа для Ozon Доставки
        213 B2CContainerPackage Упаковочный материал грузоместа для Ozon Доставки
        214 B2CLogistics Логистика Ozon Доставки
        215 Pick-Up Забор отправлений
        216 PickUpCourierArrangement Организация забора курьером
        217 PickUpCourierDelivery Доставка курьером со склада продавца
        218 CourierPickUpByOzon Выезд курьера Ozon
        219 CourierPickUpReinvoice Перевыставление выезда курьера
        77 SupplyInbound Приёмка поставки
        220 Replenishment Перемещение товара между складами
        221 QuantProcessingDrop Обработка кванта
        82 VolumeWeightCharacteristicsProcessing Обработка товара с неверными объёмом и весом
        222 OversizedExtraHandling Обработка крупногабаритного товара
        223 InternationalLogisticDelta Доплата за международную логистику
        224 OzonGlobalLogisticsDelivery Доставка Ozon Global
        225 MicroFulfillmentSupply Поставка на склад быстрой доставки
        226 MicroFulfillmentPicking Сборка на складе быстрой доставки
        227 Marking Маркировка товара
        228 LabelOriginal Этикетка «Оригинал»
    """,
    LAST_MILE: """
        28 LastMile Последняя миля
        29 LastMileCourier Доставка до места выдачи
        229 LastMilePickUpPoint Выдача в пункте выдачи
        98 DeliveryToHandoverPlaceByOzon Доставка до места передачи силами Ozon
        230 B2CDeliveryToHandoverPlaceByOzon Доставка до места передачи для Ozon Доставки
        231 B2CCourierClientReinvoice Перевыставление доставки курьером
        232 B2CPickUpPointClientReinvoice Перевыставление выдачи в пункте выдачи
        233 ClickAndCollect Самовывоз из магазина продавца
        124 RfbsBuyerDelivery Доставка, оплаченная покупателем rFBS
        62 RfbsClientDeliveryCharge Перечисление за доставку от покупателя
        64 RfbsDomesticDelivery Доставка rFBS
        234 RfbsGlobalDelivery Международная доставка rFBS
    """,
    RETURNS: """
        235 BackwardShipment Отправка возврата продавцу
        236 B2CBackwardLogistics Обратная логистика Ozon Доставки
        9 ClientReturn Возврат от покупателя
        71 SellerReturns Возврат продавцу
        40 PartialReturn Частичный возврат
        237 PreparingToReturn Подготовка к возврату
        59 ReturnFlowLogistic Обратная логистика
        238 ReturnStorageInTheWarehouse Хранение возврата на складе
        45 PickUpPointReturnAcceptance Приём возврата в пункте выдачи
        239 B2CPickUpPointReturnAcceptance Приём возврата в пункте выдачи для Ozon Доставки
        65 RfbsEasyReturn Лёгкий возврат rFBS
        6 Cancellation Обработка отмены
        15 Disposal Утилизация
        240 B2CDisposal Утилизация для Ozon Доставки
    """,
    PROMOTION: """
        41 PayPerClick Оплата за клик
        54 Promotion Продвижение с оплатой за заказ
        241 BrandPromotion Продвижение бренда
        3 BrandCommission Комиссия за продвижение бренда
        242 BrandShelf Брендовая полка
        243 BrandDeposit Депозит продвижения бренда
        75 Stencil Трафареты
        244 ExternalPromotion Внешнее продвижение
        23 InternetSiteAdvertising Реклама на сайте Ozon
        87 SocialMediaAdvertising Реклама в социальных сетях
        245 DisplayAdvertisingPlacement Медийная реклама
        33 Marketing Маркетинговые услуги
        246 PushCampaign Рассылка уведомлений
        247 LeadGeneration Привлечение заявок
        248 VideoCover Видеообложка
        249 PremiumMailingCommission Комиссия за рассылку Premium
        49 PremiumCashbackPromotion Бонусы продавца
        250 PremiumCashbackIndividualPoints Индивидуальные бонусы продавца
        47 PointsForReviews Баллы за отзывы
        251 SaleReview Приобретение отзывов
        61 ReviewsPin Закрепление отзыва
        96 AcceleratedReviewCollection Ускоренный сбор отзывов
        252 FirstCustomerReview Первый отзыв покупателя
        253 CustomerChatPoints Баллы в чате с покупателем
        254 LabelBrandVerified Этикетка «Бренд проверен»
    """,
    STORAGE: """
        46 Placements Размещение товаров на складе
        78 TemporaryPlacement Временное размещение
        79 TemporaryPlacementsAgent Временное размещение партнёрами
        255 B2CTemporaryPlacement Временное размещение для Ozon Доставки
        76 StockInsurance Страхование товаров на складе
    """,
    FINES: """
        14 DefectRate Превышение доли ошибок
        89 DefectFineModeration Нарушение правил модерации
        90 DefectFineProhibitedGoods Запрещённый товар
        91 DefectFineCounterfeitGoods Контрафактный товар
        92 DefectFineComplaint Жалобы покупателей
        93 DefectFineErrors Ошибки в работе
        94 DefectFineShipmentDelayRate Просрочка отгрузки
    """,
    OTHER: """
        51 PremiumMembership Подписка Premium
        52 PremiumSubscription Подписка Premium Plus
        74 StarsMembership Звёздные товары
        256 AnalyticsLite Аналитика Lite
        257 AnalyticsPremium Аналитика Premium
        258 AnalyticsPlus Аналитика Plus
        259 AnalyticsPro Аналитика Pro
        260 AnalyticsCorrection Корректировка подписки на аналитику
        18 EarlyPayment Досрочная выплата
        261 FlexiblePayments Гибкий график выплат
        262 Installment Рассрочка
        263 KazakhstanBuyerInstallment Рассрочка покупателям Казахстана
        264 ItemCloning Копирование карточек
        10 Compensation Компенсация
        25 ItemCompensation Компенсация за товар
        265 B2CInsuranceCompensation Страховая компенсация Ozon Доставки
        266 B2CInsuranceShipping Страхование отправлений Ozon Доставки
        267 Moderation Модерация
        268 OzonData Данные Ozon
        269 SetOff Зачёт взаимных требований
        57 RealizationReportCorrection Корректировка отчёта о реализации
        270 IncreaseAssortmentLimit Увеличение лимита ассортимента
        271 VolumeObligationReward Вознаграждение за объём
        272 OrdersBooking Бронирование заказов
        273 Charity Благотворительность
        274 CustomerReviews Отзывы покупателей
        275 RfbsGlobalIntermediaryService Посреднические услуги rFBS
        276 RfbsGlobalPlatformConnectionService Подключение к платформе rFBS
    """,
}


def read_rows():
    """Machine names are Latin and may hold spaces, descriptions begin with the first Cyrillic letter."""
    for group, text in NAMED.items():
        for row in text.strip().splitlines():
            number, rest = row.strip().split(" ", 1)
            start = next(place for place, letter in enumerate(rest) if "А" <= letter <= "я")
            yield AccrualType(int(number), rest[:start].strip(), rest[start:], group)


TYPES = {kind.id: kind for kind in sorted(read_rows(), key=lambda kind: kind.id)}
BY_NAME = {kind.name: kind for kind in TYPES.values()}
ACQUIRING_ID = BY_NAME["Acquiring"].id
SALE_COMMISSION_ID = BY_NAME["SaleCommission"].id
# Positive amounts that a buyer of rFBS has paid for the delivery.
BUYERS_DELIVERY = {BY_NAME["RfbsBuyerDelivery"].id, BY_NAME["RfbsClientDeliveryCharge"].id}


def group_of(type_id):
    """What the dictionary does not know counts as "other"; sums still hold then."""
    return TYPES[type_id].group if type_id in TYPES else OTHER


def name_of(type_id):
    return TYPES[type_id].name if type_id in TYPES else f"Type{type_id}"
