from decimal import Decimal

from markupsafe import Markup

from odoo import api, models
from odoo.tools.misc import formatLang

from ..marketplaces.base import refusals

#: Steps that say whose they are.
NOTED = ("on_hand", "share", "reserved", "pool", "fixed")


class MarketplaceStockText(models.AbstractModel):
    """The words of *Why is it 7?*, and of refusals."""

    _name = "marketplace.stock.text"
    _description = "Marketplace Stock Text"

    @api.model
    def _render(self, result):
        """The computation as HTML: one sentence that adds up, then its steps."""
        rows = Markup("").join(
            Markup("<tr><td>%s</td><td class='text-end'>%s</td></tr>") % (label, self._number(left))
            for label, left in self._describe(result)
        )
        return Markup("<p class='mb-1'><strong>%s</strong></p><table class='table table-sm mb-0'>%s</table>") % (
            self._get_sentence(result),
            rows,
        )

    @api.model
    def _get_sentence(self, result):
        """ "12 on hand − 3 reserved − 2 buffer = 7"."""
        if result.quantity is None:
            return self._get_reason(result) or self.env._("Nothing is sent: no location is counted.")
        parts = [text for step in result.steps if (text := self._get_term(step))]
        sentence = " ".join(parts).removeprefix("+ ")
        return f"{sentence or self._get_reason(result) or self.env._('nothing on hand')} = {result.quantity}"

    def _get_term(self, step):
        """The part of a step in the sentence, with its sign."""
        amount = self._number(step.amount)
        terms = {
            "on_hand": self.env._("+ %s on hand", amount),
            "share": self.env._("(%s %% of it)", amount),
            "reserved": self.env._("− %s reserved", amount),
            "awaiting": self.env._("− %s sold, not reserved yet", amount),
            "pool": self.env._("− %s for other marketplaces", amount),
            "buffer": self.env._("− %s buffer", amount),
            "unit": self.env._("in units of %s", amount),
            "negative": self.env._("(below zero: none)"),
            "fraction": self.env._("(whole ones only)"),
            "pack": self.env._("in packs of %s", amount),
            "cap": self.env._("at most %s", amount),
            "threshold": self.env._("below %s: none", amount),
            "fixed": self.env._("fixed quantity %s", amount),
        }
        text = terms.get(step.code, "")
        if step.code == "on_hand" and step.note.startswith("kit:"):
            return self.env._(
                "+ parts for %(count)s kits, %(part)s is scarcest", count=amount, part=step.note.removeprefix("kit:")
            )
        return text

    def _get_reason(self, result):
        notes = {
            "archived_there": self.env._("Nothing is sent: the listing is in the marketplace's archive."),
            "untracked": self.env._("Nothing is sent: Odoo does not count the stock of this product."),
            "unlinked": self.env._("The listing is linked to no product: none to sell"),
            "archived": self.env._("The product is archived: none to sell"),
        }
        for step in result.steps:
            if step.code in ("exclude", "unmanaged"):
                return notes.get(step.note) or self.env._("Exception «%s»", step.note)
        return ""

    @api.model
    def _describe(self, result):
        """[(what was done, what is left)]"""
        rows = []
        for step in result.steps:
            text = (self._get_term(step) or self._get_reason(result)).removeprefix("+ ")
            if step.note and step.code in NOTED and not step.note.startswith("kit:"):
                text = f"{text} · {step.note}"
            rows.append((text, step.result))
        return rows

    def _number(self, number):
        number = Decimal(number)
        digits = 0 if number == number.to_integral_value() else 2
        return formatLang(self.env, float(number), digits=digits)

    # === REFUSALS === #
    @api.model
    def _get_refusal(self, answer):
        """Why the marketplace did not take a number, and what to do, in one sentence."""
        known = self._get_refusals().get(answer.reason)
        if known:
            return known
        return self.env._("The marketplace refused: %(message)s (%(code)s)", message=answer.message, code=answer.code)

    def _get_refusals(self):
        return {
            refusals.TOO_OFTEN: self.env._("Sent too often: it is repeated by itself."),
            refusals.UNKNOWN: self.env._(
                "The cabinet does not know this listing: check its code, then load the offers again, or the feed there."
            ),
            refusals.NOT_ON_SALE: self.env._("The card is not on sale yet: finish it in the cabinet."),
            refusals.EXAMINED: self.env._("The marketplace is still examining the card: try later."),
            refusals.NO_WAREHOUSE: self.env._("The cabinet has no such warehouse any more: load the warehouses again."),
            refusals.TOO_MUCH: self.env._("The number is too big: set «At Most» on the warehouse."),
            refusals.ARCHIVED: self.env._("The listing is in the marketplace's archive: bring it back there."),
            refusals.BULKY_ONLY: self.env._("This warehouse takes bulky goods only: exclude the product here."),
            refusals.OVERSIZED: self.env._(
                "Its size does not fit this warehouse: change its dimensions, or exclude it here."
            ),
            refusals.NO_ANSWER: self.env._("The marketplace said nothing of it: send it again."),
        }
