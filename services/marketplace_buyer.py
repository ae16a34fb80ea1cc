from babel import Locale

from odoo import api, models

from ..marketplaces.base import status

#: Field of the posting → field of the contact.
ADDRESS = {"street": "buyer_street", "city": "buyer_city", "zip": "buyer_zip"}


#: Name of a country in lower case → its code.
COUNTRY_CODES = {
    spelling.lower(): code
    for language in ("en", "ru")
    for code, name in Locale(language).territories.items()
    if len(code) == 2 and code.isalpha()
    for spelling in (code, name)
}


class MarketplaceBuyer(models.AbstractModel):
    """Customers and delivery contacts of postings.

    Buyers are recognised by the marketplace's own number, never by name. A buyer who orders to another address gets
    another delivery contact: what earlier orders were delivered to stays as it was.
    """

    _name = "marketplace.buyer"
    _description = "Marketplace Buyer"

    @api.model
    def _find_partners(self, account, orders):
        """{order id: (customer, delivery contact)}"""
        customers = self._find_customers(account, orders)
        contacts = self._find_contacts(account, orders, customers)
        return {order.id: (customers[order.id], contacts.get(order.id) or customers[order.id]) for order in orders}

    # --- customers ----------------------------------------------------------------------------------------------
    def _find_customers(self, account, orders):
        """{order id: customer}: the marketplace, or by setting the buyer where it tells who he is."""
        known = orders.filtered(lambda order: account.customer_policy == "buyer" and order.buyer_external_id)
        refs = {f"{account.id}/{order.buyer_external_id}": order for order in known}
        buyers = self._find_or_create(refs, lambda order: self._prepare_buyer_vals(account, order))
        return {
            order.id: buyers.get(f"{account.id}/{order.buyer_external_id}") or account.partner_id for order in orders
        }

    def _prepare_buyer_vals(self, account, order):
        return {
            "name": order.buyer_name or self.env._("Buyer %s", order.buyer_external_id),
            "company_id": account.company_id.id,
            **self._prepare_contact_data(order),
        }

    # --- delivery contacts --------------------------------------------------------------------------------------
    def _find_contacts(self, account, orders, customers):
        """{order id: delivery contact} of orders that have one of their own."""
        if account.number_policy in ("customer", "both"):
            return self._create_numbered_contacts(account, orders, customers)
        refs = {}
        for order in orders:
            if order.scheme == status.RFBS and self._needs_contact(order, customers[order.id], account):
                refs.setdefault(self._make_contact_ref(account, order), order)
        contacts = self._find_or_create(
            refs, lambda order: self._prepare_contact_vals(account, order, customers[order.id])
        )
        return {order.id: contacts.get(self._make_contact_ref(account, order)) for order in orders if contacts}

    def _needs_contact(self, order, customer, account):
        """The buyer's address, unless the customer himself has it."""
        if not (order.buyer_name or order.buyer_street or order.buyer_phone):
            return False
        if customer == account.partner_id:
            return True
        return any((customer[name] or "") != (order[source] or "") for name, source in ADDRESS.items())

    def _make_contact_ref(self, account, order):
        """The same buyer at the same address; a buyer without a number is known by his posting only."""
        address = "/".join(order[source] or "" for source in ADDRESS.values())
        return f"{account.id}/{order.buyer_external_id or order.number}@{address}"

    def _prepare_contact_vals(self, account, order, customer):
        return {
            "name": order.buyer_name or self.env._("Buyer %s", order.buyer_external_id or order.number),
            "type": "delivery",
            "parent_id": customer.id,
            "company_id": account.company_id.id,
            **self._prepare_contact_data(order),
        }

    def _create_numbered_contacts(self, account, orders, customers):
        """By setting each posting has a contact that bears its number."""
        vals_list = [
            {
                "name": order.number,
                "type": "delivery",
                "parent_id": customers[order.id].id,
                "company_id": account.company_id.id,
                **self._prepare_contact_data(order),
            }
            for order in orders
        ]
        return dict(zip(orders.ids, self.env["res.partner"].create(vals_list), strict=True))

    @api.model
    def _on_update(self, order):
        """Who gets it, or where, was told after the order was made. What has left already stays as it was."""
        sale = order.sale_order_id
        if not sale or sale.state == "cancel" or "done" in sale.picking_ids.mapped("state"):
            return
        contact, own = sale.partner_shipping_id, f"{order.account_id.id}/{order.number}@"
        if (contact.marketplace_buyer_ref or "").startswith(own):
            # Of this posting alone.
            ref = self._make_contact_ref(order.account_id, order)
            vals = self._prepare_contact_vals(order.account_id, order, contact.parent_id)
            contact.write({**vals, "marketplace_buyer_ref": ref})
        elif contact.type == "delivery" and contact.name == order.number:
            contact.write(self._prepare_contact_data(order))
        elif contact == sale.partner_id:
            found = self._find_contacts(order.account_id, order, {order.id: sale.partner_id}).get(order.id)
            if found:
                sale.with_context(update_delivery_shipping_partner=True).partner_shipping_id = found
        if order.buyer_comment and not sale.note:
            sale.note = order.buyer_comment

    # --- shared -------------------------------------------------------------------------------------------------
    def _prepare_contact_data(self, order):
        country = self._find_country(order.buyer_country)
        state = self._find_state(country, order.buyer_region)
        data = {
            "phone": order.buyer_phone,
            "email": order.buyer_email,
            "street": order.buyer_street,
            # A region that Odoo does not know is kept where a driver can read it.
            "street2": False if state else order.buyer_region,
            "city": order.buyer_city,
            "zip": order.buyer_zip,
            "state_id": state.id,
            "country_id": country.id,
        }
        return {name: value for name, value in data.items() if value}

    def _find_country(self, name):
        """By its code or its name in Russian or English, whichever languages are installed."""
        code = COUNTRY_CODES.get((name or "").strip().lower())
        return self.env["res.country"].search([("code", "=", code)], limit=1) if code else self.env["res.country"]

    def _find_state(self, country, name):
        if not country or not name:
            return self.env["res.country.state"]
        domain = [("country_id", "=", country.id), ("name", "=ilike", name)]
        return self.env["res.country.state"].search(domain, limit=1)

    def _find_or_create(self, refs, prepare):
        """{reference: partner} of {reference: posting}; each reference is one partner, whoever comes first."""
        if not refs:
            return {}
        Partner = self.env["res.partner"].with_context(active_test=False)
        found = {p.marketplace_buyer_ref: p for p in Partner.search([("marketplace_buyer_ref", "in", list(refs))])}
        missing = [ref for ref in refs if ref not in found]
        created = Partner.create([{**prepare(refs[ref]), "marketplace_buyer_ref": ref} for ref in missing])
        return {**found, **dict(zip(missing, created, strict=True))}
