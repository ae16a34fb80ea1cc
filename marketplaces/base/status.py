"""The words in which every marketplace's statuses are told to the rest of the program.

A posting moves from left to right, may end as cancelled from every place, and may pause in a dispute:

    new → to_confirm → to_assemble → assembled → handed_over → delivering → delivered
                                         ↘ not_accepted, dispute ↗
    any → cancelled                    to_assemble → split (replaced by its children)

``to_confirm`` exists where the seller has to say that he takes the order. ``unknown`` holds a word that the
marketplace's mapper has never heard of: such a posting is stored and shown, and nothing is done with it.
"""

NEW = "new"
TO_CONFIRM = "to_confirm"
TO_ASSEMBLE = "to_assemble"
ASSEMBLED = "assembled"
HANDED_OVER = "handed_over"
DELIVERING = "delivering"
DELIVERED = "delivered"
NOT_ACCEPTED = "not_accepted"
DISPUTE = "dispute"
CANCELLED = "cancelled"
SPLIT = "split"
UNKNOWN = "unknown"

ALL = (
    *(NEW, TO_CONFIRM, TO_ASSEMBLE, ASSEMBLED, HANDED_OVER, DELIVERING, DELIVERED),
    *(NOT_ACCEPTED, DISPUTE, CANCELLED, SPLIT, UNKNOWN),
)
FINAL = (DELIVERED, CANCELLED, SPLIT)

FBS = "fbs"
RFBS = "rfbs"
FBO = "fbo"
SCHEMES = (FBS, RFBS, FBO)

# --- what the seller tells of a delivery ---------------------------------------------------------------------------
#: Steps after assembling, in their order; which of them a marketplace wants to hear stands in ``MarketplaceInfo``.
#: LAST_MILE is a step within the status *delivering*.
LAST_MILE = "last_mile"
DELIVERY_STEPS = (HANDED_OVER, DELIVERING, LAST_MILE, DELIVERED)

# --- returns -------------------------------------------------------------------------------------------------------
#: Where a returned unit is:
#:
#:     requested → moving → ready (to be fetched) → received (by the seller)
#:         ↘ refused      ↘ at_marketplace (back in its own stock)    ↘ disposed    ↘ compensated
RETURN_REQUESTED = "requested"
RETURN_REFUSED = "refused"
RETURN_MOVING = "moving"
RETURN_READY = "ready"
RETURN_RECEIVED = "received"
RETURN_AT_MARKETPLACE = "at_marketplace"
RETURN_DISPOSED = "disposed"
RETURN_COMPENSATED = "compensated"
RETURN_UNKNOWN = "unknown"
RETURN_STAGES = (
    *(RETURN_REQUESTED, RETURN_REFUSED, RETURN_MOVING, RETURN_READY, RETURN_RECEIVED),
    *(RETURN_AT_MARKETPLACE, RETURN_DISPOSED, RETURN_COMPENSATED, RETURN_UNKNOWN),
)
#: Why goods come back: cancelled before hand-over, refused at hand-over (wholly, partly), sent back by the buyer later.
RETURN_KINDS = ("cancellation", "refused", "partial", "client", "unknown")
