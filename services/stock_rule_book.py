"""Which exception holds for an offer: looked up by dictionaries, since there may be thousands of both."""

from collections import defaultdict

from odoo.fields import Domain

#: The most particular first.
LEVELS = ("product", "attribute", "tag", "category")


class RuleBook:
    """The exceptions of some accounts, by what they are about."""

    def __init__(self, env, accounts):
        self.env = env
        self.accounts = accounts.browse()
        self.levels = {level: defaultdict(list) for level in LEVELS}
        self.narrowed = {}
        self.include(accounts)

    def include(self, accounts):
        """Look up the exceptions of further accounts, too. Returns the book."""
        fresh = accounts._origin - self.accounts
        if fresh:
            self.accounts |= fresh
            for rule in self.env["marketplace.stock.rule"].sudo().search([("account_id", "in", fresh.ids)]):
                for key in self._get_keys(rule):
                    self.levels[rule.target][key].append(rule)
        return self

    def _get_keys(self, rule):
        if rule.target == "product":
            return rule.product_id.ids
        if rule.target == "category":
            return self.env["product.category"].sudo().search([("id", "child_of", rule.category_id.id)]).ids
        return self.env["product.product"].sudo().with_context(active_test=False).search(self._get_domain(rule)).ids

    def _get_domain(self, rule):
        if rule.target == "tag":
            return Domain("product_tag_ids", "in", rule.tag_id.ids) | Domain(
                "additional_product_tag_ids", "in", rule.tag_id.ids
            )
        value = rule.attribute_value_id
        # A brand is mostly an attribute that makes no variants: then it stands on the template only.
        return Domain("product_template_attribute_value_ids.product_attribute_value_id", "=", value.id) | Domain(
            "product_tmpl_id.attribute_line_ids",
            "any",
            [("attribute_id.create_variant", "=", "no_variant"), ("value_ids", "in", value.ids)],
        )

    def narrow(self, base, listing, warehouse_id):
        """``base`` under the most particular exception that holds for the listing in the warehouse."""
        for level in LEVELS:
            known = self.levels[level]
            if not known:
                continue
            rules = known.get(listing.category_id if level == "category" else listing.product_id, ())
            rule = self._choose(rules, listing.account_id, warehouse_id)
            if rule:
                key = (rule.id, base)
                if key not in self.narrowed:
                    self.narrowed[key] = rule._narrow(base)
                return self.narrowed[key]
        return base

    def _choose(self, rules, account_id, warehouse_id):
        """Of this account; one for the warehouse beats one for all; of two categories the deeper one."""
        fitting = [
            rule
            for rule in rules
            if rule.account_id.id == account_id and (not rule.warehouse_id or rule.warehouse_id.id == warehouse_id)
        ]
        return max(
            fitting,
            key=lambda rule: (len(rule.category_id.parent_path or ""), bool(rule.warehouse_id), rule.id),
            default=None,
        )
