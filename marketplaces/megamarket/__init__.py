"""MegaMarket's merchant API: the schemes DBS ("ДСМ", told as rfbs) and Standard ("Стандарт", told as fbs)."""
