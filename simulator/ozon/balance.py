"""The cabinet's balance, and the statement of income and expenses by half-months: sums over the same accruals."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from simulator.ozon import accrual_types
from simulator.ozon.errors import invalid
from simulator.ozon.finance import Day
from simulator.ozon.periods import halves_between
from simulator.ozon.registry import method
from simulator.ozon.validation import Flag, Integer, Message, Moment

ZERO = Decimal("0.00")
DAY = timedelta(days=1)
LONGEST = timedelta(days=30)


class Sums:
    """What accruals add up to. Every row of money is in exactly one of: sales, returns, their fees, a service."""

    def __init__(self, accruals):
        self.sales, self.returns = defaultdict(Decimal), defaultdict(Decimal)
        self.services = defaultdict(Decimal)
        for accrual in accruals:
            for sold in accrual.products:
                self.count(self.returns if sold.sale_amount < 0 else self.sales, sold)
            for _sku, fee in accrual.all_fees():
                self.services[fee.type_id] += fee.amount

    def count(self, side, sold):
        side["amount"] += sold.sale_amount
        side["fee"] += sold.commission
        side["revenue"] += sold.sale_amount - sold.bonus - sold.coinvestment
        side["bonus"] += sold.bonus
        side["coinvestment"] += sold.coinvestment

    @property
    def fee(self):
        return self.sales["fee"] + self.returns["fee"]

    @property
    def total(self):
        return self.sales["amount"] + self.returns["amount"] + self.fee + sum(self.services.values(), ZERO)

    def of_groups(self, groups):
        """Services (type → amount) of these groups of the dictionary."""
        return {kind: amount for kind, amount in self.services.items() if accrual_types.group_of(kind) in groups}


def sums_of(state, first, last):
    """The sums of days, both included, in the cabinet's currency."""
    currency = state.settings.currency
    return Sums(accrual for accrual in state.book.between(first, last) if accrual.currency == currency)


# -- balance -----------------------------------------------------------------------------------------------------------
BALANCE = {"date_from": Day(required=True, moments=True), "date_to": Day(required=True, moments=True)}


@method("/v1/finance/balance", "finance", BALANCE, "GetFinanceBalanceRequest")
def balance(call):
    first, last, state = call.body["date_from"], call.body["date_to"], call.state
    if first > last:
        raise invalid("Request validation error: date_from must not be after date_to")
    if last - first > LONGEST:
        raise invalid("Request validation error: too long period, only 30 days allowed")
    sums, currency, payouts = sums_of(state, first, last), state.settings.currency, state.book.payouts
    tomorrow = state.book.today + DAY
    services = sorted((accrual_types.name_of(kind), amount) for kind, amount in sums.services.items())
    return {
        "cashflows": {
            "sales": side_view(sums.sales, currency),
            "returns": side_view(sums.returns, currency),
            "services": [{"name": name, "amount": worth(amount, currency)} for name, amount in services],
        },
        "total": {
            "opening_balance": worth(payouts.balance_before(min(first, tomorrow), currency), currency),
            "accrued": worth(sums.total, currency),
            # What left the cabinet is negative (inferred), so that the four numbers of the total add up.
            "payments": [worth(-row.amount, currency) for row in payouts.between(first, last, currency)],
            "closing_balance": worth(payouts.balance_before(min(last + DAY, tomorrow), currency), currency),
        },
    }


def worth(amount, currency):
    return {"currency_code": currency, "value": number(amount)}


def number(amount):
    """Amounts are JSON numbers here; those without kopecks have no decimals."""
    return int(amount) if amount == int(amount) else float(amount)


def side_view(side, currency):
    return {
        "amount": worth(side["amount"], currency),
        "fee": worth(side["fee"], currency),
        "amount_details": {
            "revenue": worth(side["revenue"], currency),
            "points_for_discounts": f"{side['bonus']:f}",
            "partner_programs": worth(side["coinvestment"], currency),
        },
    }


# -- income and expenses by half-months --------------------------------------------------------------------------------
CARRIED = (accrual_types.LOGISTICS, accrual_types.LAST_MILE, accrual_types.RETURNS)
# Of these types the statement knows older names; the rest are told by the dictionary's.
NAMES = {
    "Logistic": "MarketplaceServiceItemDirectFlowLogisticSum",
    "Fulfillment": "MarketplaceServiceItemFulfillment",
    "Drop-Off": "MarketplaceServiceItemDropoff",
    "LastMileCourier": "MarketplaceServiceItemDelivToCustomer",
    "ReturnFlowLogistic": "MarketplaceServiceItemReturnFlowLogistic",
    "ClientReturn": "MarketplaceServiceItemReturnAfterDelivToCustomer",
    "PartialReturn": "MarketplaceServiceItemReturnPartGoodsCustomer",
    "Cancellation": "MarketplaceServiceItemReturnNotDelivToCustomer",
    "Acquiring": "MarketplaceRedistributionOfAcquiringOperation",
    "Compensation": "MarketplaceSellerCompensationLossOfGoodsOperation",
    "Placements": "OperationMarketplaceServiceStorage",
    "Stencil": "MarketplaceServiceItemElectronicServiceStencil",
    "StarsMembership": "ItemAgentServiceStarsMembership",
    "InternetSiteAdvertising": "MarketplaceServiceItemInternetSiteAdvertising",
    "PremiumMembership": "MarketplaceServiceItemSubscribtionPremium",
}
OTHERS = {"Acquiring", "Compensation", "ItemCompensation", "RealizationReportCorrection", "SetOff"}
STATEMENT = {
    "date": Message("FinanceCashFlowStatementListRequest_Period", {"from": Moment(True), "to": Moment(True)}, True),
    "page": Integer(required=True, low=1),
    "page_size": Integer(required=True, low=1, high=1000),
    "with_details": Flag(),
}


