"""MegaMarket's words and ours. Tables only; a word that is missing here is shown raw and never guessed."""

from ..base import refusals, status

CURRENCY = "RUB"

#: ``serviceScheme`` → scheme. Pickup in the seller's shop (C&C) is neither: its orders are shown as unreadable.
SCHEMES = {"DELIVERY_BY_GOODS": status.FBS, "DELIVERY_BY_MERCHANT": status.RFBS}
#: ``fulfillmentMethod`` in a notification: orders of Standard have it, those of DBS do not.
STANDARD_FULFILLMENT = "FULFILLMENT_BY_MERCHANT"
#: ``offerId`` of the lot that stands for what the buyer pays for the delivery.
DELIVERY_OFFER = "delivery"

_STANDARD = {
    # Right after order/new there may be no status at all.
    "": status.NEW,
    "PENDING": status.NEW,
    "NEW": status.TO_CONFIRM,
    "PENDING_CONFIRMATION": status.TO_CONFIRM,
    "CONFIRMED": status.TO_ASSEMBLE,
    "PENDING_PACKING": status.TO_ASSEMBLE,
    "PACKING_EXPIRED": status.TO_ASSEMBLE,
    "PACKED": status.ASSEMBLED,
    "PENDING_SHIPPING": status.ASSEMBLED,
    "SHIPPING_EXPIRED": status.ASSEMBLED,
    "SHIPPED": status.HANDED_OVER,
    "DELIVERED": status.DELIVERED,
}
#: Scheme → status of a lot that is not cancelled → unified status.
STATUSES = {
    status.FBS: _STANDARD,
    # Nothing is confirmed: a new order is packed. (order/confirm moves its date, which may show in its status.)
    status.RFBS: {**_STANDARD, "NEW": status.TO_ASSEMBLE, "PENDING_CONFIRMATION": status.TO_ASSEMBLE},
}
#: A new order, or one of which something is being cancelled.
PENDING_WORD = "PENDING"
KNOWN = frozenset(_STANDARD) - {"", PENDING_WORD}
#: A step was accepted and is being processed.
RUNNING = frozenset({"PENDING_CONFIRMATION", "PENDING_PACKING", "PENDING_SHIPPING"})
#: The next step must not be told yet.
PENDING = RUNNING | {"", PENDING_WORD}
CANCELLED_BY_SELLER, CANCELLED_BY_BUYER = "MERCHANT_CANCELED", "CUSTOMER_CANCELED"
CANCELLED = frozenset({CANCELLED_BY_SELLER, CANCELLED_BY_BUYER})
DELIVERED = "DELIVERED"
FINAL = CANCELLED | {DELIVERED}
WAITS_FOR_CONFIRMATION = frozenset({"NEW"})
#: Scheme → status of a lot that may be packed.
PACKABLE = {
    status.FBS: frozenset({"CONFIRMED", "PACKING_EXPIRED"}),
    status.RFBS: frozenset({"NEW", "CONFIRMED", "PACKING_EXPIRED"}),
}
SHIPPABLE = frozenset({"PACKED", "SHIPPING_EXPIRED"})
#: Unified status → how far the delivery is.
DELIVERY_STEPS = {status.HANDED_OVER: status.HANDED_OVER, status.DELIVERED: status.DELIVERED}
#: In a lot's history or its sub-status: it had been packed, so it lies in a box somewhere.
PACKED_BEFORE = frozenset({"PACKED", "PENDING_SHIPPING", "SHIPPING_EXPIRED", "SHIPPED", "DELIVERED"})

#: Words of ``order/search`` seen in its filter. The PENDING_* words are not among them: such a lot was NEW, CONFIRMED
#: or PACKED a moment ago and is so again soon; an order that is known is read by its number.
UNFINISHED_FILTER = ("NEW", "CONFIRMED", "PACKED", "PACKING_EXPIRED", "SHIPPED")

#: ``subStatus`` of a lot that was cancelled by a missed deadline: the marketplace did it.
EXPIRED = "_EXPIRED"
#: ``subStatus``, or status, of a cancelled lot → as people read it.
CANCELLATIONS = {
    "CONFIRMATION_REJECT": "Продавец не подтвердил товар",
    "CONFIRMATION_EXPIRED": "Заказ не подтверждён в срок",
    "LATE_REJECT": "Продавец отменил после подтверждения",
    "PACKING_EXPIRED": "Заказ не собран в срок",
    "SHIPPING_EXPIRED": "Заказ не отгружен в срок",
    CANCELLED_BY_SELLER: "Отменён продавцом",
    CANCELLED_BY_BUYER: "Отменён покупателем",
}

#: ``reason.type`` of order/reject → (title, our word, used for). None of them needs an explanation.
REASONS = {
    "OUT_OF_STOCK": ("Нет в наличии", "out_of_stock", "cancel"),
    "INCORRECT_PRICE": ("Неверная цена", "", "cancel"),
    "INCORRECT_PRODUCT": ("Товар привязан к чужой карточке", "", "cancel"),
    "INCORRECT_SPEC": ("Неверные характеристики на сайте", "", "cancel"),
    "TWICE_ORDER": ("Повторный заказ", "", "cancel"),
    "NOT_TIME_FOR_SHIPPING": ("Не успеваем отгрузить", "", "cancel"),
    "FRAUD_ORDER": ("Подозрение на мошенничество", "other", "cancel"),
    # … and of order/close.
    "CANCEL_BY_CUSTOMER": ("Покупатель отказался при получении", "", "not_handed_over"),
    "HANDOVER_IMPOSSIBLE": ("Не удалось вручить", "", "not_handed_over"),
}

#: Part of a warning about an offer (lower case) → reason.
WARNINGS = (
    *((words, refusals.ARCHIVED) for words in ("удален", "удалён", "deleted", "архив", "archived")),
    *((words, refusals.UNKNOWN) for words in ("не найден", "not found", "не существует", "unknown", "неизвест")),
)
