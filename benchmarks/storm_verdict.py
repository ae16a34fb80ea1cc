"""What storm.py must find in Odoo, shipment by shipment."""

from collections import Counter


def judge(fates, there, answers, counted):
    """[(what, examples)] of everything that must be nothing."""
    orders, requests = counted["orders"], counted["requests"]
    numbers = [order["number"] for order in orders]
    wishes = {number: fate for number, fate in fates.items() if fate["shop"] == "175000" and fate["lots"]}
    asked = Counter(request["number"] for request in requests)
    alive = {number for number, row in there.items() if row["status"] != "CUSTOMER_CANCELED"}
    sales = Counter(sale["number"] for sale in counted["sales"] if sale["state"] != "cancel")
    return [
        ("lost: shipments that are not there", sorted(set(fates) - set(numbers))),
        ("lost: shipments without an order", sorted(number for number in alive if not sales[number])),
        ("lost: buyers' wishes", sorted(number for number in wishes if not asked[number])),
        ("lost: wishes without their shipment", [row["number"] for row in requests if not row["linked"]]),
        ("doubled: shipments", doubles(Counter(numbers))),
        ("doubled: orders", doubles(Counter(sale["number"] for sale in counted["sales"]))),
        ("doubled: wishes", doubles(asked)),
        ("wrong: calls that were not accepted", [name for name in answers if name != "accepted"]),
        ("wrong: not cancelled, or cancelled by nobody", find_statuses(orders, there)),
        ("wrong: pieces or amounts of orders", find_amounts(counted["sales"], there, alive)),
        ("wrong: wishes", [row for row in requests if row["lots"] != fates[row["number"]]["lots"]]),
        ("wrong: address of the call not on the shipment", find_addresses(orders, fates, there)),
        ("stuck: jobs", counted["jobs"]),
        ("stuck: news", counted["events"]),
        ("stuck: shipments", [f"{row['number']}: {row['problem']}" for row in orders if row["problem"]]),
    ]


def doubles(counts):
    return sorted(number for number, count in counts.items() if count > 1)


def find_statuses(orders, there):
    return [
        f"{order['number']}: {order['status']}, there {there[order['number']]['status']}"
        for order in orders
        if (order["status"] == "cancelled") != (there[order["number"]]["status"] == "CUSTOMER_CANCELED")
    ]


def find_amounts(sales, there, alive):
    """An order holds what is alive there, at its price; one that is cancelled there is cancelled."""
    wrong = []
    for sale in sales:
        number = sale["number"]
        if number not in alive:
            wrong += [] if sale["state"] == "cancel" else [f"{number}: cancelled there, {sale['state']} here"]
            continue
        lots = [lot for lot in there[number]["lots"] if lot["status"] != "CUSTOMER_CANCELED"]
        expected = (len(lots), sum(lot["price"] for lot in lots))
        if (sale["pieces"], sale["total"]) != expected:
            wrong.append(f"{number}: {sale['pieces']} for {sale['total']}, there {expected}")
    return wrong


def find_addresses(orders, fates, there):
    """``order/get`` tells no postal code."""
    return [
        f"{order['number']}: {order['zip']} ({order['contact_zip']})"
        for order in orders
        if fates[order["number"]]["shop"] == "175000"
        and fates[order["number"]]["calls"]
        and {order["zip"], order["contact_zip"] or order["zip"]} != {there[order["number"]]["customer"]["postal_code"]}
    ]
