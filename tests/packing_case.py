from datetime import datetime, timedelta, timezone


class PackingCase:
    """Postings of one warehouse of the cabinet, with deadlines of our choice. For the cases of ``shipping_case``."""

    def _read_warehouses(self):
        self._set(act_delay=0)
        self.env["marketplace.job"]._enqueue("warehouses_poll", self.account)
        self._run_jobs("catalogue")
        places = self.account.warehouse_ids.filtered(lambda row: row.label_kind == "small" and row.scheme == "fbs")
        self.place = places[:1]

    def _receive_due(self, *purchases, **values):
        """Each purchase is (hours until the deadline, line, …)."""
        now = datetime.now(timezone.utc).replace(microsecond=0)
        numbers = [
            self._buy(
                *lines,
                warehouse_id=int(self.place.external_id),
                shipment_date=(now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                **values,
            )
            for hours, *lines in purchases
        ]
        self._poll()
        return self.env["marketplace.order"].union(*(self._find(number) for number in numbers))

    def _get_board(self, tab="assemble", **options):
        return self.board.get_board({"tab": tab, **options})

    @property
    def board(self):
        return self.env["marketplace.packing.board"]