@method("/v1/finance/cash-flow-statement/list", "finance", STATEMENT, "FinanceCashFlowStatementListRequest")
def statement(call):
    """Whole half-months that have begun and touch the asked days. Details of one are an object, of several a list."""
    body, state = call.body, call.state
    halves = halves_told(state, body["date"]["from"].date(), body["date"]["to"].date())
    size = body["page_size"]
    page = halves[(body["page"] - 1) * size : body["page"] * size]
    sums = [sums_of(state, *half) for half in page]
    details = [details_view(state, *pair) for pair in zip(page, sums, strict=True)] if body["with_details"] else []
    return {
        "result": {
            "cash_flows": [flow_view(state, *pair) for pair in zip(page, sums, strict=True)],
            "details": details if len(details) > 1 else next(iter(details), None),
            "page_count": -(-len(halves) // size),
        }
    }


def halves_told(state, first, last):
    begun = min(last, state.book.today)
    beginning = min((row.date for row in state.book.payouts.rows), default=begun)
    beginning = min(beginning, state.book.first_day() or begun)
    return [half for half in halves_between(first, begun) if half[1] >= beginning]


def period_view(half):
    first, last = half
    number_of_half = 11_567_000_000_000 + first.toordinal()
    return {"id": number_of_half, "begin": f"{first}T00:00:00Z", "end": f"{last}T00:00:00Z"}


def flow_view(state, half, sums):
    carried = sum(sums.of_groups(CARRIED).values(), ZERO)
    return {
        "period": period_view(half),
        "orders_amount": number(sums.sales["amount"]),
        "returns_amount": number(sums.returns["amount"]),
        "commission_amount": number(sums.fee),
        "services_amount": number(sum(sums.services.values(), ZERO) - carried),
        "item_delivery_and_return_amount": number(carried),
        "currency_code": state.settings.currency,
    }


def details_view(state, half, sums):
    """Begin + delivery + return + rfbs + services + others + payments = end."""
    first, last = half
    currency, payouts = state.settings.currency, state.book.payouts
    end = payouts.balance_before(min(last, state.book.today) + DAY, currency)
    paid = [-row.amount for row in payouts.between(first, last, currency)]
    parts = split_services(sums)
    delivered = sums.sales["amount"] + sums.sales["fee"]
    returned = sums.returns["amount"] + sums.returns["fee"]
    buyers = sum(parts["rfbs"].values(), ZERO)
    return {
        "period": period_view(half),
        "begin_balance_amount": number(payouts.balance_before(first, currency)),
        "delivery": {**block(delivered, parts["delivery"], "delivery_services"), "amount": number(delivered)},
        "return": {**block(returned, parts["return"], "return_services"), "amount": number(returned)},
        "rfbs": {
            "total": number(buyers),
            "transfer_delivery": number(buyers),
            "transfer_delivery_return": 0,
            "compensation_delivery_return": 0,
            "partial_compensation": 0,
            "partial_compensation_return": 0,
        },
        "services": listed(parts["services"]),
        "others": listed(parts["others"]),
        "loan": 0,
        "invoice_transfer": number(-sum(paid, ZERO)),
        "payments": [{"payment": number(amount), "currency_code": currency} for amount in paid],
        "end_balance_amount": number(end),
    }


def split_services(sums):
    parts = {name: {} for name in ("delivery", "return", "rfbs", "services", "others")}
    for kind, amount in sums.services.items():
        parts[part_of(kind)][kind] = amount
    return parts


def part_of(kind):
    group = accrual_types.group_of(kind)
    if kind in accrual_types.BUYERS_DELIVERY:
        return "rfbs"
    if group in (accrual_types.LOGISTICS, accrual_types.LAST_MILE):
        return "delivery"
    if group == accrual_types.RETURNS:
        return "return"
    return "others" if accrual_types.name_of(kind) in OTHERS else "services"


def block(amount, services, name):
    return {"total": number(amount + sum(services.values(), ZERO)), name: listed(services)}


def listed(services):
    named = sorted((statement_name(kind), amount) for kind, amount in services.items())
    return {
        "total": number(sum(services.values(), ZERO)),
        "items": [{"name": name, "price": number(amount)} for name, amount in named],
    }


def statement_name(kind):
    name = accrual_types.name_of(kind)
    return NAMES.get(name, name)
