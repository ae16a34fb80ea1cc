"""What Ozon charges and pays for, and which kind of money that is. Tables only.

The dictionary (``/v1/finance/accrual/types``) is the truth: the numbers below are those that were seen in use, so that
a movement has a name before the dictionary was read. A name that is missing here is *unknown*, never guessed.
"""

from ..base import money, status

_NAMES_BY_KIND = {
    money.COMMISSION: (
        *("SaleCommission", "CorrectionCommission", "ClaimCommission"),
        *("RfbsServiceFee", "RfbsDomesticAgentFee", "RfbsGlobalAgentFee"),
    ),
    money.ACQUIRING: ("Acquiring",),
    money.LOGISTICS: (
        *("Logistic", "Fulfillment", "CrossDock", "CrossDockPickUpCourierDelivery", "Shipment", "Replenishment"),
        *("Drop-Off", "Drop-Off Agent", "B2C Drop-Off", "B2C Drop-Off Agent", "B2CLogistics"),
        *("PackageCost", "PackingFee", "ItemPacking", "ItemSealing", "PackmanCisPacking", "PackageUnitProcessing"),
        *("B2CContainerPacking", "B2CContainerPackage", "SupplyInbound", "QuantProcessingDrop"),
        *("Pick-Up", "PickUpCourierArrangement", "PickUpCourierDelivery", "CourierPickUpByOzon"),
        *("CourierPickUpReinvoice", "VolumeWeightCharacteristicsProcessing", "OversizedExtraHandling"),
        *("InternationalLogisticDelta", "OzonGlobalLogisticsDelivery"),
        *("MicroFulfillmentSupply", "MicroFulfillmentPicking", "Marking", "LabelOriginal"),
    ),
    money.LAST_MILE: (
        *("LastMile", "LastMileCourier", "LastMilePickUpPoint", "ClickAndCollect"),
        *("DeliveryToHandoverPlaceByOzon", "B2CDeliveryToHandoverPlaceByOzon"),
        *("B2CCourierClientReinvoice", "B2CPickUpPointClientReinvoice"),
        *("RfbsDomesticDelivery", "RfbsGlobalDelivery"),
    ),
    # The buyer has paid the seller for bringing the goods: an income.
    money.DELIVERY_INCOME: ("RfbsClientDeliveryCharge", "RfbsBuyerDelivery"),
    money.RETURN_LOGISTICS: (
        *("BackwardShipment", "B2CBackwardLogistics", "ClientReturn", "SellerReturns", "PartialReturn"),
        *("PreparingToReturn", "ReturnFlowLogistic", "ReturnStorageInTheWarehouse", "PickUpPointReturnAcceptance"),
        *("B2CPickUpPointReturnAcceptance", "RfbsEasyReturn", "Cancellation", "Disposal", "B2CDisposal"),
    ),
    money.ADVERTISING: (
        *("PayPerClick", "Promotion", "BrandPromotion", "BrandCommission", "BrandShelf", "BrandDeposit", "Stencil"),
        *("ExternalPromotion", "InternetSiteAdvertising", "SocialMediaAdvertising", "DisplayAdvertisingPlacement"),
        *("Marketing", "PushCampaign", "LeadGeneration", "VideoCover", "PremiumMailingCommission"),
        *("PremiumCashbackPromotion", "PremiumCashbackIndividualPoints", "PointsForReviews", "SaleReview"),
        *("ReviewsPin", "AcceleratedReviewCollection", "FirstCustomerReview", "CustomerChatPoints"),
        "LabelBrandVerified",
    ),
    money.STORAGE: (
        *("Placements", "TemporaryPlacement", "TemporaryPlacementsAgent", "B2CTemporaryPlacement", "StockInsurance"),
    ),
    money.FINE: (
        *("DefectRate", "DefectFineModeration", "DefectFineProhibitedGoods", "DefectFineCounterfeitGoods"),
        *("DefectFineComplaint", "DefectFineErrors", "DefectFineShipmentDelayRate"),
    ),
    money.COMPENSATION: ("Compensation", "ItemCompensation", "B2CInsuranceCompensation"),
    money.OTHER: (
        *("PremiumMembership", "PremiumSubscription", "StarsMembership", "EarlyPayment", "FlexiblePayments"),
        *("AnalyticsLite", "AnalyticsPremium", "AnalyticsPlus", "AnalyticsPro", "AnalyticsCorrection"),
        *("Installment", "KazakhstanBuyerInstallment", "ItemCloning", "B2CInsuranceShipping", "Moderation"),
        *("OzonData", "SetOff", "RealizationReportCorrection", "IncreaseAssortmentLimit"),
        *("VolumeObligationReward", "OrdersBooking", "Charity", "CustomerReviews"),
        *("RfbsGlobalIntermediaryService", "RfbsGlobalPlatformConnectionService"),
    ),
}
#: Name of a type → kind.
KINDS = {name: kind for kind, names in _NAMES_BY_KIND.items() for name in names}

SALE_COMMISSION = "69"
#: Number of a type → its name.
NAMES = {
    "1": "Acquiring",
    "3": "BrandCommission",
    "6": "Cancellation",
    "9": "ClientReturn",
    "10": "Compensation",
    "11": "CorrectionCommission",
    "12": "CrossDock",
    "14": "DefectRate",
    "15": "Disposal",
    "16": "Drop-Off",
    "17": "Drop-Off Agent",
    "18": "EarlyPayment",
    "23": "InternetSiteAdvertising",
    "25": "ItemCompensation",
    "28": "LastMile",
    "29": "LastMileCourier",
    "32": "Logistic",
    "33": "Marketing",
    "38": "PackageCost",
    "39": "PackingFee",
    "40": "PartialReturn",
    "41": "PayPerClick",
    "45": "PickUpPointReturnAcceptance",
    "46": "Placements",
    "47": "PointsForReviews",
    "49": "PremiumCashbackPromotion",
    "51": "PremiumMembership",
    "52": "PremiumSubscription",
    "54": "Promotion",
    "57": "RealizationReportCorrection",
    "59": "ReturnFlowLogistic",
    "61": "ReviewsPin",
    "62": "RfbsClientDeliveryCharge",
    "63": "RfbsDomesticAgentFee",
    "64": "RfbsDomesticDelivery",
    "65": "RfbsEasyReturn",
    SALE_COMMISSION: "SaleCommission",
    "71": "SellerReturns",
    "74": "StarsMembership",
    "75": "Stencil",
    "76": "StockInsurance",
    "77": "SupplyInbound",
    "78": "TemporaryPlacement",
    "79": "TemporaryPlacementsAgent",
    "82": "VolumeWeightCharacteristicsProcessing",
    "87": "SocialMediaAdvertising",
    "92": "DefectFineComplaint",
    "93": "DefectFineErrors",
    "94": "DefectFineShipmentDelayRate",
    "96": "AcceleratedReviewCollection",
    "98": "DeliveryToHandoverPlaceByOzon",
    "124": "RfbsBuyerDelivery",
}

#: ``accrued_category`` → branch of ``dto.Accrual``.
BRANCHES = {"POSTING": "posting", "ITEM": "item", "NON_ITEM": "seller", "CONTAINER_FEES": "container"}
#: ``delivery_schema`` (lower case) → scheme.
SCHEMES = {
    "fbs": status.FBS,
    "fbseconomy": status.FBS,
    "rfbs": status.RFBS,
    "fbo": status.FBO,
    "fboeconomy": status.FBO,
}
