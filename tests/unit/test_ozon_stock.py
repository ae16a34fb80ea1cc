from odoo.tests import BaseCase, tagged

from odoo.addons.sale_marketplace.marketplaces.base import dto
from odoo.addons.sale_marketplace.marketplaces.ozon import stock_mapper


def target(article, quantity=5, external_id="118597312"):
    return dto.StockTarget(article=article, external_id=external_id, warehouse_id="22142605386000", quantity=quantity)


def row(article, updated, *found):
    return {
        "warehouse_id": 22142605386000,
        "product_id": 118597312,
        "offer_id": article,
        "updated": updated,
        "errors": [{"code": code, "message": message} for code, message in found],
    }


@tagged("post_install", "-at_install")
class TestOzonStock(BaseCase):
    """Answers as in section 5.9 of the method's description: HTTP 200 whatever became of each pair."""

    def _parse(self, rows, *targets):
        return stock_mapper.parse_answers({"result": rows}, targets)

    def test_answers_in_the_order_of_the_targets(self):
        rows = [
            row("PH11043", False, ("TOO_MANY_REQUESTS", "Stock is updated too frequently")),
            row("PH11044", False, ("PRODUCT_IS_ARCHIVED", "Product is archived")),
            row("PH11042", True),
        ]
        answers = self._parse(rows, target("PH11042"), target("PH11043"), target("PH11044"))
        self.assertEqual([answer.state for answer in answers], ["accepted", "later", "refused"])
        self.assertEqual(answers[1].retry_after, 30)
        self.assertEqual((answers[2].code, answers[2].message), ("PRODUCT_IS_ARCHIVED", "Product is archived"))

    def test_silence_is_no_consent(self):
        for rows in ([], [row("OTHER", True)], [row("PH11042", False)]):
            with self.subTest(rows):
                answer = self._parse(rows, target("PH11042"))[0]
                self.assertEqual((answer.state, answer.code), ("refused", "no_answer"))

    def test_body(self):
        body = stock_mapper.write_body([target("PH11042"), target("PH11043", 0, "")])
        self.assertEqual(
            body["stocks"],
            [
                {"offer_id": "PH11042", "product_id": 118597312, "stock": 5, "warehouse_id": 22142605386000},
                {"offer_id": "PH11043", "stock": 0, "warehouse_id": 22142605386000},
            ],
        )

    def test_what_is_reserved_is_part_of_what_is_present(self):
        level = stock_mapper.parse_level(
            {
                "offer_id": "02105020-35",
                "warehouse_id": 1020003080073000,
                "sku": 147035011,
                "present": 12,
                "reserved": 2,
            }
        )
        self.assertEqual((level.present, level.reserved, level.free), (12, 2, 10))
