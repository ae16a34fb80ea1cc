"""Why a marketplace did not take a number or a price, in words that all of them share. Adapters name the reason, the
Odoo side says it in a sentence; the vendor's own code and message are kept beside it."""

UNKNOWN = "unknown"  # no such listing
NO_ANSWER = "no_answer"  # the call was answered, this item was not
TOO_OFTEN = "too_often"

# --- stock
NOT_ON_SALE = "not_on_sale"
EXAMINED = "examined"  # the card is still being moderated
ARCHIVED = "archived"
NO_WAREHOUSE = "no_warehouse"
TOO_MUCH = "too_much"
BULKY_ONLY = "bulky_only"
OVERSIZED = "oversized"

# --- prices; those with a bound say which one was broken
CATEGORY = "category"  # outside of what the category allows
CURRENCY = "currency"
UNREADABLE = "unreadable"
NOT_POSITIVE = "not_positive"
OLD_TOO_CLOSE = "old_too_close"  # bound: the price before discount must be above it
OLD_TOO_HIGH = "old_too_high"  # bound: … must be below it
BELOW_MINIMUM = "below_minimum"
MINIMUM_TOO_LOW = "minimum_too_low"  # bound: the minimum must not be below it
MINIMUM_MISSING = "minimum_missing"
