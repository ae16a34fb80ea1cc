"""Which events of a parcel cost or bring money, and how much: delivery, return, cancellation after the hand-over.

The draws come from a generator of the posting's own: the same cabinet earns the same money, whatever else happens.
"""

import random
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from simulator.ozon.accrual_types import ACQUIRING_ID, BY_NAME
from simulator.ozon.accruals import Fee, Sold
from simulator.ozon.periods import moscow_day
from simulator.ozon.prices import commissions

KOPECK = Decimal("0.01")
ACQUIRING_RATE = Decimal("0.015")
# An easy return of a buyer whom the seller has delivered; parcels of Ozon come back by its own logistics.
RETURN_SERVICE = {"fbs": "ReturnFlowLogistic", "fbo": "ReturnFlowLogistic", "rfbs": "RfbsEasyReturn"}
GIVEN_BACK = {"ReceivedBySeller", "ReturnedToOzon", "Utilized", "MoneyReturned", "Approved"}


def dice(state, *key):
    return random.Random("/".join(map(str, (state.seed, *key))))


def kopecks(amount):
    return Decimal(amount).quantize(KOPECK, ROUND_HALF_UP)


def follow(state, posting):
    """Bring the book in line with the posting's present status."""
    if not state.settings.auto_accruals:
        return
    if posting.status == "delivered" and ("sale", posting.number) not in state.book.charged:
        sell(state, posting)
    elif posting.status == "cancelled" and ("cancellation", posting.number) not in state.book.charged:
        charge_cancellation(state, posting)


# -- delivered ---------------------------------------------------------------------------------------------------------


def sell(state, posting):
    """One accrual per posting; a product that fills two lines at different prices makes a second one."""
    book = state.book
    book.charged.add(("sale", posting.number))
    day = moscow_day(posting.delivered_at or state.clock.now())
    draw = dice(state, posting.number, "sale")
    for lines in without_repeated_products(posting.lines):
        sold = [sell_line(state, posting, line, draw) for line in lines]
        if posting.is_rfbs and draw.random() < 0.3:
            sold[0].services.append(fee("RfbsClientDeliveryCharge", draw.randint(150, 500)))
        book.add(day, "POSTING", posting.number, currency_of(posting), scheme=posting.scheme, products=sold)
        book.sold.setdefault(posting.number, []).extend(sold)
    charge_acquiring(state, posting, day)


def without_repeated_products(lines):
    rounds = []
    for line in lines:
        free = next((taken for taken in rounds if all(line.sku != other.sku for other in taken)), None)
        if free is None:
            rounds.append([line])
        else:
            free.append(line)
    return rounds


def sell_line(state, posting, line, draw):
    """The seller's gross is what the buyer paid and what Ozon and its partners added to it."""
    bonus, coinvestment = shares_of_price(line.price, draw)
    sold = Sold(
        line.sku,
        line.quantity,
        seller_price=line.price,
        sale_price=line.price - bonus - coinvestment,
        bonus=bonus * line.quantity,
        coinvestment=coinvestment * line.quantity,
        sale_amount=line.price * line.quantity,
    )
    tariff = tariff_of(state, line)
    sold.ratio = kopecks(tariff.get(f"sales_percent_{posting.scheme}", 15)) / 100
    sold.commission = -kopecks(sold.ratio * sold.sale_amount)
    sold.services = delivery_fees(posting, tariff, line.quantity, draw)
    return sold


def shares_of_price(price, draw):
    """Points for discounts and partners' money per unit; most sales have neither."""
    bonus = price * draw.choice((0, 0, 0, 2, 5, 7)) / 100
    coinvestment = price * draw.choice((0, 0, 0, 0, 1, 3)) / 100
    return kopecks(bonus), kopecks(coinvestment)


def tariff_of(state, line):
    product = state.by_sku.get(line.sku)
    return commissions(product) if product else {}


