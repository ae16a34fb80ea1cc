"""A month of money: operations stored, planned, posted and reconciled, against one ``account.payment`` per order.

Both sides have the same invoices of the same orders; what is measured begins after them. Ours makes the credit notes of
what came back, the bill and the entry besides, which the other side does not."""

import os
import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.tools import split_every

from odoo.addons.sale_marketplace.benchmarks import filling
from odoo.addons.sale_marketplace.benchmarks.table import Measure, Table
from odoo.addons.sale_marketplace.marketplaces.base import dto, money

#: Orders of the month; ten times fewer are measured first, to see that nothing grows faster than they do.
ORDERS = int(os.environ.get("BENCH_MONTH", "3000"))
RETURNED, LATE, CANCELLED, EXTRA = 0.05, 0.03, 0.01, 0.5
RATIO, GROWTH = 3, 12
MADE_TOGETHER = 200
#: Two apart: what is late in the second would complete days of the first.
MONTHS = [date(2026, 6, 1), date(2026, 8, 1)]


def measure(bench):
    account = make_account(bench)
    table = Table(
        "A month of money",
        *("", "orders", "operations", "rows", "orders/s", "CPU ms/order", "queries/order", "ratio of CPU time"),
    )
    small = settle(bench, account, ORDERS // 10, MONTHS[0])
    large = settle(bench, account, ORDERS, MONTHS[1])
    plain = pay_plainly(bench, ORDERS)
    for label, (orders, operations, rows, steps) in (("a tenth", small), ("the month", large)):
        total = Measure.join(steps.values())
        for name, step in steps.items():
            table.add(f"{label}: {name}", orders, operations, rows, step, step.cpu_each, step.queries_each, "")
        ratio = plain.cpu_each / total.cpu_each
        cells = (orders, operations, rows, total, total.cpu_each, total.queries_each, f"{ratio:.1f}×")
        table.add(f"{label}: together", *cells)
    table.add(
        "plain Odoo: a payment per order, reconciled", ORDERS, "", "", plain, plain.cpu_each, plain.queries_each, "1×"
    )
    whole = Measure.join(large[3].values())
    bench.require(plain.cpu_each >= RATIO * whole.cpu_each, f"a settlement is not {RATIO} times as fast as payments")
    growth = whole.cpu / Measure.join(small[3].values()).cpu
    bench.require(growth <= GROWTH, f"10 times the rows take {growth:.1f} times the time")
    return table


def make_account(bench, client_id="3001"):
    account = bench.account.copy({"name": "Money", "client_id": client_id, "accrual_start": MONTHS[0]})
    account.write({"state": "connected", "warehouse_id": bench.account.warehouse_id.id})
    account.action_setup_accounting()
    bench.env.cr.commit()
    return account


def settle(bench, account, count, month):
    """(orders, operations, rows, {step: ``Measure``}) of a month of ``count`` invoiced orders."""
    env, chance = bench.env, random.Random(count)
    orders = sell(bench, account, count)
    days, operations = accrue(orders, month, chance)
    filling.analyze(env)
    steps = {name: Measure() for name in ("stored", "planned", "posted and reconciled")}
    with steps["stored"].block(env, count):
        for day in days:
            env["marketplace.accrual.store"]._store_day(account, day)
    last = month.replace(day=28) + timedelta(days=3)
    settlement = env["marketplace.settlement"].create(
        {"account_id": account.id, "date_from": month, "date_to": last.replace(day=28)}
    )
    with steps["planned"].block(env, count):
        settlement.action_preview()
    with steps["posted and reconciled"].block(env, count):
        env["marketplace.settlement.poster"]._post(settlement)
    bench.require(settlement.state == "posted", f"the settlement was refused: {settlement.problem}")
    moved = env["marketplace.settlement.poster"]._get_moved(settlement)
    told = sum((day.total for day in days), Decimal(0))
    bench.require(moved == told, f"the entries move {moved}, the marketplace told {told}")
    return count, operations, settlement.row_count, steps


def sell(bench, account, count):
    """Confirmed and invoiced orders of the account, made together and not measured; one in a hundred is cancelled."""
    env, orders = bench.env, bench.env["marketplace.order"]
    offers = copy_offers(bench, account)
    bench.offers.product_id.invoice_policy = "order"
    for size in split_every(MADE_TOGETHER, range(count)):
        postings = bench.make_postings(len(size))
        made, _busy = env["marketplace.order.store"]._store(account, postings)
        env["marketplace.order.processor"]._process(made)
        alive = made[: len(made) - round(len(made) * CANCELLED)]
        alive.sale_order_id._create_invoices(grouped=True).action_post()
        (made - alive).sale_order_id._action_cancel()
        orders |= made
        env.cr.commit()
    bench.require(len(offers) > 0 and not orders.filtered("problem"), "the orders of the month could not be made")
    return orders


def copy_offers(bench, account):
    known = bench.env["marketplace.offer"].search([("account_id", "=", account.id)])
    return known or bench.env["marketplace.offer"].create(
        [
            {
                "account_id": account.id,
                "article": offer.article,
                "sku": offer.sku,
                "external_id": offer.external_id,
                "product_id": offer.product_id.id,
            }
            for offer in bench.offers
        ]
    )


def accrue(orders, month, chance):
    """([``AccrualDay``], operations): sales with commission and services, returns, late and other charges."""
    days = {month + timedelta(days=offset): [] for offset in range(-10, 28)}
    operations = 0
    for order in orders:
        day = month + timedelta(days=chance.randrange(28))
        days[day] += list(sale_rows(order, day, operations := operations + 1))
        if chance.random() < EXTRA:
            days[day].append(fee_row(order, day, operations := operations + 1, "Acquiring", "1", "-7.11"))
        if chance.random() < LATE:
            late = month - timedelta(days=chance.randrange(1, 10))
            days[late].append(fee_row(order, late, operations := operations + 1, "LastMileCourier", "29", "-61.39"))
        if chance.random() < RETURNED and order.sale_order_id.state != "cancel":
            days[day] += list(return_rows(order, day, operations := operations + 1))
    told = [
        dto.AccrualDay(date=day, accruals=tuple(rows), total=sum((row.amount for row in rows), Decimal(0)))
        for day, rows in days.items()
        if rows
    ]
    return told, operations


def sale_rows(order, day, number):
    if order.sale_order_id.state == "cancel":
        # Charged for nothing.
        yield fee_row(order, day, number, "Logistic", "32", "-92.00")
        return
    for line in order.line_ids:
        gross = Decimal(str(line.price)) * line.quantity
        fee = -(gross * Decimal("0.17")).quantize(Decimal("0.01"))
        yield row(order, day, number, money.SALE_TYPE, "", gross, f"sale:{line.sku}", line.sku, line.quantity)
        yield row(order, day, number, "SaleCommission", "69", fee, f"commission:{line.sku}", line.sku)
    yield fee_row(order, day, number, "Logistic", "32", "-92.00")


def return_rows(order, day, number):
    line = order.line_ids[0]
    gross = Decimal(str(line.price)) * line.quantity
    fee = (gross * Decimal("0.17")).quantize(Decimal("0.01"))
    yield row(order, day, number, money.RETURN_TYPE, "", -gross, f"sale:{line.sku}", line.sku, line.quantity)
    yield row(order, day, number, "SaleCommission", "69", fee, f"commission:{line.sku}", line.sku)


def fee_row(order, day, number, name, type_id, amount):
    return row(order, day, number, name, type_id, Decimal(amount), f"fee:{type_id}")


def row(order, day, number, name, type_id, amount, part, sku="", quantity=None):
    return dto.Accrual(
        date=day,
        external_id=f"{order.id}-{number}",
        part=part,
        branch="posting",
        type_id=type_id,
        type_name=name,
        number=order.number,
        unit_number=order.number,
        sku=sku,
        quantity=quantity,
        amount=amount,
        currency="RUB",
    )


def pay_plainly(bench, count):
    """``Measure`` of plain Odoo over orders of the same kind: payments in one batch, each reconciled with its invoice,
    all in one go."""
    env, measured = bench.env, Measure()
    invoices = sell(bench, make_account(bench, "3002"), count).sale_order_id.invoice_ids
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1, order="id"
    )
    filling.analyze(env)
    with measured.block(env, len(invoices)):
        payments = env["account.payment"].create(
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": invoice.partner_id.id,
                    "amount": invoice.amount_total,
                    "date": MONTHS[1],
                    "journal_id": journal.id,
                    "memo": invoice.name,
                }
                for invoice in invoices
            ]
        )
        payments.action_post()
        groups = []
        for payment, invoice in zip(payments, invoices, strict=True):
            lines = (payment.move_id | invoice).line_ids
            groups.append(lines.filtered(lambda line: line.account_type == "asset_receivable"))
        env["account.move.line"]._reconcile_plan(groups)
    bench.require(not invoices.filtered("amount_residual"), "plain Odoo left invoices open")
    return measured
