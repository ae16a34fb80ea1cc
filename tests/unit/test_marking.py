import random
import string

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.marketplaces.base import marking

SERIAL = string.ascii_letters + string.digits + "!\"%&'*+,-./_:;=?"
SIGNATURE = string.ascii_letters + string.digits + "+/="
FORTY_FOUR, EIGHTY_EIGHT = 44, 88
GS = "\x1d"
CODE = f"0104601653003004215!AbCdEfGhIjK{GS}91EE10{GS}92" + "q" * 44


@tagged("post_install", "-at_install")
class TestMarking(BaseCase):
    """Whatever a scanner makes of a code, the marketplace gets the same code."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(20260901)

    def _make(self):
        gtin = "".join(self.random.choices(string.digits, k=14))
        serial = "".join(self.random.choices(SERIAL, k=self.random.choice((6, 7, 13, 20))))
        if self.random.random() < 0.2:
            tail = f"93{''.join(self.random.choices(SIGNATURE, k=4))}"
        else:
            signature = "".join(self.random.choices(SIGNATURE, k=self.random.choice((FORTY_FOUR, EIGHTY_EIGHT))))
            tail = f"91{''.join(self.random.choices(string.hexdigits.upper(), k=4))}{GS}92{signature}"
        return gtin, serial, f"01{gtin}21{serial}{GS}{tail}"

    def _kind(self, text):
        with self.assertRaises(marking.MarkError) as caught:
            marking.parse(text)
        return caught.exception.kind

    def test_every_way_of_writing_it_down(self):
        for _round in range(300):
            gtin, serial, code = self._make()
            writings = [code, GS + code, "\xe8" + code, "]d2" + code, "]C1" + code, f"  {code}\r\n", code + GS]
            writings += [code.replace(GS, stand_in) for stand_in in marking.STAND_INS]
            writings += [code.replace(GS, stand_in.lower()) for stand_in in marking.STAND_INS]
            for text in writings:
                with self.subTest(text=text):
                    found = marking.parse(text)
                    self.assertEqual(
                        (found.code, found.gtin, found.serial, found.converted), (code, gtin, serial, False)
                    )
                    self.assertEqual(found.key, f"01{gtin}21{serial}")

    def test_reading_twice_changes_nothing(self):
        for _round in range(100):
            _gtin, _serial, code = self._make()
            self.assertEqual(marking.parse(marking.parse(code).code).code, code)

    def test_russian_layout_is_put_right(self):
        """Every key of the scanner types the letter that lies on it in the Russian layout."""
        to_russian = str.maketrans(marking._LATIN, marking._RUSSIAN)
        for _round in range(300):
            _gtin, serial, code = self._make()
            typed = code.translate(to_russian)
            if not marking._CYRILLIC.search(typed):
                continue
            found = marking.parse(typed)
            self.assertEqual((found.code, found.serial, found.converted), (code, serial, True))

    def test_mixed_layouts_are_refused(self):
        self.assertEqual(self._kind(CODE.replace("AbC", "ФиС")), "layout")

    def test_lost_separators_are_told(self):
        for _round in range(300):
            _gtin, _serial, code = self._make()
            with self.subTest(code=code):
                self.assertEqual(self._kind(code.replace(GS, "")), "separator")

    def test_one_lost_separator_is_told(self):
        self.assertEqual(self._kind(CODE.replace(f"{GS}92", "92")), "separator")
        self.assertEqual(self._kind(CODE.replace(f"{GS}91", "91")), "separator")

    def test_what_is_no_code(self):
        for text, kind in (
            ("", "empty"),
            (" \r\n", "empty"),
            (GS, "other"),
            ("4601653003004", "barcode"),
            ("46016530", "barcode"),
            ("14601653003001", "barcode"),
            ("https://example.com/1", "other"),
            ("0104601653003004", "other"),
            ("0104601653003004215!AbCdEfGhIjK", "tail"),
            (f"0104601653003004215!AbCdEfGhIjK{GS}91EE10", "tail"),
            (f"0104601653003004215!Ab{GS[:0]}", "tail"),
            (f"01046016530030042\x1d15!AbCdEfGhIjK{GS}91EE10{GS}92xx", "other"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self._kind(text), kind)

    def test_brackets_of_people(self):
        text = "(01)04601653003004(21)5!AbCdEfGhIjK(91)EE10(92)" + "q" * 44
        self.assertEqual(marking.parse(text).code, CODE)
        short = "(01)04601653003004(21)5!AbCd(93)AbCd"
        self.assertEqual(marking.parse(short).code, f"0104601653003004215!AbCd{GS}93AbCd")

    def test_gtin_of_barcodes(self):
        for barcode, gtin in (
            ("4601653003004", "04601653003004"),
            ("14601653003001", "14601653003001"),
            ("46016530", "00000046016530"),
            (" 460165300300 ", "00460165300300"),
            ("OZN123456789", ""),
            ("460165300", ""),
            ("٤٦٠١٦٥٣٠", ""),
            ("", ""),
            (None, ""),
        ):
            with self.subTest(barcode=barcode):
                self.assertEqual(marking.as_gtin(barcode), gtin)

    def test_packs(self):
        self.assertTrue(marking.is_pack_of("14601653003001", "04601653003004"))
        self.assertFalse(marking.is_pack_of("04601653003004", "04601653003004"))
        self.assertFalse(marking.is_pack_of("14601653003018", "04601653003004"))
        self.assertFalse(marking.is_pack_of("94601653003005", "04601653003004"), "9 says: of varying weight")
