"""Which marketplaces read a product feed, and by which rules. It asks no adapter: a feed needs no key."""

from .megamarket.feed import PROFILE as MEGAMARKET

FEED_PROFILES = {profile.code: profile for profile in (MEGAMARKET,)}


def get_feed_profile(code):
    """The rules of a marketplace's feed; None where it reads none."""
    return FEED_PROFILES.get(code)
