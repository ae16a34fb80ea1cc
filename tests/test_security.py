from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import WRITE_KEY, MarketplaceCase
from .roles_case import ACCOUNTANT, ADMINISTRATOR, NOBODY, ROLES, STOCK_MANAGER, USER, RolesCase

#: model → what each role may do: r, w, c, d for reading, writing, creating, deleting
RIGHTS = {
    "marketplace.account": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.warehouse": {USER: "r", STOCK_MANAGER: "rw", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.schedule": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.offer": {USER: "r", STOCK_MANAGER: "rwc", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.order": {USER: "rw", STOCK_MANAGER: "rw", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.order.line": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.exemplar": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.parcel": {USER: "rw", STOCK_MANAGER: "rw", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.handover": {USER: "rwc", STOCK_MANAGER: "rwc", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.completeness": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.job": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.event": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.notification": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwd"},
    "marketplace.notification.rule": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.exchange": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "", ADMINISTRATOR: "rwd"},
    "marketplace.account.connect": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.account.connect.warehouse": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.number.action": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.number.action.line": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.opening.stock": {USER: "", STOCK_MANAGER: "rwcd", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.opening.stock.line": {USER: "", STOCK_MANAGER: "rwcd", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.order.fetch": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.order.fetch.line": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.status.action": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.status.trigger": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.cancel.reason": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.return": {USER: "rw", STOCK_MANAGER: "rw", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.cancel.request": {USER: "rw", STOCK_MANAGER: "rw", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.order.cancel": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.order.close": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.order.close.line": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.return.register": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.return.register.line": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.order.cancel.line": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.delivery.time": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.return.receive": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.price": {USER: "r", STOCK_MANAGER: "rw", ACCOUNTANT: "r", ADMINISTRATOR: "rw"},
    "marketplace.stock": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "r"},
    "marketplace.stock.adjust": {USER: "", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
    "marketplace.stock.sheet": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.stock.change": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "r"},
    "marketplace.stock.location": {USER: "r", STOCK_MANAGER: "rwcd", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.stock.rule": {USER: "r", STOCK_MANAGER: "rwcd", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.stock.pool": {USER: "r", STOCK_MANAGER: "rwcd", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.stock.pool.member": {USER: "r", STOCK_MANAGER: "rwcd", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.feed": {USER: "r", STOCK_MANAGER: "rw", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.feed.param": {USER: "r", STOCK_MANAGER: "rwcd", ACCOUNTANT: "r", ADMINISTRATOR: "rwcd"},
    "marketplace.feed.problem": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "r"},
    "marketplace.accrual": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "r"},
    "marketplace.accrual.version": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "r"},
    "marketplace.accrual.day": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "r", ADMINISTRATOR: "r"},
    "marketplace.accrual.type": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "rw", ADMINISTRATOR: "rwcd"},
    "marketplace.accrual.rule": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.accrual.column": {USER: "r", STOCK_MANAGER: "r", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.realization": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwd", ADMINISTRATOR: "rwd"},
    "marketplace.realization.line": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "r", ADMINISTRATOR: "r"},
    "marketplace.realization.difference": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.realization.load": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.realization.sheet": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.accrual.import": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.settlement": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.settlement.line": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.settlement.difference": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.money.check": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.money.check.line": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.payout": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.payout.match": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.simple.payment": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwc", ADMINISTRATOR: "rwc"},
    "marketplace.accrual.import.column": {USER: "", STOCK_MANAGER: "", ACCOUNTANT: "rwcd", ADMINISTRATOR: "rwcd"},
    "marketplace.cancel.request.reject": {USER: "rwcd", STOCK_MANAGER: "rwcd", ACCOUNTANT: "", ADMINISTRATOR: "rwcd"},
}
#: Of the marketplace, the same for all companies: what it calls its accruals.
SHARED = {"marketplace.accrual.type"}
LETTERS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
OWN_RULES = {
    "[('create_uid', '=', user.id)]",
    "[('fetch_id.create_uid', '=', user.id)]",
    "[('wizard_id.create_uid', '=', user.id)]",
}


