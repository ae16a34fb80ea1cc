"""How postings move stock: an order reserves, hand-over consumes, a cancellation releases.

FBS and rFBS take from the seller's stock. FBO takes from Ozon's, where a test has said how much there is; a product
that was never counted there is sold without end. When Ozon consumes and releases is not documented; the moments here
are inferred from the seller's cabinet.
"""

HOLDING = {
    "awaiting_verification", "awaiting_approve", "awaiting_packaging", "awaiting_registration", "awaiting_deliver",
    "acceptance_in_progress", "arbitration", "client_arbitration", "not_accepted",
}  # fmt: skip
GONE = {"delivering", "driver_pickup", "delivered", "sent_by_seller"}


def follow(state, posting):
    """Bring the stock in line with the posting's present status."""
    if posting.status in HOLDING and posting.stock_state == "none":
        reserve(state, posting)
    elif posting.status in GONE and posting.stock_state == "reserved":
        consume(state, posting)
    elif posting.status == "cancelled" and posting.stock_state == "reserved":
        release(state, posting)


def find_stock(state, line, posting):
    """The stock that a line takes from; None where Ozon's own warehouse does not count the product."""
    place = posting.warehouse.warehouse_id
    if posting.is_fbo:
        return state.fbo_stocks.get((line.product_id, place))
    return state.stock(line.product_id, place)


def reserve(state, posting):
    """An order made by a test may ask for more than there is: the missing units count as present and reserved."""
    for line in posting.lines:
        stock = find_stock(state, line, posting)
        line.counted = stock is not None
        if line.counted:
            line.taken = min(stock.free, line.quantity)
            stock.free -= line.taken
            stock.reserved += line.quantity
            note(state, line, posting, stock)
    posting.stock_state = "reserved"


def consume(state, posting):
    for line in posting.lines:
        # What was counted only after the order had come was never reserved for it.
        if line.counted:
            stock = find_stock(state, line, posting)
            stock.reserved = max(0, stock.reserved - line.quantity)
            note(state, line, posting, stock)
    posting.stock_state = "consumed"


def release(state, posting):
    for line in posting.lines:
        release_units(state, posting, line, line.quantity)
    posting.stock_state = "released"


def release_units(state, posting, line, quantity):
    if not line.counted:
        return
    stock = find_stock(state, line, posting)
    returned = min(line.taken, quantity)
    line.taken -= returned
    stock.free += returned
    stock.reserved = max(0, stock.reserved - quantity)
    note(state, line, posting, stock)


def note(state, line, posting, stock):
    """Of Ozon's own stock no seller is told: the push is about his warehouses (inferred)."""
    stock.updated_at = state.clock.now()
    if not posting.is_fbo:
        state.pusher.stock_changed(line.product_id, line.sku, posting.warehouse.warehouse_id, stock)
