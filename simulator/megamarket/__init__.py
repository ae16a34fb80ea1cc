"""MegaMarket's merchant API, its callbacks and its feed reader, from memory."""
