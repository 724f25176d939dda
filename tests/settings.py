"""The settings of the suite: those of the workbench, with data that live as long as the run.

DATABASE_URL chooses the database; without it, SQLite in a temporary file.
"""

import atexit
import os
import shutil
import tempfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if "LERNET_TEST_DATA" not in os.environ:
    # Set once in the first process: the workers of xdist and the processes that tests start inherit it.
    os.environ["LERNET_TEST_DATA"] = tempfile.mkdtemp(prefix="lernet-tests-")
    atexit.register(shutil.rmtree, os.environ["LERNET_TEST_DATA"], ignore_errors=True)

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATA = Path(os.environ["LERNET_TEST_DATA"]) / WORKER
DATA.mkdir(exist_ok=True)
os.environ["LERNET_DATA"] = str(DATA)

from lernet_xblock.workbench.settings import *  # noqa: E402 - reads LERNET_DATA, set above
from lernet_xblock.workbench.settings import DATABASES  # noqa: E402 - by name, for the type checker

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
# The zone of the machine, which nothing may follow from (scripts/lanes.py).
TIME_ZONE = os.environ.get("LERNET_TEST_ZONE", "UTC")
# MD5 is fast; nobody's password is at stake.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Checkouts and lanes may share one server, so the name carries both; the next run of the same reuses it.
_owner = f"{zlib.crc32(str(ROOT).encode()):08x}{os.environ.get('LERNET_TEST_LANE', '')}"
_default = DATABASES["default"]
if _default["ENGINE"].endswith("sqlite3"):
    # In a file: live servers and other processes have to reach it. It may die with the machine, so no fsync.
    _default["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
    _default.setdefault("OPTIONS", {})["init_command"] = "PRAGMA synchronous=OFF"
else:
    _default["TEST"] = {"NAME": f"test_{_default['NAME']}_{_owner}"}
    if _default["ENGINE"].endswith("mysql"):
        _default["TEST"] |= {"CHARSET": "utf8mb4"}
