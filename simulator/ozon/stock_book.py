"""How postings move stock: an order reserves, hand-over consumes, a cancellation releases.

When Ozon consumes and releases is not documented; the moments here are inferred from the seller's cabinet.
"""

HOLDING = {
    "awaiting_verification", "awaiting_approve", "awaiting_packaging", "awaiting_registration", "awaiting_deliver",
    "acceptance_in_progress", "arbitration", "client_arbitration", "not_accepted",
}  # fmt: skip
GONE = {"delivering", "driver_pickup", "delivered", "sent_by_seller"}


def follow(state, posting):
    """Bring the seller's stock in line with the posting's present status; FBO sells from Ozon's."""
    if posting.is_fbo:
        return
    if posting.status in HOLDING and posting.stock_state == "none":
        reserve(state, posting)
    elif posting.status in GONE and posting.stock_state == "reserved":
        consume(state, posting)
    elif posting.status == "cancelled" and posting.stock_state == "reserved":
        release(state, posting)


def reserve(state, posting):
    """An order made by a test may ask for more than there is: the missing units count as present and reserved."""
    for line in posting.lines:
        stock = state.stock(line.product_id, posting.warehouse.warehouse_id)
        line.taken = min(stock.free, line.quantity)
        stock.free -= line.taken
        stock.reserved += line.quantity
        note(state, line, posting, stock)
    posting.stock_state = "reserved"


def consume(state, posting):
    for line in posting.lines:
        stock = state.stock(line.product_id, posting.warehouse.warehouse_id)
        stock.reserved = max(0, stock.reserved - line.quantity)
        note(state, line, posting, stock)
    posting.stock_state = "consumed"


def release(state, posting):
    for line in posting.lines:
        release_units(state, posting, line, line.quantity)
    posting.stock_state = "released"


def release_units(state, posting, line, quantity):
    stock = state.stock(line.product_id, posting.warehouse.warehouse_id)
    returned = min(line.taken, quantity)
    line.taken -= returned
    stock.free += returned
    stock.reserved = max(0, stock.reserved - quantity)
    note(state, line, posting, stock)


def note(state, line, posting, stock):
    stock.updated_at = state.clock.now()
    state.pusher.stock_changed(line.product_id, line.sku, posting.warehouse.warehouse_id, stock)
