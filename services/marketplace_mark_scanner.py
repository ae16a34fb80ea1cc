import re

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..marketplaces.base import marking

#: Requirement → field of a unit that takes its code.
CODE_FIELDS = {"mandatory_mark": "mark", "jw_uin": "jw_uin", "imei": "imei"}
#: Requirement → what its number looks like.
PLAIN = {"imei": r"[0-9]{15}", "jw_uin": r"[0-9]{16}"}


class MarketplaceMarkScanner(models.AbstractModel):
    """Puts scanned codes to the units of a posting, each to a unit of its own product."""

    _name = "marketplace.mark.scanner"
    _description = "Marketplace Mark Scanner"

    @api.model
    def _scan(self, order, text, unit=None):
        """Take one scan. Raises ``UserError`` with a sentence for the person with the scanner.

        :param unit: ``marketplace.exemplar`` that is highlighted; it decides only where the GTIN does not
        :return: (unit that got the code, whether the text was typed in the wrong keyboard layout)
        """
        if word := self._get_plain_kind(order, text):
            return self._put_plain(order, word, text.strip(), unit), False
        code = self._parse(text)
        self._refuse_known(order, "mark_key", code.key)
        chosen = self._choose_unit(order, code, unit)
        self._put(chosen, {"mark": code.code})
        return chosen, code.converted

    def _get_plain_kind(self, order, text):
        """Numbers that are told by their length alone, where the posting asks for them."""
        asked = {word for line in order._get_units().line_id for word in line._get_requirements()}
        return next(
            (word for word, pattern in PLAIN.items() if word in asked and re.fullmatch(pattern, (text or "").strip())),
            False,
        )

    def _put_plain(self, order, word, text, unit):
        self._refuse_known(order, CODE_FIELDS[word], text)
        free = order._get_units().filtered(
            lambda item: (
                word in item.line_id._get_requirements() and not item[CODE_FIELDS[word]] and not item.part_number
            )
        )
        if not free:
            raise UserError(self.env._("All units have this number already."))
        chosen = unit if unit and unit in free else free[0]
        self._put(chosen, {CODE_FIELDS[word]: text})
        return chosen

    @api.model
    def _put(self, unit, vals):
        """Write codes to a unit; two workers who scan the same one at once both get a sentence."""
        for name in set(vals) & set(CODE_FIELDS.values()):
            value = (vals[name] or "").strip()
            if value and name == "mark":
                self._refuse_known(unit.order_id, "mark_key", self._parse(value).key, unit)
            elif value:
                self._refuse_known(unit.order_id, name, value, unit)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                unit.sudo().write(vals)
                unit.flush_recordset()
        except UniqueViolation:
            raise UserError(
                self.env._("Somebody has scanned this code for another unit a moment ago: take another unit.")
            ) from None

    @api.model
    def _parse(self, text):
        """:return: ``marking.Marking``"""
        try:
            return marking.parse(text)
        except marking.MarkError as exc:
            raise UserError(self._get_sentence(exc)) from None

    def _get_sentence(self, exc):
        sentences = {
            "empty": self.env._("Nothing was scanned."),
            "barcode": self.env._(
                "%s is the product's barcode. Scan the square marking code («Честный знак») of this unit.", exc.text
            ),
            "layout": self.env._(
                "The scanner types Cyrillic letters: switch the keyboard to English and scan the code again."
            ),
            "separator": self.env._(
                "The scanner leaves out the separators of the code (the GS character). Configure it to send GS (ASCII "
                "29, often called «send function characters» or «FNC1 as GS»), then scan again."
            ),
            "tail": self.env._(
                "This is only the beginning of a marking code: the signature at its end is missing. Scan the square "
                "code on the unit itself."
            ),
            "other": self.env._("This is not a marking code («Честный знак»): scan the square code on the unit."),
        }
        return sentences[exc.kind]

    # --- which unit ---------------------------------------------------------------------------------------------
    def _choose_unit(self, order, code, unit):
        units = order._get_units().filtered(lambda item: not item.part_number and self._takes_mark(item))
        if not units:
            raise UserError(self.env._("No unit of this posting takes a marking code."))
        fitting = self._find_fitting(units, code.gtin)
        if unit and unit in fitting and not unit.mark:
            return unit
        free = fitting.filtered(lambda item: not item.mark)
        if not free:
            raise UserError(
                self.env._(
                    "All units of %s have their codes already: this one is not of this posting, or was packed twice.",
                    ", ".join(fitting.line_id.mapped("name")),
                )
            )
        return free[0]

    def _takes_mark(self, unit):
        words = unit.line_id._get_requirements()
        # Marks are accepted for goods of which they are not demanded; who has one may record it.
        return "mandatory_mark" in words or not set(words) & {"jw_uin", "imei"}

    def _find_fitting(self, units, gtin):
        """Units of the product that the code names; where no barcode is known, any of those without one."""
        known = {line: self._get_gtins(line) for line in units.line_id}
        fitting = units.filtered(lambda item: gtin in known[item.line_id])
        if fitting:
            return fitting
        for line, gtins in known.items():
            if any(marking.is_pack_of(gtin, unit_gtin) for unit_gtin in gtins):
                raise UserError(
                    self.env._("This is the code of a whole pack of %s: scan the code of one unit.", line.name)
                )
        unknown = units.filtered(lambda item: not known[item.line_id])
        if unknown:
            return unknown
        raise UserError(
            self.env._(
                "This code is of another product (GTIN %(gtin)s). Expected: %(products)s.",
                gtin=gtin,
                products=", ".join(f"{line.name or line.article} ({', '.join(sorted(known[line]))})" for line in known),
            )
        )

    def _get_gtins(self, line):
        """GTIN-14 of a line's product as Odoo and the marketplace know them."""
        offer = line.offer_id.sudo()
        product = offer.product_id
        barcodes = [
            *(offer.barcodes or "").split(","),
            product.barcode,
            *product.product_uom_ids.mapped("barcode"),
        ]
        return {gtin for gtin in map(marking.as_gtin, barcodes) if gtin}

    # --- never twice --------------------------------------------------------------------------------------------
    def _refuse_known(self, order, key_name, key, unit=None):
        known = (
            self.env["marketplace.exemplar"]
            .sudo()
            .search([("company_id", "=", order.company_id.id), (key_name, "=", key), ("released", "=", False)], limit=1)
        )
        if not known or known == unit:
            return
        if known.order_id == order:
            raise UserError(
                self.env._(
                    "This code was scanned already, for %s: every unit has a code of its own.", known._get_title()
                )
            )
        raise UserError(
            self.env._(
                "This code belongs to posting %(number)s already (%(unit)s): take another unit.",
                number=known.order_id.number,
                unit=known._get_title(),
            )
        )