@tagged("post_install", "-at_install")
class TestSecurity(RolesCase, MarketplaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {group: cls._make_user(group) for group in (*ROLES, NOBODY)}
        cls.other_company = cls.env["res.company"].create({"name": "Другая"})
        cls.models = [
            cls.env[name]
            for name, model in cls.env.registry.items()
            if name.startswith("marketplace.") and not model._abstract
        ]
        cls.records = cls._make_one_of_each()

    @classmethod
    def _make_one_of_each(cls):
        """{model: a record of the test's company} for the models that are kept."""
        offer = cls._make_offers(cls.products[:1])
        order = cls.env["marketplace.order"].create(
            {"account_id": cls.account.id, "number": "1-1", "status": "to_assemble"}
        )
        line = cls.env["marketplace.order.line"].create(
            {"order_id": order.id, "name": "X", "offer_id": offer.id, "quantity": 1}
        )
        place = cls.env["marketplace.warehouse"].create({"account_id": cls.account.id, "name": "W", "external_id": "1"})
        shelf = cls.env["marketplace.stock.location"].create(
            {"warehouse_id": place.id, "location_id": cls.warehouse.lot_stock_id.id}
        )
        pool = cls.env["marketplace.stock.pool"].create(
            {"company_id": cls.company.id, "member_ids": [Command.create({"warehouse_id": place.id})]}
        )
        account = {"account_id": cls.account.id}
        feed = cls.env["marketplace.feed"].create(account)
        accrual = cls.env["marketplace.accrual"].create(
            {
                **account,
                **{"date": "2026-09-01", "external_id": "1", "part": "X", "branch": "seller", "kind": "other"},
                "currency_id": cls.account.money_currency_id.id,
            }
        )
        period = {"date_from": "2026-09-01", "date_to": "2026-09-30"}
        settlement = cls.env["marketplace.settlement"].create({**account, **period})
        check = cls.env["marketplace.money.check"].create({**account, "month": "2026-09-01"})
        month = {"year": 2026, "month": 9, "currency_id": cls.company.currency_id.id}
        report = cls.env["marketplace.realization"].create({**account, **period, **month})
        moments = {"since": "2026-01-01", "until": "2026-02-01"}
        return {
            record._name: record
            for record in (
                cls.account,
                cls.account.schedule_ids[0],
                offer,
                order,
                line,
                place,
                cls.env["marketplace.exemplar"].create({"order_id": order.id, "line_id": line.id}),
                cls.env["marketplace.parcel"].create({"order_id": order.id, "number": "1-1"}),
                cls.env["marketplace.handover"].create({**account, "warehouse_id": place.id}),
                cls.env["marketplace.completeness"].create({**account, **moments}),
                cls.env["marketplace.job"].create({**account, "operation": "orders_poll"}),
                cls.env["marketplace.event"].create({**account, "key": "k", "kind": "other", "raw_kind": "X"}),
                cls.env["marketplace.notification"].create({**account, "event": "order_new", "text": "X"}),
                cls.account.notification_rule_ids[0],
                cls.account.status_action_ids[0],
                cls.account.status_trigger_ids[0],
                cls.env["marketplace.cancel.reason"].create({**account, "name": "X", "external_id": "352"}),
                cls.env["marketplace.return"].create({**account, "source": "platform", "external_id": "1"}),
                cls.env["marketplace.cancel.request"].create(
                    {**account, "external_id": "1", "number": "1-1", "state": "pending"}
                ),
                cls.env["marketplace.exchange"].create({**account, "at": "2026-01-01", "endpoint": "X"}),
                shelf,
                pool,
                pool.member_ids,
                cls.env["marketplace.stock"].create(
                    {**account, "offer_id": offer.id, "warehouse_id": place.id, "company_id": cls.company.id}
                ),
                cls.env["marketplace.stock.change"].create(
                    {"product_id": offer.product_id.id, "company_id": cls.company.id}
                ),
                cls.env["marketplace.stock.rule"].create({**account, "product_id": offer.product_id.id}),
                cls.env["marketplace.price"].create({"offer_id": offer.id}),
                accrual,
                report,
                cls.env["marketplace.realization.line"].create({"realization_id": report.id, "kind": "sold"}),
                cls.env["marketplace.realization.difference"].create(
                    {"realization_id": report.id, "kind": "sale", "code": "amount"}
                ),
                settlement,
                cls.env["marketplace.settlement.line"].create(
                    {"settlement_id": settlement.id, "kind": "other", "document": "bill"}
                ),
                cls.env["marketplace.settlement.difference"].create(
                    {"settlement_id": settlement.id, "code": "unknown_type", "number": "X"}
                ),
                check,
                cls.env["marketplace.money.check.line"].create({"check_id": check.id, "kind": "other"}),
                cls.env["marketplace.payout"].create(
                    {
                        **account,
                        **{"external_id": "1", "date_from": "2026-09-01", "date": "2026-09-15", "amount": 1},
                        "currency_id": cls.account.money_currency_id.id,
                    }
                ),
                cls.env["marketplace.simple.payment"].create({**account, "order_id": order.id}),
                cls.env["marketplace.accrual.version"].create({"accrual_id": accrual.id}),
                cls.env["marketplace.accrual.day"].create(
                    {**account, "date": "2026-09-01", "read_at": "2026-09-02 00:00:00"}
                ),
                cls.account.accrual_rule_ids[0],
                cls.env["marketplace.accrual.column"].create({**account, "heading": "X"}),
                feed,
                cls.env["marketplace.feed.param"].create(
                    {"feed_id": feed.id, "name": "X", "source": "constant", "value": "X"}
                ),
                cls.env["marketplace.feed.problem"].create({"feed_id": feed.id, "code": "no_name", "article": "X"}),
            )
        }

    # --- who may do what ----------------------------------------------------------------------------------------
    def test_rights_of_each_role(self):
        self.assertEqual(
            {model._name for model in self.models}, set(RIGHTS), "A new model needs rights, and a line here"
        )
        for name, rights in RIGHTS.items():
            for group, letters in {**rights, NOBODY: ""}.items():
                for letter, operation in LETTERS.items():
                    with self.subTest(model=name, group=group, operation=operation):
                        allowed = self._as(group, self.env[name]).has_access(operation)
                        self.assertEqual(allowed, letter in letters)

    def test_every_role_reads_what_it_is_shown(self):
        """Each field that a role may see can be computed with the rights of that role."""
        for name, record in self.records.items():
            for group in ROLES:
                if "r" not in RIGHTS[name][group]:
                    continue
                with self.subTest(model=name, group=group):
                    mine = self._as(group, record)
                    mine.invalidate_recordset()
                    values = mine.read(list(mine.fields_get()))
                    self.assertTrue(values[0]["display_name"])

    def test_every_kept_model_has_a_record_here(self):
        kept = {model._name for model in self.models if not model.is_transient()}
        self.assertEqual(kept - SHARED, set(self.records))

    # --- companies ----------------------------------------------------------------------------------------------
    def test_other_companies_see_nothing(self):
        for name, record in self.records.items():
            with self.subTest(model=name):
                self.assertTrue(self._as(ADMINISTRATOR, self.env[name]).search([("id", "=", record.id)]))
        for name, record in self.records.items():
            with self.subTest(model=name):
                stranger = record.with_user(self.stranger).with_context(allowed_company_ids=self.other_company.ids)
                self.assertFalse(stranger.search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    stranger.read(["display_name"])
                with self.assertRaises(AccessError):
                    stranger.write({})
                    stranger.check_access("write")

    @property
    def stranger(self):
        login = self._make_login(ADMINISTRATOR, self.other_company)
        return self.env["res.users"].search([("login", "=", login)]) or self._make_user(
            ADMINISTRATOR, self.other_company
        )

    def test_dialogs_are_their_owners(self):
        for name in ("marketplace.account.connect", "marketplace.order.fetch"):
            vals = {"client_id": "1"} if name.endswith("connect") else {"account_id": self.account.id}
            dialog = self._as(ADMINISTRATOR, self.env[name]).create(vals)
            other = new_test_user(self.env, f"other_{name}", ADMINISTRATOR, company_id=self.company.id)
            with self.assertRaises(AccessError):
                dialog.with_user(other).read(["display_name"])

    def test_account_of_another_company_cannot_be_mixed_in(self):
        product = self.env["product.product"].create({"name": "X", "company_id": self.other_company.id})
        with self.assertRaisesRegex(Exception, "belong"):
            self.records["marketplace.offer"].product_id = product

    # --- the registry -------------------------------------------------------------------------------------------
    def test_every_model_has_rights_and_a_rule(self):
        for model in self.models:
            with self.subTest(model=model._name):
                model_id = self.env["ir.model"]._get_id(model._name)
                access = self.env["ir.model.access"].search([("model_id", "=", model_id)])
                self.assertTrue(access)
                self.assertTrue(all(access.mapped("group_id")), "Nothing is for everybody")
                if model._name in SHARED:
                    continue
                rules = self.env["ir.rule"].search([("model_id", "=", model_id), ("groups", "=", False)])
                domains = rules.mapped("domain_force")
                expected = OWN_RULES if model.is_transient() else {"[('company_id', 'in', company_ids)]"}
                self.assertTrue(expected & set(domains))

    def test_inverse_fields_are_indexed(self):
        names = [name for name in self.env.registry if name.startswith("marketplace.")]
        ours = [*names, "sale.order", "sale.order.line", "stock.picking", "product.product"]
        checked = 0
        for name in ours:
            for field in self.env[name]._fields.values():
                if field.type != "one2many" or field.related or not field.comodel_name.startswith("marketplace."):
                    continue
                inverse = self.env[field.comodel_name]._fields.get(field.inverse_name)
                if inverse is not None and inverse.store:
                    checked += 1
                    self.assertTrue(inverse.index, f"{field} ← {inverse}")
        self.assertGreater(checked, 5)

    def test_many2one_fields_of_big_tables_are_indexed(self):
        """Deleting or archiving what they point at would read the whole table."""
        small = {"create_uid", "write_uid", "currency_id"}
        for name in (
            "marketplace.order",
            "marketplace.order.line",
            "marketplace.parcel",
            "marketplace.job",
            "marketplace.event",
        ):
            for field in self.env[name]._fields.values():
                if field.type == "many2one" and field.store and field.name not in small and field.name != "label_id":
                    self.assertTrue(field.index, field)

    # --- keys ---------------------------------------------------------------------------------------------------
    def test_nobody_but_the_system_administrator_reads_keys(self):
        for group in ROLES:
            account = self._as(group, self.account)
            for name in ("api_key", "webhook_token", "telegram_token"):
                with self.subTest(group=group, field=name):
                    self.assertNotIn(name, account.fields_get())
                    with self.assertRaises(AccessError):
                        account.read([name])
                    with self.assertRaises(AccessError):
                        account.export_data([name])
                    with self.assertRaises(AccessError):
                        account.search([(name, "like", "d%")])
                    with self.assertRaises(AccessError):
                        account.write({name: "x"})
        system = new_test_user(self.env, "mp_system", f"base.group_system,{ADMINISTRATOR}", company_id=self.company.id)
        self.assertEqual(self.account.with_user(system).api_key, WRITE_KEY)

    def test_what_everybody_sees_of_a_key(self):
        hint = self._as(USER, self.account).api_key_hint
        self.assertEqual(hint, f"••••{WRITE_KEY[-4:]}")

    def test_address_of_notifications_is_the_administrators(self):
        self.assertIn(self.account.webhook_token, self._as(ADMINISTRATOR, self.account).webhook_url)
        with self.assertRaises(AccessError):
            self._as(USER, self.account).read(["webhook_url"])
        with self.assertRaises(AccessError):
            self._as(USER, self.records["marketplace.order"]).read(["raw"])

    def test_copy_takes_no_key_along(self):
        copy = self.account.copy({"client_id": "77"})
        self.assertFalse(copy.api_key)
        self.assertEqual(copy.state, "draft")
        self.assertNotEqual(copy.webhook_token, self.account.webhook_token)

    def test_messages_about_an_account_hold_no_key(self):
        account = self.account.with_context(tracking_disable=False)
        account.write({"api_key": "another-secret-key", "mode": "test"})
        self.env.flush_all()
        self.cr.precommit.run()
        texts = " ".join(str(value) for message in account.message_ids for value in message.read()[0].values())
        self.assertNotIn("another-secret-key", texts)
        tracked = account.message_ids.sudo().tracking_value_ids.mapped("new_value_char")
        self.assertNotIn("another-secret-key", tracked)