def delivery_fees(posting, tariff, quantity, draw):
    """The seller of an rFBS posting delivers himself."""
    if posting.is_rfbs:
        return []
    place = "fbo" if posting.is_fbo else "fbs"
    low, high = (float(tariff.get(f"{place}_direct_flow_trans_{end}_amount", 40)) for end in ("min", "max"))
    fees = [fee("Logistic", draw.uniform(low, high) * quantity)]
    if not posting.is_fbo:
        fees.append(fee("Drop-Off", -draw.uniform(0, 1) + float(tariff.get("fbs_first_mile_max_amount", 25))))
    fees.append(fee("LastMileCourier", float(tariff.get(f"{place}_deliv_to_customer_amount", 60)) * quantity))
    return [row for row in fees if row.amount]


def fee(name, amount):
    """What is paid to the seller is positive, the rest is negative."""
    sign = 1 if name == "RfbsClientDeliveryCharge" else -1
    return Fee(BY_NAME[name].id, sign * kopecks(max(amount, 0)))


def charge_acquiring(state, posting, day):
    """The bank's share comes days later, product by product, under the posting's number."""
    fees = [
        (line.sku, Fee(ACQUIRING_ID, amount))
        for line in posting.lines
        if (amount := -kopecks(line.price * line.quantity * ACQUIRING_RATE))
    ]
    if fees:
        later = day + timedelta(days=state.settings.acquiring_delay)
        state.book.add(later, "ITEM", posting.number, currency_of(posting), fees=fees)


def currency_of(posting):
    return posting.lines[0].currency if posting.lines else None


# -- what comes back ---------------------------------------------------------------------------------------------------


def follow_return(state, item):
    """A return that has reached its end: the sale is taken back, the commission given back, the way back is charged."""
    book = state.book
    done = item.id in book.settled_returns or not state.settings.auto_accruals
    if done or item.stage not in GIVEN_BACK or item.kind == "Cancellation":
        return
    book.settled_returns.add(item.id)
    product = take_back(book, item)
    cost = tariff_of(state, item.line).get(f"{item.posting.scheme}_return_flow_amount", 40) * item.quantity
    product.services.append(fee(RETURN_SERVICE[item.posting.scheme], cost))
    day, currency = moscow_day(item.final_at or item.changed_at), currency_of(item.posting)
    book.add(day, "POSTING", item.posting.number, currency, scheme=item.posting.scheme, products=[product])


def take_back(book, item):
    """The negative of the units' part of the sale; a parcel that was never sold (refused) has nothing to give back."""
    number, line = item.posting.number, item.line
    sold = next((row for row in book.sold.get(number, ()) if row.sku == line.sku), None)
    if sold is None:
        return Sold(line.sku, item.quantity)
    before = book.returned[number, line.sku]
    book.returned[number, line.sku] = after = before + item.quantity
    return Sold(
        line.sku,
        item.quantity,
        seller_price=-sold.seller_price,
        sale_price=-sold.sale_price,
        bonus=-kopecks(sold.bonus / sold.quantity * item.quantity),
        coinvestment=-kopecks(sold.coinvestment / sold.quantity * item.quantity),
        sale_amount=-sold.seller_price * item.quantity,
        ratio=sold.ratio,
        # In parts, so that all units together give back every kopeck of the commission.
        commission=kopecks(sold.commission * before / sold.quantity) - kopecks(sold.commission * after / sold.quantity),
    )


# -- cancelled on the way ----------------------------------------------------------------------------------------------


def charge_cancellation(state, posting):
    """Ozon has carried it in vain: logistics and the handling of the cancellation, without a sale."""
    carried = (posting.cancellation or {}).get("cancelled_after_ship")
    if not carried or posting.is_rfbs or not posting.lines:
        return
    state.book.charged.add(("cancellation", posting.number))
    draw = dice(state, posting.number, "cancellation")
    products = [
        Sold(line.sku, line.quantity, services=[fee("Logistic", draw.uniform(30, 60)), fee("Cancellation", 20)])
        for lines in without_repeated_products(posting.lines)[:1]
        for line in lines
    ]
    day = moscow_day(posting.changed_at)
    state.book.add(day, "POSTING", posting.number, currency_of(posting), scheme=posting.scheme, products=products)
