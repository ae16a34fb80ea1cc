"""Methods that exist in the real service but not here: the key's roles list them, calling them answers 501.

An honest "not simulated" is better than an invented answer or than "method is not allowed". path → (group, writes).
"""

NOT_SIMULATED = {
    "/v3/product/import": ("product", True),
    "/v4/product/info/attributes": ("product", False),
    "/v1/description-category/tree": ("product", False),
    "/v1/description-category/attribute": ("product", False),
    "/v1/description-category/attribute/values": ("product", False),
    "/v1/finance/realization/by-day": ("finance", False),
    "/v1/finance/mutual-settlement": ("finance", False),
    "/v1/finance/compensation": ("finance", False),
    "/v1/finance/decompensation": ("finance", False),
    "/v1/report/info": ("account", False),
    "/v1/report/list": ("account", False),
}
