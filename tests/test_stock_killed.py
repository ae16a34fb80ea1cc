import subprocess
import sys

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, config

from .common import WRITE_KEY
from .simulator_process import SimulatorProcess
from .stock_case import WRITE

CLIENT_ID = 990299
WORK = b"env['marketplace.stock.engine']._cron_absorb(); env['marketplace.job']._cron_run_lane('stock')"
#: Starting Odoo takes some seconds, on a busy machine many.
PATIENCE = 120


@tagged("post_install", "-at_install")
class TestStockKilled(BaseCase):
    """A worker, in a process of its own, is killed (kill -9) between the marketplace's answer and our commit. What it
    leaves in the database is removed afterwards."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.one, self.two = self._connect(), self._connect()
        self.simulator = SimulatorProcess(products=0, postings=0, no_limits=True, client_id=CLIENT_ID).start()
        self.addCleanup(self.simulator.stop)
        listing = {"offer_id": "KILLED-1", "name": "Товар", "price": "10"}
        self.simulator.control("POST", "ozon/products", {"products": [listing]})
        self.addCleanup(self._remove)
        self.account = self._make_account()
        self.rule = self._make_rule()
        self.one.cr.commit()

    def _connect(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def _make_account(self):
        # Without a warehouse nothing else is made with it, and nothing has to be removed.
        account = self.one["marketplace.account"].create(
            {
                "name": "Killed",
                "client_id": str(CLIENT_ID),
                "api_key": WRITE_KEY,
                "mode": "rehearsal",
                "state": "connected",
                "base_url": self.simulator.ozon_url,
                "warehouse_id": False,
            }
        )
        self.one["marketplace.job"].search([("account_id", "=", account.id)]).unlink()
        return account

    def _make_rule(self):
        """The number is fixed: no goods have to lie anywhere for it."""
        product = self.one["product.product"].create({"name": "Killed", "is_storable": True})
        self.one["marketplace.offer"].create(
            {"account_id": self.account.id, "article": "KILLED-1", "product_id": product.id}
        )
        warehouse = self.one["stock.warehouse"].search([("company_id", "=", self.account.company_id.id)], limit=1)
        rows = self.simulator.control("GET", "ozon/warehouses")["warehouses"]
        self.one["marketplace.warehouse"].create(
            {
                "account_id": self.account.id,
                "name": "Killed",
                "external_id": str(rows[0]["warehouse_id"]),
                "scheme": "fbs",
                "stock_active": True,
                "stock_location_ids": [Command.create({"location_id": warehouse.lot_stock_id.id})],
            }
        )
        values = {"target": "product", "product_id": product.id, "mode": "fixed", "fixed": 5}
        return self.one["marketplace.stock.rule"].create({"account_id": self.account.id, **values})

    def _remove(self):
        for env in (self.one, self.two):
            env.cr.rollback()
            env.invalidate_all()
        account = self.one["marketplace.account"].search([("client_id", "=", str(CLIENT_ID))])
        products = self.one["product.product"].search([("name", "=", "Killed")])
        account.unlink()
        products.product_tmpl_id.unlink()
        self.one.cr.commit()

    # --- steps ------------------------------------------------------------------------------------------------------
    def _set(self, number):
        self.rule.fixed = number
        self.one["marketplace.stock.engine"]._compute_account(self.account)
        self.one.cr.commit()

    def _work(self):
        """One run of the stock lane's scheduled action, here."""
        self.one["marketplace.job"]._cron_run_lane("stock")
        self.one.cr.commit()
        self.one.invalidate_all()

    def _get_row(self):
        self.one.cr.rollback()
        self.one.invalidate_all()
        return self.one["marketplace.stock"].search([("account_id", "=", self.account.id)])

    def _get_shown(self):
        rows = self.simulator.control("GET", "ozon/stocks")["stocks"]
        return sum(row["free"] for row in rows if row["pushed_at"])

    def _count_calls(self):
        return self.simulator.control("GET", f"requests?path={WRITE}")["count"]

    def _find_job(self):
        """What is still to be done, or was begun."""
        open_jobs = [("operation", "=", "stock_push"), ("state", "not in", ("done", "cancelled"))]
        return self.one["marketplace.job"].search([("account_id", "=", self.account.id), *open_jobs])

    def _start_worker(self):
        command = [sys.executable, "-m", "odoo", "shell", "-c", config["config"], "-d", get_db_name(), "--no-http"]
        worker = subprocess.Popen(
            [*command, "--log-level=error"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        worker.stdin.write(WORK)
        worker.stdin.close()
        return worker

    def _kill_between_answer_and_commit(self):
        """Whoever has the row keeps the worker from writing down the answer that it has got."""
        self.simulator.control("POST", "faults", {"path": WRITE, "kind": "slow", "delay": 4})
        worker = self._start_worker()
        self._wait(lambda: self._get_row().claimed_until, "a worker's claim")
        query = SQL("SELECT pg_backend_pid(), id FROM marketplace_stock WHERE id = %s FOR UPDATE", self._get_row().id)
        ((holder, _row_id),) = self.two.execute_query(query)
        self._wait(lambda: self._get_shown() == 7, "the number")
        self._wait(lambda: self._is_waited_for(holder), "the worker's wish to write")
        worker.kill()
        worker.wait()
        self.two.cr.rollback()
        self._wait(self._is_job_free, "the end of the dead worker's connections")

    def _wait(self, condition, what):
        self.simulator.wait(condition, timeout=PATIENCE, message=what)

    def _is_waited_for(self, holder):
        self.one.cr.rollback()
        query = SQL("SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", holder)
        return self.one.execute_query(query)[0][0]

    def _is_job_free(self):
        self.one.cr.rollback()
        self.one.invalidate_all()
        free = self._find_job().try_lock_for_update()
        self.one.cr.rollback()
        return free

    # --- the test -----------------------------------------------------------------------------------------------------
    def test_the_number_is_sent_again_and_ends_right(self):
        self._set(5)
        self._work()
        self.assertEqual((self._get_row().state, self._get_shown()), ("sent", 5))
        self._get_row().not_before = False
        self._set(7)
        self._kill_between_answer_and_commit()
        row = self._get_row()
        self.assertEqual((row.state, row.sent_known, row.sent_quantity), ("waiting", False, 5))
        self.assertEqual(self._find_job().state, "running")
        # 5 was answered last, and 7 is what is shown: the number before is not taken for told.
        self._set(5)
        self.assertEqual(self._get_row().state, "waiting")
        calls = self._count_calls()
        self._work()
        self.assertEqual(self._count_calls(), calls, "it may still be on its way: not before the claim has ended")
        job = self._find_job()
        self.assertEqual((job.state, job.attempts), ("pending", 0))
        self.assertGreaterEqual(job.eta, self._get_row().claimed_until.replace(microsecond=0))
        self._get_row().claimed_until = False
        self._find_job().eta = fields.Datetime.now()
        self.one.cr.commit()
        self._work()
        self.assertEqual(self._count_calls(), calls + 1)
        self.assertEqual((self._get_row().state, self._get_shown()), ("sent", 5))
        self.assertFalse(self._find_job())
