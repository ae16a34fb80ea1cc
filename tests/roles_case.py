from lxml import etree

from odoo import Command
from odoo.tests import new_test_user

USER = "sale_marketplace.group_user"
STOCK_MANAGER = "sale_marketplace.group_stock_manager"
ACCOUNTANT = "sale_marketplace.group_accountant"
ADMINISTRATOR = "sale_marketplace.group_administrator"
NOBODY = "base.group_user"
ROLES = (USER, STOCK_MANAGER, ACCOUNTANT, ADMINISTRATOR)


class RolesCase:
    """Users of each role in the test's company."""

    @classmethod
    def _make_user(cls, group, company=None):
        company = company or cls.company
        login = cls._make_login(group, company)
        return new_test_user(
            cls.env,
            login,
            f"{group},base.group_allow_export",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            context={},
        )

    @classmethod
    def _make_login(cls, group, company):
        return f"{group.replace('.', '_')}_{company.id}"

    def _as(self, group, records):
        user = self.users[group]
        return records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def _get_spec(self, model, kind, view_id=False):
        """What the web client asks for when it shows a view, lists inside of it included."""
        return self._collect(etree.fromstring(model.get_view(view_id, kind)["arch"]))

    def _collect(self, root):
        spec = {}
        for node in root:
            if node.tag != "field":
                spec.update(self._collect(node))
                continue
            inner = [view for view in node if view.tag in ("list", "kanban", "form")]
            spec[node.get("name")] = {"fields": self._collect(inner[0])} if inner else {}
        return spec
