"""Last month's money: its postings as history, accruals, a settlement that ties out, payouts that meet the bank. Run
inside `odoo shell` after flow.py."""

import time
from datetime import timedelta

from odoo import fields

from odoo.addons.sale_marketplace.demo.driving import control, poll, wait_for, work

POSTINGS = 40
RETURNS, LATE, CANCELLED, ORDERLESS = 0.1, 0.1, 0.05, 9
BANK_DAYS = 2


def get_month():
    """(first, last day) of the month before this one."""
    last = fields.Date.today().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def make_month(first):
    return control(
        "ozon/month",
        {
            "month": f"{first:%Y-%m}",
            "postings": POSTINGS,
            "returns": RETURNS,
            "late": LATE,
            "cancelled": CANCELLED,
            "orderless": ORDERLESS,
            "seed": 7,
        },
    )


def load_history(env, account, first):
    """The month's postings as history: delivered there, so their deliveries are validated here, too. Returns the
    account's usual settings."""
    begin = fields.Datetime.to_datetime(first) - timedelta(days=40)
    loads, start = account.load_statuses, account.start_date
    account.write({"load_statuses": "all", "start_date": begin})
    fetch = env["marketplace.order.fetch"].create(
        {"account_id": account.id, "since": begin, "until": fields.Datetime.to_datetime(fields.Date.today())}
    )
    fetch.action_start()
    wait_for(env, account, "orders_fetch")
    poll(env, account, "fbo_poll", "returns_poll")
    return {"load_statuses": loads, "start_date": start}


def load_unknown(env, account, settlement):
    """What has accrued and no list of changes brought: asked for by number."""
    action = settlement.action_load_unknown()
    env["marketplace.order.fetch"].with_context(**action["context"]).create({}).action_start()
    wait_for(env, account, "order_fetch")
    applied = [("account_id", "=", account.id), ("state", "=", "received")]
    work(env, lambda: not env["marketplace.order"].search_count(applied), "the postings to become orders")
    poll(env, account, "status_apply")


def take_in_missing(env, account):
    """What was sold last month and never entered here: opening stock at a nominal cost (STK6)."""
    receipts = env["stock.picking"]
    for location in account.warehouse_id.lot_stock_id | account.fbo_location_id:
        wizard = env["marketplace.opening.stock"].create({"location_id": location.id})
        if wizard.line_ids:
            wizard.action_take_in()
            receipts |= wizard.picking_ids
    env.cr.commit()
    late = env["marketplace.order"].search([("account_id", "=", account.id), ("problem_kind", "=", "action")])
    if late:
        late.action_retry()
        poll(env, account, "status_apply")
    return receipts


def set_up_accounting(env, account, first):
    """As an accountant would: one button, the VAT of services, and since when."""
    account.action_setup_accounting()
    tax = env["account.tax"].search(
        [
            ("company_id", "=", account.company_id.id),
            ("type_tax_use", "=", "purchase"),
            ("amount", "=", 22),
            ("price_include_override", "=", "tax_included"),
        ],
        limit=1,
    )
    account.write({"service_tax_id": tax.id, "accrual_start": first})
    env.cr.commit()


def prepare(env, account, first, last):
    """A settlement whose preview has shown what is missing, and brought it."""
    poll(env, account, "accrual_types_poll", "accruals_poll")
    settlement = env["marketplace.settlement"].create({"account_id": account.id, "date_from": first, "date_to": last})
    settlement.action_preview()
    if settlement.has_unknown:
        load_unknown(env, account, settlement)
    return settlement


def post(env, account, settlement):
    settlement.action_preview()
    env.cr.commit()
    settlement.action_post()
    wait_for(env, account, "settlement_post")
    if settlement.state != "posted":
        raise SystemExit(f"The settlement was refused: {settlement.problem}")


def pay_out(env, account, first, last):
    """The bank has received what the marketplace paid for the month."""
    poll(env, account, "payouts_poll")
    payouts = env["marketplace.payout"].search(
        [("account_id", "=", account.id), ("date", ">=", first), ("date", "<=", last)], order="date"
    )
    bank = env["account.journal"].search(
        [
            ("type", "=", "bank"),
            ("company_id", "=", account.company_id.id),
            ("id", "!=", account.payment_journal_id.id),
        ],
        limit=1,
    )
    env["account.bank.statement.line"].create(
        [
            {
                "journal_id": bank.id,
                "date": payout.date + timedelta(days=BANK_DAYS),
                "payment_ref": f"Ozon, перечисление по договору, {payout.external_id}",
                "amount": payout.amount,
            }
            for payout in payouts
        ]
    )
    env["marketplace.payout.matcher"]._match_clear(payouts)
    env.cr.commit()
    return payouts


def load_report(env, account, first):
    """The realization report of the month, compared with the accruals and agreed by the accountant."""
    poll(env, account, "realization_poll")
    report = env["marketplace.realization"].search(
        [("account_id", "=", account.id), ("year", "=", first.year), ("month", "=", first.month)]
    )
    report.action_compare()
    report.action_post()
    env.cr.commit()
    return report


def check_month(env, account, first):
    """Accruals, cabinet, bank and books side by side."""
    poll(env, account, "money_check")
    return env["marketplace.money.check"].search([("account_id", "=", account.id), ("month", "=", first)])


def summarize(settlement, payouts, receipts, report, check, made, seconds):
    money = settlement.currency_id.format
    states = dict(check._fields["state"]._description_selection(check.env))
    rows = [
        ("Month", f"{settlement.date_from} – {settlement.date_to}, {len(made['numbers'])} postings delivered there"),
        ("Opening stock", f"{len(receipts)} receipts of what was sold and never entered"),
        ("Accruals", f"{settlement.row_count} rows, {money(settlement.row_total)}"),
        ("Told by Ozon", f"{money(settlement.told_total)}, difference {money(settlement.told_difference)}"),
        ("Customers paid", f"{money(settlement.receipt_total)}, paid back {money(settlement.repayment_total)}"),
        ("Bill for services", f"{money(settlement.bill_total)}, other entries {money(settlement.misc_total)}"),
        ("In the books", f"{money(settlement.entry_total)}, difference {money(settlement.entry_difference)}"),
        ("Named differences", settlement.difference_count),
        ("Payouts in the bank", f"{len(payouts.filtered('statement_line_id'))} of {len(payouts)}"),
        (
            "Realization report",
            f"{report.number}: {report.line_count} rows, sold {money(report.sold_gross)}, returned "
            f"{money(report.returned_gross)}, named differences {report.difference_count}",
        ),
        ("Three-way check", states[check.state]),
        ("Seconds", round(seconds, 1)),
    ]
    for name, value in rows:
        print(f"   {name:<20} {value}")


def main(env):
    began = time.monotonic()
    account = env["marketplace.account"].search([("marketplace", "=", "ozon")], limit=1)
    first, last = get_month()
    made = make_month(first)
    usual = load_history(env, account, first)
    set_up_accounting(env, account, first)
    settlement = prepare(env, account, first, last)
    receipts = take_in_missing(env, account)
    account.write(usual)
    post(env, account, settlement)
    payouts = pay_out(env, account, first, last)
    report = load_report(env, account, first)
    check = check_month(env, account, first)
    summarize(settlement, payouts, receipts, report, check, made, time.monotonic() - began)
    env.cr.commit()


main(env)  # noqa: F821 - the shell's
