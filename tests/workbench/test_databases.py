from pathlib import Path

import pytest

from lernet_xblock.workbench.databases import MYSQL, SQLITE, database

FOLDER = Path("/data")


def test_without_an_address_it_is_a_file_in_the_folder() -> None:
    assert database("", FOLDER) == {
        "ENGINE": SQLITE,
        "NAME": "/data/workbench.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }


def test_another_sqlite_file_waits_for_its_turn_as_well() -> None:
    found = database("sqlite:////srv/other.sqlite3", FOLDER)

    assert (found["ENGINE"], found["NAME"]) == (SQLITE, "/srv/other.sqlite3")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_mysql_and_mariadb_speak_utf8mb4_and_read_what_is_committed(scheme: str) -> None:
    found = database(f"{scheme}://an:p%40ss@db.example.org:3307/lernet", FOLDER)

    assert found["ENGINE"] == MYSQL
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "an", "p@ss", "db.example.org", 3307, "lernet",
    )  # fmt: skip
    assert found["OPTIONS"] == {"charset": "utf8mb4", "isolation_level": "read committed"}
    assert found["TEST"]["CHARSET"] == "utf8mb4"


def test_what_the_address_says_wins() -> None:
    found = database("mysql://an@localhost/lernet?isolation_level=serializable", FOLDER)

    assert found["OPTIONS"] == {"charset": "utf8mb4", "isolation_level": "serializable"}


def test_postgres_needs_nothing_of_ours() -> None:
    found = database("postgres://an@localhost/lernet", FOLDER)

    assert (found["ENGINE"], found["OPTIONS"]) == ("django.db.backends.postgresql", {})


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x/y"])
def test_an_address_of_an_unknown_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="unknown"):
        database(url, FOLDER)
