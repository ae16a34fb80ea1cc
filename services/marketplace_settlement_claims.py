from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from . import settlement_plan


class MarketplaceSettlementClaims(models.AbstractModel):
    """Reads what customers owe for the orders of a settlement's rows, in a few queries however many they are."""

    _name = "marketplace.settlement.claims"
    _description = "Marketplace Settlement Claims"

    @api.model
    def _read(self, sales):
        """:param sales: ``sale.order``
        :return: ``ClaimBook`` of their posted documents
        """
        documents = self._read_documents(sales)
        groups = _join(sales.ids, documents)
        book = ClaimBook(groups)
        owed = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for key, own in documents.items():
            claim = groups[own["sales"][0]]
            refund = own["type"] == "out_refund"
            owed[claim][refund] += own["residual"]
            book.lines[claim, refund] += own["lines"]
            book.moves[claim].append(key)
            book.partners[claim] = (own["partner"], own["receivable"])
        for claim, members in book.members.items():
            orders = self.env["sale.order"].browse(members)
            partner, receivable = book.partners.get(claim) or self._get_partner(orders)
            invoices, refunds = owed[claim]
            book.claims[claim] = settlement_plan.Claim(
                claim, partner, receivable, invoices, refunds, self._get_state(orders, book.moves[claim])
            )
        return book

    def _read_documents(self, sales):
        """{move id: its orders, type, what is left to pay in its currency, open lines, partner, receivable account}"""
        if not sales:
            return {}
        self.env.flush_all()
        # One row per document and order; the amount as text: a float would already be somebody's rounding.
        query = SQL(
            """
            SELECT move.id, move.move_type, move.amount_residual::text, move.commercial_partner_id, sol.order_id,
                   line.id, line.account_id, line.reconciled
              FROM sale_order_line sol
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
              JOIN account_move_line item ON item.id = rel.invoice_line_id
              JOIN account_move move ON move.id = item.move_id
              JOIN account_move_line line ON line.move_id = move.id AND line.display_type = 'payment_term'
             WHERE sol.order_id IN %s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
             GROUP BY move.id, sol.order_id, line.id
             ORDER BY move.id, line.id
            """,
            tuple(sales.ids),
        )
        documents = {}
        for move, kind, residual, partner, sale, line, account, reconciled in self.env.execute_query(query):
            own = documents.setdefault(
                move,
                {
                    "type": kind,
                    "residual": Decimal(residual),
                    "partner": partner,
                    "receivable": account,
                    "sales": [],
                    "lines": [],
                },
            )
            if sale not in own["sales"]:
                own["sales"].append(sale)
            if not reconciled and line not in own["lines"]:
                own["lines"].append(line)
        return documents

    def _get_partner(self, orders):
        partner = orders[:1].partner_invoice_id.commercial_partner_id.with_company(orders[:1].company_id)
        return partner.id, partner.property_account_receivable_id.id

    def _get_state(self, orders, moves):
        if moves:
            return "invoiced"
        return "cancelled" if all(order.state == "cancel" for order in orders) else "waiting"


class ClaimBook:
    """Claims by key, and the documents behind them.

    ``of_sale``: {sale order id: claim key}; ``lines``: {(claim key, refund?): open receivable lines};
    ``moves``: {claim key: documents}; ``members``: {claim key: sale orders}.
    """

    def __init__(self, of_sale):
        self.of_sale = of_sale
        self.claims, self.partners = {}, {}
        self.lines, self.moves, self.members = defaultdict(list), defaultdict(list), defaultdict(list)
        for sale, claim in of_sale.items():
            self.members[claim].append(sale)


def _join(sales, documents):
    """{sale order: key}: orders that share a document are one claim, whose key is the first of them."""
    parent = {sale: sale for sale in sales}

    def find(sale):
        parent.setdefault(sale, sale)
        while parent[sale] != sale:
            parent[sale] = parent[parent[sale]]
            sale = parent[sale]
        return sale

    for own in documents.values():
        first, *others = own["sales"]
        for other in others:
            parent[find(other)] = find(first)
    return {sale: find(sale) for sale in parent}
