"""The database: SQLite without asking, MariaDB, MySQL or PostgreSQL by address."""

from pathlib import Path
from typing import Any

import dj_database_url

SQLITE = "django.db.backends.sqlite3"
MYSQL = "django.db.backends.mysql"

# Writers queue up for 20 s instead of failing; IMMEDIATE takes the lock before the first read.
SQLITE_OPTIONS: dict[str, Any] = {"timeout": 20, "transaction_mode": "IMMEDIATE"}
MYSQL_OPTIONS: dict[str, Any] = {"charset": "utf8mb4", "isolation_level": "read committed"}
OPTIONS = {SQLITE: SQLITE_OPTIONS, MYSQL: MYSQL_OPTIONS}

dj_database_url.register("mariadb", MYSQL)


def database(url: str, directory: Path) -> dict[str, Any]:
    """Return Django's settings for the address, "" meaning an SQLite file in the folder.

    What the address says in its query wins over our options. Raises ValueError for an unknown scheme.
    """
    if not url:
        name = str(directory / "workbench.sqlite3")
        return {"ENGINE": SQLITE, "NAME": name, "OPTIONS": dict(SQLITE_OPTIONS)}
    found: dict[str, Any] = dict(dj_database_url.parse(url))
    ours: dict[str, Any] = OPTIONS.get(found["ENGINE"], {})
    found["OPTIONS"] = {**ours, **found.get("OPTIONS", {})}
    if found["ENGINE"] == MYSQL:
        found["TEST"] = {"CHARSET": "utf8mb4", **found.get("TEST", {})}
    return found
