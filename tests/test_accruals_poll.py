from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.sale_marketplace.engine import Again

from .common import SimulatorMarketplaceCase

LOGISTIC, ADVERTISING = 32, 41


@tagged("post_install", "-at_install")
class TestAccrualsPoll(SimulatorMarketplaceCase):
    """Accruals are read from the marketplace, day by day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["marketplace.accrual.poller"]._get_today()
        cls.account.write({"accrual_start": cls.today - timedelta(days=6), "accrual_window": 3})
        # A full key; what it may do is otherwise asked when it is connected.
        cls.account.operations = sorted(cls.account._get_info().operations)

    def setUp(self):
        super().setUp()
        self._hurry()
        for accrual in self.simulator.control("GET", "ozon/accruals")["accruals"]:
            self._change(accrual["id"], remove=True)

    def _charge(self, days_ago, amount, type_id=ADVERTISING, **values):
        day = str(self.today - timedelta(days=days_ago))
        spec = {"date": day, "type_id": type_id, "amount": amount, "unit_number": "РК-1", **values}
        return self.simulator.control("POST", "ozon/accruals", {"accruals": [spec]})["ids"][0]

    def _change(self, accrual_id, **values):
        return self.simulator.control("POST", f"ozon/accruals/{accrual_id}", values)

    def _rows(self):
        return self.env["marketplace.accrual"].search([("account_id", "=", self.account.id)], order="date, id")

    def _days(self):
        return self.env["marketplace.accrual.day"].search([("account_id", "=", self.account.id)], order="date")

    def _read(self):
        # What was read in this very second is not read again by a job of the same second.
        self._days().read_at = self.today - timedelta(days=1)
        self._poll("accruals_poll")

    def test_days_are_read_and_read_again(self):
        old, young = self._charge(5, "-500"), self._charge(2, "-316")
        self._charge(9, "-1000")
        self._read()
        self.assertEqual(self._rows().mapped("amount"), [-500, -316])
        self.assertEqual(set(self._rows().mapped("kind")), {"advertising"})
        self.assertEqual(self._days().mapped("date"), [self.today - timedelta(days=days) for days in range(6, -1, -1)])
        self.assertFalse(any(self._days().mapped("difference")))
        schedule = self.account._get_schedule("accruals")
        self.assertEqual((schedule.last_state, schedule.read_until.date()), ("done", self.today))
        self.assertIn("7 days read", schedule.last_result)

        self._change(old, amount="-600")
        self._change(young, amount="-320.50")
        self._charge(0, "-1")
        self._read()
        # The window does not reach as far as the older one.
        self.assertEqual(self._rows().mapped("amount"), [-500, -320.5, -1])
        self.assertEqual(self._rows().mapped("version_count"), [0, 1, 0])

        self._days().filtered(lambda day: day.date == self.today - timedelta(days=5)).action_read_again()
        self._days().read_at = self.today - timedelta(days=1)
        self._run_jobs()
        self.assertEqual(self._rows()[0].amount, -600)

        self._change(young, remove=True)
        self._read()
        self.assertTrue(self._rows()[1].gone)

    def test_a_delivered_posting(self):
        number = self._buy((self.products[0], 2, "1448"))
        self._poll()
        order = self._find(number)
        line = order.line_ids
        spec = {
            "date": str(self.today),
            "category": "POSTING",
            "unit_number": number,
            "products": [
                {
                    "sku": int(line.sku),
                    "quantity": 2,
                    "seller_price": "1448",
                    "commission": "-492.32",
                    "services": {str(LOGISTIC): "-92", "29": "-61.39"},
                }
            ],
        }
        self.simulator.control("POST", "ozon/accruals", {"accruals": [spec]})
        self._read()
        self.assertEqual(
            {(row.kind, row.amount) for row in self._rows()},
            {("sale", 2896), ("commission", -492.32), ("logistics", -92), ("last_mile", -61.39)},
        )
        self.assertEqual((self._rows().order_id, self._rows().order_line_id), (order, line))
        self.assertEqual((order.sale_amount, order.commission_amount, order.net_amount), (2896, -492.32, 2250.29))

    def test_a_whole_month_adds_up(self):
        last = self.today.replace(day=1) - timedelta(days=1)
        self.account.write({"accrual_start": last.replace(day=1), "accrual_window": 0})
        month = self.simulator.control(
            "POST",
            "ozon/month",
            {
                "month": f"{last:%Y-%m}",
                "postings": 30,
                **{"returns": 0.2, "late": 0.1, "cancelled": 0.1, "orderless": 8, "seed": 3},
            },
        )
        self._poll("accruals_poll")
        days = self._days().filtered(lambda day: day.date <= last)
        self.assertEqual(len(days), last.day)
        self.assertFalse(any(self._days().mapped("difference")))
        rows = self._rows().filtered(lambda row: row.date <= last)
        self.assertEqual(round(sum(rows.mapped("amount")), 2), float(month["total"]))
        self.assertNotIn("unknown", rows.mapped("kind"))
        self.assertIn("return", rows.mapped("kind"))

    def test_odd_answers(self):
        for setting in ("null_amounts", "text_amounts", "unspecified_accruals", "unknown_accrual_types"):
            with self.subTest(setting=setting):
                self.simulator.control("POST", "ozon/options", {setting: True})
                self._charge(1, "-10")
                self._read()
                rows = self._rows().filtered(lambda row: not row.gone)
                self.assertIn("unknown", rows.mapped("kind"))
                self.simulator.control("POST", "ozon/options", {setting: False})
                self._read()
                rows = self._rows().filtered(lambda row: not row.gone)
                self.assertEqual(set(rows.mapped("kind")), {"advertising"})
                self.assertFalse(any(rows.mapped("problem")))
                self.assertFalse(any(self._days().mapped("difference")))

    def test_a_job_without_time_goes_on_later(self):
        self._charge(5, "-500")
        poller = self.env["marketplace.accrual.poller"]
        job = self.env["marketplace.job"]._enqueue("accruals_poll", self.account)
        adapter = self.account._get_adapter()
        # Odoo's assertRaises would take back what was read.
        try:
            poller._run_poll(job, adapter, 0)
        except Again as again:
            self.assertIn("Read up to", again.note)
        else:
            self.fail("There was no time for more than a day")
        self.assertEqual(len(self._days()), 1)
        poller._run_poll(job, adapter, None)
        self.assertEqual(len(self._days()), 7)
        self.assertEqual(self._rows().amount, -500)

    def test_the_dictionary(self):
        self._poll("accrual_types_poll")
        logistic = self.env["marketplace.accrual.type"].search(
            [("marketplace", "=", "ozon"), ("code", "=", "Logistic")]
        )
        self.assertEqual(logistic.external_id, str(LOGISTIC))
        self.assertTrue(logistic.told_description)
        self.assertEqual(logistic.description, logistic.told_description)
        self.assertEqual(self.account._get_schedule("accrual_types").last_state, "done")
