"""One offer of a feed out of what was read of it. Plain Python: it asks the database nothing."""

from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

from ..marketplaces.base.feed import FeedOffer, FeedProblem
from .marketplace_price_engine import decimal_of

#: Pictures that marketplaces take, and the ending of their address.
IMAGE_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


class OfferMaker:
    def __init__(self, setting):
        self.setting = setting
        self.options = setting.options

    def make(self, row, lookup):
        """(FeedOffer or None, [FeedProblem])"""
        reason = self._find_reason(row)
        if reason:
            return None, [FeedProblem(reason, True)]
        attributes = [*lookup.attributes[row["product_id"]], *lookup.common[row["template_id"]]]
        vendor, params = self._get_characteristics(attributes)
        if vendor and " ".join(vendor.split()).casefold() in self.setting.vendors:
            return None, [FeedProblem("vendor", True, {"vendor": vendor})]
        problems = []
        stock, available = self._get_stock(row, problems)
        vat, outside = lookup.taxes[row["template_id"]]
        extra = sum(decimal_of(extra) for *_rest, extra in attributes if extra)
        price, old = self._get_price(row, outside, extra, problems)
        if any(problem.left_out for problem in problems):
            return None, problems
        options, pack = self.options, self._get_pack(row)
        variant = ", ".join(value for _id, _name, value, telling, _extra in attributes if telling)
        offer = FeedOffer(
            id=row["article"],
            name=f"{row['name']} ({variant})" if variant else row["name"] or "",
            price=price,
            category_id=row["categ_id"],
            available=available,
            old_price=old,
            pictures=self._get_picture(row, lookup, problems),
            vat=vat if options.with_vat else None,
            vendor=vendor,
            model=row["name"] or "" if options.join_variants else "",
            description=row["description"] or "",
            barcode=self._get_barcode(row, lookup),
            outlet=self.setting.outlet,
            stock=stock,
            weight=decimal_of(row["weight"]) * self.setting.kilogram * pack if row["weight"] else None,
            params=(*params, *lookup.values.get(row["product_id"], ())),
        )
        return offer, problems

    def _find_reason(self, row):
        """Why it is not wanted in the feed at all."""
        if not row["active"] or row["archived_there"]:
            return "archived"
        if not row["sale_ok"] and self.options.scope == "products":
            return "not_saleable"
        wanted = self.setting.wanted is None or row["categ_id"] in self.setting.wanted
        return "" if wanted and row["categ_id"] not in self.setting.unwanted else "category"

    def _get_characteristics(self, attributes):
        """(brand, ((name, value), …))"""
        options = self.options
        if options.vendor_source == "constant":
            vendor = options.vendor_name
        elif options.vendor_source == "attribute":
            brand_id = options.brand_id
            vendor = next((value for id_, _name, value, *_rest in attributes if id_ == brand_id), "")
            attributes = [attribute for attribute in attributes if attribute[0] != brand_id]
        else:
            vendor = ""
        told = attributes if options.with_attributes else []
        return vendor, tuple((name, value) for _id, name, value, *_rest in told)

    def _get_stock(self, row, problems):
        """(number to tell or None, whether it can be ordered)"""
        options, quantity = self.options, row["quantity"] if self.setting.counting else None
        if row["stock_state"] == "unmanaged" and self.setting.counting:
            # An exception says that the cabinet's own number stays.
            problems.append(FeedProblem("stock_alone", False))
            return None, True
        if quantity is None and (options.tells_stock or options.min_quantity):
            problems.append(FeedProblem("no_stock", bool(options.min_quantity)))
        elif quantity is not None and quantity < options.min_quantity:
            problems.append(FeedProblem("minimum", True, {"quantity": quantity, "minimum": options.min_quantity}))
        if options.tells_stock:
            return quantity or 0, bool(quantity and quantity > 0)
        return None, quantity is None or quantity > 0

    def _get_pack(self, row):
        """How many of the product's units one of the offer is."""
        if not row["sold_by"] or row["sold_by"] == row["uom_id"]:
            return Decimal(1)
        return self.setting.units[row["sold_by"]] / self.setting.units[row["uom_id"]]

    def _get_barcode(self, row, lookup):
        if row["sold_by"] and row["sold_by"] != row["uom_id"]:
            return lookup.barcodes.get((row["product_id"], row["sold_by"]), "")
        return row["barcode"] or ""

    def _get_picture(self, row, lookup, problems):
        picture = lookup.pictures.get(row["product_id"])
        if not picture:
            return ()
        _id, checksum, mimetype = picture
        if mimetype not in IMAGE_TYPES:
            problems.append(FeedProblem("picture_type", False, {"type": mimetype or ""}))
            return ()
        return (f"{self.setting.image_url}{row['product_id']}-{(checksum or '0')[:8]}.{IMAGE_TYPES[mimetype]}",)

    # === PRICE === #
    def _get_price(self, row, outside, extra, problems):
        """(price, former price); 0 where there is none."""
        if self.options.price_source == "account" and row["price_state"]:
            price, old = self._get_account_price(row, problems)
        else:
            price = (decimal_of(row["list_price"]) + extra) * (1 + outside) * self.setting.rate
            price, old = price * self._get_pack(row), Decimal(0)
        if self.options.discount and price > 0:
            return self._discount(price, old, row, problems)
        return price, old

    def _get_account_price(self, row, problems):
        if row["currency_id"] != self.setting.roubles:
            problems.append(FeedProblem("currency", True))
        declined = row["price_state"] == "draft" and row["declined_price"] and row["declined_price"] == row["price"]
        if row["price_state"] in ("blocked", "approval") or declined:
            if row["sent_at"]:
                # What the marketplace has stays what it is told.
                return decimal_of(row["sent_price"]), decimal_of(row["sent_old_price"])
            code = "price_blocked" if row["price_state"] == "blocked" else "price_approval"
            problems.append(FeedProblem(code, True, {"reason": row["reason"] or ""}))
        return decimal_of(row["price"]), decimal_of(row["old_price"])

    def _discount(self, price, old, row, problems):
        """Percent off everything; the price before it becomes the former one."""
        step = Decimal(1) if self.setting.profile.whole_prices else Decimal("0.01")
        told = (price * (1 - self.options.discount / 100)).quantize(step, ROUND_DOWN)
        floor = decimal_of(row["floor_price"]).quantize(step, ROUND_CEILING)
        if self.options.guard and told < floor:
            problems.append(FeedProblem("discount_cut", False, {"told": told, "floor": floor}))
            told = min(floor, price)
        return told, max(old, price)
