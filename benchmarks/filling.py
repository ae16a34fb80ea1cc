"""Many open orders in little time: those that were really made are copied by SQL, with all that hangs on them."""

from odoo.tools import SQL

#: Rows of copy number n get their ids n × STEP higher: references stay right by the same sum.
STEP = 1_000_000
#: Tables that are copied, with what must differ in each copy. Link tables between them are found by themselves.
TABLES = {
    "marketplace_order": {"number": SQL("src.number || '-' || n")},
    "marketplace_order_line": {},
    "sale_order": {"access_token": SQL("NULL")},
    "sale_order_line": {},
    "stock_reference": {},
    "stock_picking": {"name": SQL("src.name || '-' || n")},
    "stock_move": {},
    "stock_move_line": {},
    "mail_message": {"res_id": SQL("src.res_id + n * %s", STEP)},
}
#: Every table that an import writes to.
GROWING = (*TABLES, "stock_quant", "stock_reference_move_rel", "stock_reference_sale_rel", "marketplace_offer")


def copy_orders(env, orders, copies, first=1):
    """Copy marketplace orders and everything made of them, ``copies`` times, with the reserved stock."""
    env.flush_all()
    sets = _find_sets(env, orders)
    # Checks of references would want the tables in an order that their circles do not have.
    env.cr.execute("SET session_replication_role = replica")
    for table, ids in sets.items():
        copy_rows(env, table, SQL("src.id IN %s", tuple(ids)), TABLES[table], sets, first, copies)
    for table, columns in _find_link_tables(env, sets).items():
        criterion = SQL(" AND ").join(
            SQL("src.%s IN %s", SQL.identifier(column), tuple(sets[target])) for column, target in columns.items()
        )
        copy_rows(env, table, criterion, {}, sets, first, copies)
    env.cr.execute("SET session_replication_role = DEFAULT")
    _reserve(env, sets["stock_move_line"], copies)
    for table in sets:
        env.execute_query(
            SQL(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM %s))",
                table,
                SQL.identifier(table),
            )
        )
    env.invalidate_all()


def _find_sets(env, orders):
    sales = orders.sale_order_id
    pickings = sales.picking_ids
    messages = env["mail.message"].search(
        [
            "|",
            "&",
            ("model", "=", "sale.order"),
            ("res_id", "in", sales.ids),
            "&",
            ("model", "=", "stock.picking"),
            ("res_id", "in", pickings.ids),
        ]
    )
    records = {
        "marketplace_order": orders,
        "marketplace_order_line": orders.line_ids,
        "sale_order": sales,
        "sale_order_line": sales.order_line,
        "stock_reference": sales.stock_reference_ids,
        "stock_picking": pickings,
        "stock_move": pickings.move_ids,
        "stock_move_line": pickings.move_line_ids,
        "mail_message": messages,
    }
    return {table: found.ids for table, found in records.items() if found}


def _get_references(env, table):
    """{column: table} of the foreign keys of a table."""
    return dict(
        env.execute_query(
            SQL(
                """SELECT a.attname, c.confrelid::regclass::text
                     FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                    WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.conrelid = %s::regclass""",
                table,
            )
        )
    )


def _find_link_tables(env, sets):
    """{link table: {column: table}} of tables without an id that point at copied rows."""
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT t.relname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
                WHERE c.contype = 'f' AND c.confrelid::regclass::text IN %s AND t.relname = lower(t.relname)
                  AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attname = 'id')""",
            tuple(sets),
        )
    )
    found = {}
    for (table,) in rows:
        found[table] = {column: target for column, target in _get_references(env, table).items() if target in sets}
    return found


def copy_rows(env, table, criterion, different, sets, first, copies):
    references = {column: target for column, target in _get_references(env, table).items() if target in sets}
    rows = env.execute_query(
        SQL(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
            "AND attgenerated = ''",
            table,
        )
    )
    columns = [column for (column,) in rows]
    values = [
        different.get(column)
        or SQL(
            "src.%s + n * %s" if column == "id" or column in references else "src.%s", *_arguments(column, references)
        )
        for column in columns
    ]
    env.execute_query(
        SQL(
            "INSERT INTO %(table)s (%(columns)s) SELECT %(values)s "
            "FROM %(table)s src, generate_series(%(first)s, %(last)s) n WHERE %(criterion)s ORDER BY n RETURNING 1",
            table=SQL.identifier(table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(values),
            first=first,
            last=first + copies - 1,
            criterion=criterion,
        )
    )


def _arguments(column, references):
    shifted = column == "id" or column in references
    return (SQL.identifier(column), STEP) if shifted else (SQL.identifier(column),)


def _reserve(env, line_ids, copies):
    """The copied move lines hold stock, too: as much more arrived, or shelves would hold less than is promised."""
    env.execute_query(
        SQL(
            """UPDATE stock_quant quant
                  SET reserved_quantity = reserved_quantity + held.quantity * %s,
                      quantity = quant.quantity + held.quantity * %s
                 FROM (SELECT product_id, location_id, sum(quantity_product_uom) AS quantity
                         FROM stock_move_line WHERE id IN %s GROUP BY 1, 2) held
                WHERE quant.product_id = held.product_id AND quant.location_id = held.location_id RETURNING 1""",
            copies,
            copies,
            tuple(line_ids),
        )
    )


def forget_statistics(env):
    """As on the first day: PostgreSQL knows nothing of what the tables hold, and nobody tells it."""
    for table in _existing(env):
        env.cr.execute(SQL("ALTER TABLE %s SET (autovacuum_enabled = false)", SQL.identifier(table)))
        env.cr.execute(SQL("DELETE FROM pg_statistic WHERE starelid = %s::regclass", table))
    env.cr.commit()


def analyze(env):
    for table in _existing(env):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.cr.commit()


def _existing(env):
    rows = env.execute_query(SQL("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname IN %s", GROWING))
    return [table for (table,) in rows]
