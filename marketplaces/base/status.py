"""The words in which every marketplace's statuses are told to the rest of the program.

A posting moves from left to right, may end as cancelled from every place, and may pause in a dispute:

    new → to_assemble → assembled → handed_over → delivering → delivered
                            ↘ not_accepted, dispute ↗
    any → cancelled                    to_assemble → split (replaced by its children)

``unknown`` holds a word that the marketplace's mapper has never heard of: such a posting is stored and shown, and
nothing is done with it.
"""

NEW = "new"
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
    *(NEW, TO_ASSEMBLE, ASSEMBLED, HANDED_OVER, DELIVERING, DELIVERED),
    *(NOT_ACCEPTED, DISPUTE, CANCELLED, SPLIT, UNKNOWN),
)
FINAL = (DELIVERED, CANCELLED, SPLIT)

FBS = "fbs"
RFBS = "rfbs"
FBO = "fbo"
SCHEMES = (FBS, RFBS, FBO)
