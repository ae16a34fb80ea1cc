"""Token buckets: rates, correction by answers, threads."""

import threading

from odoo.tests import BaseCase

from odoo.addons.sale_marketplace.marketplaces.base.limiter import COMMON, Limiter, Rate, get_shared_limiter

from .adapter_support import FakeClock

RATES = {COMMON: Rate(10, burst=10), "slow": Rate(2, burst=1)}


class TestLimiter(BaseCase):
    def setUp(self):
        super().setUp()
        self.clock = FakeClock()
        self.limiter = Limiter(RATES, self.clock)

    def test_burst_then_rate(self):
        self.assertEqual([self.limiter.acquire() for _call in range(10)], [0] * 10)
        self.assertAlmostEqual(self.limiter.acquire(), 0.1)
        self.clock.sleep(0.1)
        self.assertEqual(self.limiter.acquire(), 0)

    def test_own_bucket_and_common_one(self):
        self.assertEqual(self.limiter.acquire("slow"), 0)
        self.assertAlmostEqual(self.limiter.acquire("slow"), 0.5)
        self.assertEqual([self.limiter.acquire() for _call in range(9)], [0] * 9)
        self.assertAlmostEqual(self.limiter.acquire(), 0.1)

    def test_refused_call_takes_no_token(self):
        self.limiter.acquire("slow")
        for _call in range(20):
            self.limiter.acquire("slow")
        self.assertEqual(self.limiter.acquire(), 0)

    def test_retry_after_closes_the_bucket_only(self):
        self.limiter.throttled("slow", retry_after=30)
        self.assertAlmostEqual(self.limiter.acquire("slow"), 30)
        self.assertEqual(self.limiter.acquire(), 0)

    def test_429_lowers_the_rate_and_good_answers_bring_it_back(self):
        self.limiter.throttled("slow")
        self.assertAlmostEqual(self.limiter.acquire("slow"), 1.0)
        for _answer in range(100):
            self.limiter.answered("slow")
        self.assertAlmostEqual(self.limiter.acquire("slow"), 0.5)

    def test_named_rate_is_remembered(self):
        self.limiter.throttled("", rate=2)
        for _answer in range(1000):
            self.limiter.answered()
        self.assertAlmostEqual(self.limiter.acquire(), 0.5)

    def test_rate_never_gets_to_zero(self):
        for _refusal in range(100):
            self.limiter.throttled("slow")
        self.assertLess(self.limiter.acquire("slow"), 60)

    def test_remaining_is_believed(self):
        self.limiter.answered("slow", remaining=0)
        self.assertGreater(self.limiter.acquire(), 0)

    def test_threads_do_not_take_more_than_there_is(self):
        taken = []

        def take():
            taken.extend(wait for wait in (self.limiter.acquire() for _call in range(50)) if not wait)

        threads = [threading.Thread(target=take) for _thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(taken), 10)

    def test_shared_by_account(self):
        first = get_shared_limiter("test:1", RATES)
        self.assertIs(first, get_shared_limiter("test:1", RATES))
        self.assertIsNot(first, get_shared_limiter("test:2", RATES))
