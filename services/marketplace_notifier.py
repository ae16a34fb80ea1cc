from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime
from odoo.tools.misc import clean_context

from ..models.marketplace_notification_rule import EVENTS

#: So long an event waits for others to be told of in the same message.
GROUP_SECONDS = 60
#: The same sentence about the same record is not told again within this time: a retry that fails again is no news.
SAME_HOURS = 6
DEFAULT_ZONE = "Europe/Moscow"


class MarketplaceNotifier(models.AbstractModel):
    """Remembers what people want to be told. It only writes rows: nothing leaves the house here."""

    _name = "marketplace.notifier"
    _description = "Marketplace Notifier"

    @api.model
    def _tell(self, event, records, texts=None):
        """Put an event of these records into the outbox, for those accounts whose rules want it.

        :param event: a key of ``EVENTS``
        :param records: records of one model with ``account_id``, or accounts
        :param texts: {record id: sentence}; without one the record speaks for itself
        :return: the notifications that wait now
        """
        records = self._detach(records)
        if not records:
            return self.env["marketplace.notification"]
        rules = self._find_rules(event, self._get_accounts(records))
        if not rules:
            return self.env["marketplace.notification"]
        rule_by_account = rules.grouped("account_id")
        wanted = records.filtered(lambda record: self._get_accounts(record) in rule_by_account)
        news = self._prepare(event, wanted, rule_by_account, texts or {})
        waiting = self._store(event, wanted, news)
        eta = fields.Datetime.now() + timedelta(seconds=GROUP_SECONDS)
        for account in waiting.account_id:
            self.env["marketplace.job"]._enqueue("notify", account, eta=eta)
        return waiting

    def _detach(self, records):
        """Without the caller's rights, and without the defaults that his context holds for his own records."""
        context = clean_context(self.env.context)
        return records.sudo().with_context(context)  # pylint: disable=context-overridden

    def _get_accounts(self, records):
        return records if records._name == "marketplace.account" else records.account_id

    def _find_rules(self, event, accounts):
        if event not in EVENTS:
            raise ValueError(f"no such event: {event}")
        return self._detach(self.env["marketplace.notification.rule"]).search(
            [
                ("account_id", "in", accounts.ids),
                ("event", "=", event),
                *("|", "|", ("inbox", "=", True), ("email", "=", True), ("telegram", "=", True)),
            ]
        )

    def _prepare(self, event, records, rule_by_account, texts):
        """{record id: values of its notification}"""
        news = {}
        for account, rule in rule_by_account.items():
            channels = {f"{channel}_state": "waiting" for channel in rule._get_channels()}
            told = records.filtered(lambda record, account=account: self._get_accounts(record) == account)
            for record in told.with_context(lang=account._get_language()):
                news[record.id] = {
                    "account_id": account.id,
                    "event": event,
                    "res_model": record._name,
                    "res_id": record.id,
                    "subject": record.display_name,
                    "text": texts.get(record.id) or self._describe(record, event),
                    **channels,
                }
        return news

    def _store(self, event, records, news):
        """Create what is new; what waits already is told once, with its latest words."""
        Notification = self._detach(self.env["marketplace.notification"])
        since = fields.Datetime.now() - timedelta(hours=SAME_HOURS)
        latest = {}
        for row in Notification.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("event", "=", event),
                ("create_date", ">=", since),
            ],
            order="id",
        ):
            latest[row.res_id] = row
        waiting, reworded, fresh = Notification, Notification, []
        for record_id, vals in news.items():
            row = latest.get(record_id, Notification)
            if row.state in ("waiting", "sent") and row.text == vals["text"]:
                waiting |= row.filtered(lambda row: row.state == "waiting")
            elif row and row._is_untold():
                reworded |= row
            else:
                fresh.append(vals)
        # What is being sent at this moment is not waited for: the later words are told by themselves.
        free = reworded.try_lock_for_update()
        for row in free:
            row.text = news[row.res_id]["text"]
        fresh += [news[row.res_id] for row in reworded - free]
        return waiting | free | Notification.create(fresh)

    def _describe(self, record, event):
        if record._name == "marketplace.cancel.request":
            return self._describe_request(record)
        if record._name == "marketplace.return":
            return self._describe_return(record)
        if record._name != "marketplace.order":
            return record.display_name
        if event == "order_new":
            return self._with_deadline(record, f"{record.product_summary}, {record._format(record.total)}")
        labels = dict(record._fields["status"]._description_selection(record.env))
        return self._with_deadline(record, labels[record.status])

    def _with_deadline(self, order, text):
        if not order.ship_by:
            return text
        return order.env._("%(text)s, ship by %(moment)s", text=text, moment=self._format_moment(order, order.ship_by))

    def _describe_request(self, request):
        """Why the buyer wants to cancel, and how long there is time to answer him."""
        text = ": ".join(filter(None, (request.reason, request.message))) or request.display_name
        if not request.decide_until:
            return text
        moment = self._format_moment(request, request.decide_until)
        return request.env._("%(text)s, to decide until %(moment)s", text=text, moment=moment)

    def _describe_return(self, item):
        """What comes back, and how far it is."""
        stage = dict(item._fields["stage"]._description_selection(item.env))[item.stage]
        goods = f"{item.product_id.display_name or item.name or item.article or item.sku or ''} × {item.quantity}"
        return ", ".join(filter(None, (goods, stage, item.place_name)))

    def _format_moment(self, record, moment):
        zone = record.account_id.user_id.tz or record.company_id.partner_id.tz or DEFAULT_ZONE
        return format_datetime(record.env, moment, tz=zone, dt_format="short")
