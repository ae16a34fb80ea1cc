from collections import Counter
from decimal import Decimal

from odoo import api, fields, models

from ..engine import JobFailure

ZERO = Decimal(0)
#: Amounts of a part of a row, in the order of the report.
AMOUNTS = ("amount", "bonus", "coinvestment", "gross", "fee", "total")


class MarketplaceRealizationStore(models.AbstractModel):
    """Keeps a month's report: replaced while it is a draft, compared once it is posted."""

    _name = "marketplace.realization.store"
    _description = "Marketplace Realization Store"

    @api.model
    def _store(self, account, year, month, told):
        """:param told: ``dto.Realization``"""
        domain = [("account_id", "=", account.id), ("year", "=", year), ("month", "=", month)]
        report = self.env["marketplace.realization"].search(domain)
        vals = self._prepare_vals(account, told)
        if not report:
            report = report.create({"account_id": account.id, "year": year, "month": month, **vals})
        else:
            report.lock_for_update()
            if report.state != "draft":
                self._tell_changed(report, told)
                return report
            report.line_ids.unlink()
            report.write(vals)
        self.env["marketplace.realization.line"].create(self._prepare_lines(report, told))
        self.env["marketplace.realization.comparison"]._compare(report)
        return report

    # --- the head -----------------------------------------------------------------------------------------------
    def _prepare_vals(self, account, told):
        sums = self._add_up(told)
        return {
            "currency_id": self._find_currency(account, told).id,
            "date_from": told.since,
            "date_to": told.until,
            "number": told.number,
            "document_date": told.document_date,
            "contract_number": told.contract_number,
            "contract_date": told.contract_date,
            "payer_name": told.payer_name,
            "payer_tax_id": told.payer_tax_id,
            "receiver_name": told.receiver_name,
            "receiver_tax_id": told.receiver_tax_id,
            "has_control": told.control_total is not None,
            "control_total": float(told.control_total or 0),
            "contradiction": self._find_contradiction(told, sums),
            "problem": False,
            "read_at": fields.Datetime.now(),
            **{name: float(amount) for name, amount in sums.items()},
        }

    def _find_currency(self, account, told):
        if not told.currency:
            return account.money_currency_id
        currencies = self.env["res.currency"].with_context(active_test=False)
        currency = currencies.search([("name", "=", told.currency)], limit=1)
        if not currency:
            raise JobFailure(self.env._("The report is in «%s»: Odoo has no such currency.", told.currency))
        return currency

    def _add_up(self, told):
        sold = [row.sold for row in told.rows if row.sold]
        returned = [row.returned for row in told.rows if row.returned]
        return {
            "sold_gross": sum((part.gross for part in sold), ZERO),
            "returned_gross": sum((part.gross for part in returned), ZERO),
            "fee_total": sum((part.fee for part in sold), ZERO) - sum((part.fee for part in returned), ZERO),
            "amount_total": sum((part.total for part in sold), ZERO) - sum((part.total for part in returned), ZERO),
        }

    def _find_contradiction(self, told, sums):
        """Where the report contradicts itself: by row, and as a whole."""
        found = []
        if told.control_total is not None and told.control_total != sums["amount_total"]:
            found.append(
                self.env._(
                    "Its rows come to %(rows)s, the marketplace's own total is %(total)s: rows are missing, or there "
                    "twice.",
                    rows=sums["amount_total"],
                    total=told.control_total,
                )
            )
        wrong = [
            str(row.row_number)
            for row in told.rows
            if any(part and part.gross - part.fee != part.total for part in (row.sold, row.returned))
        ]
        if wrong:
            found.append(
                self.env._(
                    "Rows whose total is not their gross less the commission: %s.",
                    ", ".join(wrong[:20]) + ("…" if len(wrong) > 20 else ""),
                )
            )
        return "\n".join(found) or False

    # --- the rows -----------------------------------------------------------------------------------------------
    def _prepare_lines(self, report, told):
        return [
            self._prepare_line(report, row, kind, part, sign)
            for row in told.rows
            for kind, part, sign in (("sold", row.sold, 1), ("returned", row.returned, -1))
            if part
        ]

    def _prepare_line(self, report, row, kind, part, sign):
        return {
            "realization_id": report.id,
            "row_number": row.row_number,
            "kind": kind,
            "number": row.number or False,
            "sku": row.sku,
            "article": row.article,
            "name": row.name,
            "barcode": row.barcode,
            "seller_price": float(row.seller_price or 0),
            "ratio": float(row.commission_ratio or 0),
            "quantity": sign * part.quantity,
            "price": float(part.price),
            **{name: float(sign * getattr(part, name)) for name in AMOUNTS},
        }

    # --- what was posted already --------------------------------------------------------------------------------
    def _tell_changed(self, report, told):
        """What was agreed to is never overwritten."""
        old = {name: Decimal(str(report.currency_id.round(report[name]))) for name in self._add_up(told)}
        new = {name: amount.quantize(Decimal("0.01")) for name, amount in self._add_up(told).items()}
        rows = self._find_changed_rows(report, told)
        if old == new and not rows:
            return
        labels = {name: field["string"] for name, field in report.fields_get(list(new), ["string"]).items()}
        parts = [
            self.env._("%(label)s: %(new)s instead of %(old)s", label=labels[name], new=new[name], old=old[name])
            for name in new
            if new[name] != old[name]
        ]
        if rows:
            parts.append(self.env._("rows: %s", ", ".join(rows[:20]) + ("…" if len(rows) > 20 else "")))
        text = self.env._(
            "The marketplace now tells another report than the posted one. %s. Reset it and load it again to take the "
            "new one.",
            "; ".join(parts),
        )
        report.problem = text
        summary = self.env._("The report of %s has changed", report.display_name)
        report.account_id._ask_about_money(summary, text)

    def _find_changed_rows(self, report, told):
        """Numbers of rows that are new, gone or different; the order in which they come means nothing."""

        def key(vals):
            amounts = tuple(round(vals[name], 2) for name in AMOUNTS)
            return (vals["number"] or "", vals["sku"] or "", vals["kind"], vals["quantity"], *amounts)

        fresh = [(key(vals), vals["number"] or vals["sku"]) for vals in self._prepare_lines(report, told)]
        known = [(key(line), line.number or line.sku) for line in report.line_ids]
        changed = _subtract(fresh, known) + _subtract(known, fresh)
        return list(dict.fromkeys(changed))


def _subtract(items, others):
    """Names of the items that are not among the others, each as often as it is there too often."""
    left, names = Counter(key for key, _name in others), []
    for key, name in items:
        if left[key]:
            left[key] -= 1
        else:
            names.append(name)
    return names
