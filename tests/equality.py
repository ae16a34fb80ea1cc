"""Compare what two ways of doing the same have left in the database, field by field."""

import re
from contextlib import contextmanager

from odoo.tools import SQL

#: Models whose records are compared, each with what names a record apart from its id. Models stand after those that
#: their names are made of. Records with the same name are told apart by their order of creation.
KEYS = {
    "res.partner": lambda rec, key: (rec.name, rec.type, key(rec.parent_id)),
    "sale.order": lambda rec, key: (rec.client_order_ref or rec.origin,),
    "sale.order.line": lambda rec, key: (key(rec.order_id), rec.sequence, rec.product_id.id),
    "stock.reference": lambda rec, key: tuple(sorted(map(key, rec.sale_ids), key=repr)),
    "stock.picking": lambda rec, key: (
        tuple(sorted(map(key, rec.reference_ids), key=repr)),
        rec.picking_type_id.id,
        rec.location_id.id,
        rec.location_dest_id.id,
    ),
    "stock.move": lambda rec, key: (
        key(rec.picking_id),
        key(rec.sale_line_id),
        rec.product_id.id,
        rec.location_id.id,
        rec.location_dest_id.id,
    ),
    "stock.move.line": lambda rec, key: (
        key(rec.move_id),
        rec.location_id.id,
        rec.lot_id.id,
        rec.package_id.id,
        rec.owner_id.id,
    ),
    "stock.quant": lambda rec, key: (
        rec.product_id.id,
        rec.location_id.id,
        rec.lot_id.id,
        rec.package_id.id,
        rec.owner_id.id,
    ),
    "mail.message": lambda rec, key: (
        rec.model,
        key(rec.env[rec.model].browse(rec.res_id)),
        rec.message_type,
        rec.subtype_id.id,
    ),
    "mail.tracking.value": lambda rec, key: (key(rec.mail_message_id), rec.field_id.id),
    "mail.followers": lambda rec, key: (
        rec.res_model,
        key(rec.env[rec.res_model].browse(rec.res_id)),
        rec.partner_id.id,
    ),
    "mail.activity": lambda rec, key: (rec.res_model, key(rec.env[rec.res_model].browse(rec.res_id))),
}

#: Not compared: the row's own identity and clock, …
ROW = {"id", "create_uid", "create_date", "write_uid", "write_date", "display_name"}
#: … random texts, …
RANDOM = {"access_token", "message_id"}
#: … and row numbers of records without a model of their own in KEYS.
NUMBERS = {"mail.message": {"res_id"}, "mail.followers": {"res_id"}, "mail.activity": {"res_id"}}
#: Documents whose chatter is compared. An order of ours says where it came from instead of "Sales Order created".
CHATTER = ("stock.picking",)


class Snapshot:
    """All stored fields of everything that came into being since `start`, and of all quants."""

    def __init__(self, env, start):
        self.env = env
        self.start = start
        self.names = {}
        self.rows = {}
        # Tracking writes its messages at the end of a transaction.
        env.cr.precommit.run()
        env.flush_all()
        env.invalidate_all()
        for model in KEYS:
            self._name_records(model)
        for model in KEYS:
            self.rows[model] = {self.names[rec]: self._read(rec) for rec in self._find(model)}

    def _find(self, model):
        if model not in self.env:
            return []
        domain = [("id", ">", self.start.get(model, 0))]
        if model == "stock.quant":
            domain = []
        elif model == "mail.message":
            domain += [("model", "in", CHATTER), ("res_id", "!=", 0)]
        elif model in ("mail.followers", "mail.activity"):
            domain += [("res_model", "in", CHATTER)]
        elif model == "mail.tracking.value":
            domain += [("mail_message_id.model", "in", CHATTER)]
        return self.env[model].sudo().with_context(active_test=False, lang=None).search(domain, order="id")

    def _name_records(self, model):
        count = {}
        for rec in self._find(model):
            key = (model, *KEYS[model](rec, self._key))
            count[key] = count.get(key, 0) + 1
            self.names[rec] = (*key, count[key])

    def _key(self, record):
        """The name of a compared record, the id of any other (which both ways share)."""
        return self.names.get(record) or tuple(record.ids)

    def _read(self, record):
        ignored = ROW | RANDOM | NUMBERS.get(record._name, set())
        return {
            name: self._value(record, field)
            for name, field in record._fields.items()
            if field.store and name not in ignored and field.type not in ("one2many", "many2one_reference")
        }

    def _value(self, record, field):
        value = record[field.name]
        if field.type in ("many2one", "many2many"):
            return sorted((self._key(rec) for rec in value), key=repr)
        if field.type == "reference":
            return self._key(value) if value else False
        if field.type == "html":
            # Links hold row numbers: /odoo/sale.order/42, data-oe-id="42".
            return re.sub(r"(data-oe-id=\"|sale\.order/)\d+", r"\1N", str(value or ""))
        return value


def differences(left, right):
    """One line per difference: what it is about, the field, both values."""
    result = []
    for model in KEYS:
        ours, theirs = left.rows[model], right.rows[model]
        result += [f"only in the first: {key}" for key in ours.keys() - theirs.keys()]
        result += [f"only in the second: {key}" for key in theirs.keys() - ours.keys()]
        for key in ours.keys() & theirs.keys():
            for name, value in ours[key].items():
                if value != theirs[key][name]:
                    result.append(f"{key} {name}: {value!r} / {theirs[key][name]!r}")
    return sorted(result)


def get_start(env):
    """{model: highest id so far}"""
    env.flush_all()
    return {
        model: env.execute_query(SQL("SELECT coalesce(max(id), 0) FROM %s", SQL.identifier(env[model]._table)))[0][0]
        for model in KEYS
        if model in env
    }


@contextmanager
def rewound_sequences(env):
    """Numbers drawn inside are drawn again afterwards: PostgreSQL does not roll its sequences back."""
    sequences = env["ir.sequence"].sudo().search([("implementation", "=", "standard")])
    names = [f"ir_sequence_{sequence.id:03d}" for sequence in sequences]
    states = [env.execute_query(SQL("SELECT last_value, is_called FROM %s", SQL.identifier(name)))[0] for name in names]
    yield
    for name, (last, called) in zip(names, states, strict=True):
        env.execute_query(SQL("SELECT setval(%s, %s, %s)", name, last, called))
