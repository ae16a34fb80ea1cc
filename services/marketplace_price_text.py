from decimal import Decimal

from markupsafe import Markup

from odoo import api, models
from odoo.tools.misc import formatLang

from ..marketplaces.base import refusals
from . import price_formula


class MarketplacePriceText(models.AbstractModel):
    """The words of prices: why one is not sent, what the marketplace says to it, how it came about."""

    _name = "marketplace.price.text"
    _description = "Marketplace Price Text"

    @api.model
    def _get_reason(self, code, row, result=None):
        """Why a price is not sent, in one sentence."""
        price, minimum, floor = (
            (self._money(result.price, row), self._money(result.minimum, row), self._money(result.floor, row))
            if result
            else ("", "", "")
        )
        reasons = {
            "no_price": self.env._("The pricelist gives no price above 0."),
            "below_minimum": self.env._(
                "%(price)s is below the minimum price %(minimum)s.", price=price, minimum=minimum
            ),
            "below_floor": self.env._(
                "%(price)s does not pay for cost, commission, fees and VAT: the lowest price that does is %(floor)s.",
                price=price,
                floor=floor,
            ),
            "no_cost": self.env._(
                "The product has no cost: enter it, or switch off «Never Below Cost» on the account."
            ),
            "no_commission": self.env._("The marketplace's commission is not known yet: it is read first."),
            "currency": self.env._("The pricelist is not in the currency of the cabinet: the price would be refused."),
            "archived": self.env._("The product is archived."),
            "archived_there": self.env._("The listing is archived in the cabinet."),
            "preview": self.env._("Sending prices is switched off on the account."),
        }
        return reasons[code]

    @api.model
    def _get_jump(self, row, result, last):
        return self.env._(
            "From %(last)s to %(price)s is a change by %(percent)s %%: it waits for approval.",
            last=self._money(last, row),
            price=self._money(result.price, row),
            percent=self._number(abs(result.price - last) * 100 / last, 1),
        )

    @api.model
    def _get_quarantine(self, row):
        return self.env._(
            "The marketplace accepted %(sent)s and shows %(there)s: the price moved so much that it waits in "
            "quarantine. Confirm it in the cabinet.",
            sent=self._money(row.sent_price, row),
            there=self._money(row.price_there, row),
        )

    @api.model
    def _get_strategy(self, row):
        return self.env._(
            "The cabinet shows %(there)s although %(sent)s was accepted: a promotion, a price strategy or somebody in "
            "the cabinet has set another price.",
            there=self._money(row.price_there, row),
            sent=self._money(row.sent_price, row),
        )

    @api.model
    def _get_refusal(self, answer, row):
        """Why the marketplace did not take a price, and what it wants, in one sentence.

        :param answer: ``dto.PriceAnswer``
        """
        known = self._get_refusals(self._money(answer.bound, row)).get(answer.reason)
        if known:
            return known
        return self.env._("The marketplace refused: %(message)s (%(code)s)", message=answer.message, code=answer.code)

    def _get_refusals(self, bound):
        return {
            refusals.UNKNOWN: self.env._("The listing does not exist in this cabinet."),
            refusals.NO_ANSWER: self.env._("The marketplace said nothing about this price."),
            refusals.CATEGORY: self.env._("The price is outside of what the marketplace allows in this category."),
            refusals.CURRENCY: self.env._("The price is not in the currency of the cabinet's contract."),
            refusals.UNREADABLE: self.env._("The marketplace cannot read the price."),
            refusals.NOT_POSITIVE: self.env._("The price must be above 0."),
            refusals.OLD_TOO_CLOSE: self.env._(
                "The price before discount is too close to the price: it must be above %s, or none.", bound
            ),
            refusals.OLD_TOO_HIGH: self.env._(
                "The price before discount is too high for this price: it must be below %s.", bound
            ),
            refusals.BELOW_MINIMUM: self.env._("The price is below the minimum price in the cabinet."),
            refusals.MINIMUM_TOO_LOW: self.env._("The minimum price is too low for this price: at least %s.", bound),
            refusals.MINIMUM_MISSING: self.env._(
                "Automatic promotions are switched on for the listing: they need a minimum price."
            ),
        }

    # === EXPLANATION === #
    @api.model
    def _render(self, row, explained):
        """How the price came about and what is left of it, as an HTML table.

        :param explained: (``price_formula.Result``, ``price_formula.Costs``), None where there is no computation
        """
        if not explained:
            return False
        rows = Markup("").join(
            Markup("<tr><td>%s</td><td class='text-end text-nowrap'>%s</td></tr>") % line
            for line in self._describe(row, *explained)
        )
        return Markup("<table class='table table-sm mb-0'>%s</table>") % rows

    def _describe(self, row, result, costs):
        account = row.account_id
        labels = {
            "price": self.env._("Pricelist %s", account.price_pricelist_id.name),
            "discount": self.env._("Common discount %s %%", self._number(account.price_discount, 2)),
            "rounding": self.env._("Rounded"),
            "no_old": self.env._("No price before discount: it would not be higher"),
        }
        lines = []
        for step in result.steps:
            line = (labels[step.code], self._money(step.result, row))
            # Less than a kopeck is rounded off without a word.
            if not (lines and step.code == "rounding" and lines[-1][1] == line[1]):
                lines.append(line)
        if result.old:
            lines.append((self.env._("Price before discount"), self._money(result.old, row)))
        if result.minimum:
            lines.append((self.env._("Minimum price"), self._money(result.minimum, row)))
        share = result.price * costs.percent / 100
        taken = [
            (
                self.env._("− VAT %s %%", self._number(costs.vat_rate * 100, 0)),
                price_formula.get_vat(result.price, costs),
            ),
            (
                self.env._("− Commission and acquiring %s %%", self._number(costs.percent, 2)),
                share,
            ),
            (self.env._("− Fees"), costs.fixed),
            (self.env._("− Acquiring"), costs.acquiring),
            (self.env._("− Cost"), costs.cost),
        ]
        lines += [(label, self._money(amount, row)) for label, amount in taken if amount]
        if costs.cost is not None:
            lines.append((self.env._("= Margin"), self._money(price_formula.get_margin(result.price, costs), row)))
            lines.append((self.env._("Lowest price that pays for all this"), self._money(result.floor, row)))
        return lines

    def _money(self, amount, row):
        amount = Decimal(str(amount or 0))
        return row.currency_id.format(float(amount)) if amount.is_finite() and row.currency_id else "—"

    def _number(self, value, digits):
        return formatLang(self.env, float(value), digits=digits).removesuffix(".00").removesuffix(",00")
