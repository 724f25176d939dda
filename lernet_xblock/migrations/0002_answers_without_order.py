"""SQLite gives each row a number in the order of writing, which would join answers to the ledger; these have none."""

from typing import Any

from django.db import migrations

TABLES = ("lernet_xblock_pulseanswer", "lernet_xblock_pulsecomment")


def drop_row_numbers(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django calls it so
    """Make the two tables anew, stored by their random key alone. Other databases store them so, or see the docs."""
    connection = schema_editor.connection
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
            made = cursor.fetchone()[0]
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [table])
            indexes = [row[0] for row in cursor.fetchall() if row[0]]
            cursor.execute(f"DROP TABLE {table}")
            for statement in (f"{made} WITHOUT ROWID", *indexes):
                cursor.execute(statement)


class Migration(migrations.Migration):
    """The tables are empty when this runs: it follows the one that makes them."""

    dependencies = (("lernet_xblock", "0001_tables"),)
    operations = (migrations.RunPython(drop_row_numbers, migrations.RunPython.noop),)
