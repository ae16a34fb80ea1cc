"""The rules of MegaMarket's product feed."""

from decimal import Decimal

from ..base.feed import NO_VAT, FeedProfile

PROFILE = FeedProfile(
    code="megamarket",
    layout=(
        "url",
        "name",
        "price",
        "oldprice",
        "categoryId",
        "picture",
        "vat",
        "vendor",
        "vendorCode",
        "model",
        "description",
        "barcode",
        "outlets",
        "param",
    ),
    id_pattern=r"[A-Za-z0-9_-]{1,20}",
    whole_prices=True,
    old_price_factor=Decimal("1.05"),
    vat_words={
        Decimal("0.22"): "VAT_22",
        Decimal("0.20"): "VAT_20",
        Decimal("0.10"): "VAT_10",
        Decimal(0): "VAT_0",
        NO_VAT: "NO_VAT",
    },
    barcode_lengths=(8, 12, 13),
    # The range that shops print on goods of their own.
    store_barcodes=("20",),
    measures={"weight": "Weight", "width": "Width", "height": "Height", "length": "Length"},
    shipping="shipment-options",
)
