"""Switches of the cabinet's money: when it comes, and the odd shapes and mistakes that readers must survive."""

from dataclasses import dataclass


@dataclass
class FinanceSettings:
    # Deliveries, returns and cancellations make accruals; without it only the control API does.
    auto_accruals: bool = True
    # Days from the delivery to the acquiring charge; it is shown when that day has come.
    acquiring_delay: int = 2
    # What part of the balance is paid at the end of a half-month, and how many days after it.
    payout_share: float = 1
    payout_delay: int = 0
    accruals_page: int = 1000
    # "-316", "137.00" and "1530.0000" side by side; days as moments.
    odd_amounts: bool = False
    accrual_moments: bool = False
    # Mistakes in the first row (the first fee) of every page of a day's accruals.
    null_amounts: bool = False
    text_amounts: bool = False
    unspecified_accruals: bool = False
    unknown_accrual_types: bool = False
    # The first row comes again at the page's end, with another amount.
    repeated_accruals: bool = False
    # ``last_id`` leads to the page it came with.
    stuck_last_id: bool = False
