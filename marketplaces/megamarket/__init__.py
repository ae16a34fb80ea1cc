"""MegaMarket's API for shops that deliver by it."""
