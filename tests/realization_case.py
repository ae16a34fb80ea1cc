"""Reports of a month, for tests that feed them to the store as the poller would."""

from datetime import date
from decimal import Decimal
from itertools import count

from odoo.addons.sale_marketplace.marketplaces.base import dto

from .money_case import MONTH, MoneyCase

_rows = count(1)


def make_part(quantity, price, fee="0", bonus="0", **values):
    """``price``: the seller's, per unit; the bonus is part of it."""
    gross, fee, bonus = Decimal(price) * quantity, Decimal(fee), Decimal(bonus)
    amount = gross - bonus
    return dto.RealizationPart(
        **{
            "quantity": quantity,
            "price": amount / quantity,
            "amount": amount,
            "bonus": bonus,
            "fee": fee,
            "total": gross - fee,
            **values,
        }
    )


def make_row(sku, sold=None, returned=None, **values):
    return dto.RealizationRow(
        **{
            "row_number": next(_rows),
            "sku": sku,
            "article": f"A-{sku}",
            "name": f"Товар {sku}",
            "sold": sold,
            "returned": returned,
            **values,
        }
    )


def make_report(*rows, since=MONTH[0], until=MONTH[1], **values):
    """``control_total`` is the rows' unless given."""
    total = sum((row.sold.total for row in rows if row.sold), Decimal(0))
    total -= sum((row.returned.total for row in rows if row.returned), Decimal(0))
    return dto.Realization(
        **{
            "number": "4321",
            "document_date": until,
            "since": since,
            "until": until,
            "currency": "RUB",
            "contract_number": "ИР-1/23",
            "contract_date": date(2023, 1, 9),
            "payer_name": "ООО «Интернет Решения»",
            "payer_tax_id": "7704217370",
            "receiver_name": "ООО «Ромашка»",
            "receiver_tax_id": "7707083893",
            "rows": rows,
            "control_total": total,
            **values,
        }
    )


class RealizationCase(MoneyCase):
    """Reports about the account's own postings."""

    def _tell(self, *rows, account=None, **values):
        """The marketplace tells its report."""
        told = make_report(*rows, **values)
        account = account or self.account
        return self.env["marketplace.realization.store"]._store(account, told.since.year, told.since.month, told)

    def _row(self, order, sold=None, returned=None, price=None, **values):
        """:param sold, returned: units of the order's first line; commission is 17 %"""
        line = order.line_ids[:1]
        price = Decimal(price if price is not None else str(line.price))

        def part(units):
            return units and make_part(units, price, (price * units * Decimal("0.17")).quantize(Decimal("0.01")))

        values = {"seller_price": price, "commission_ratio": Decimal("0.17"), **values}
        return make_row(line.sku, part(sold), part(returned), number=order.number, article=line.article, **values)

    def _agree(self, report):
        """Post, and let the job run that makes the documents."""
        report.action_post()
        if report.state == "posting":
            self.env["marketplace.realization.poster"]._post(report)
        self.assertEqual(report.state, "posted", report.problem)

    def _documents(self, report, move_type):
        return report.move_ids.filtered(lambda move: move.move_type == move_type)

    def _found(self, report):
        return {(row.kind, row.code, row.difference) for row in report.difference_ids}
