"""Django settings of the demo: the workbench's own, made fit to live in a person's data folder.

Environment: LERNET_DATA (folder), DATABASE_URL, LERNET_DEBUG=1 (Django's error pages), LERNET_OTHER_BLOCKS=1
(the scenarios of every other installed XBlock as well).
"""

import os
import sys
from pathlib import Path

from workbench.settings import *
from workbench.settings import INSTALLED_APPS as STOCK_APPS
from workbench.settings import MIDDLEWARE as STOCK_MIDDLEWARE
from workbench.settings import TEMPLATES as STOCK_TEMPLATES
from workbench.settings import WORKBENCH as STOCK_WORKBENCH

from lernet_xblock.i18n import LANGUAGES as OUR_LANGUAGES
from lernet_xblock.workbench.databases import database
from lernet_xblock.workbench.directory import data_directory, secret_key

HERE = Path(__file__).parent
DATA = data_directory(os.environ, platform=sys.platform, home=Path.home())

SECRET_KEY = secret_key(DATA)
DEBUG = os.environ.get("LERNET_DEBUG") == "1"
# The workbench believes whoever the address names, so it answers to this machine only.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), DATA)}

# djpyfs needs pkg_resources, which new environments lack; the toolbar needs addresses that we do not have.
INSTALLED_APPS = [app for app in STOCK_APPS if app not in {"djpyfs", "debug_toolbar"}]
for needed in ("django.contrib.auth", "django.contrib.contenttypes", "lernet_xblock.apps.LernetConfig"):
    if needed not in INSTALLED_APPS:
        INSTALLED_APPS.append(needed)

MIDDLEWARE = ["lernet_xblock.workbench.middleware.DemoMiddleware", *STOCK_MIDDLEWARE]
ROOT_URLCONF = "lernet_xblock.workbench.urls"
WSGI_APPLICATION = None

_stock = STOCK_TEMPLATES[0]
TEMPLATES = [
    {
        **_stock,
        "DIRS": [str(HERE / "templates"), *_stock["DIRS"]],
        "OPTIONS": {**_stock["OPTIONS"], "debug": DEBUG},
    },
]
STATICFILES_DIRS = [str(HERE / "static")]
# The stock values are empty, which with DEBUG serves the current folder under /.
MEDIA_URL = "/media/"
MEDIA_ROOT = str(DATA / "media")

LANGUAGES = list(OUR_LANGUAGES.items())
LANGUAGE_CODE = "en"
# As in the LMS; the workbench says America/New_York.
TIME_ZONE = "UTC"

# The stock logging opens a file below the current folder.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        name: {"handlers": ["console"], "level": level, "propagate": False}
        # A refusal is part of the demo; only what breaks is worth a line.
        for name, level in {"django": "WARNING", "django.server": "ERROR", "django.request": "ERROR"}.items()
    },
}

WORKBENCH = {
    "reset_state_on_restart": False,
    "services": {name: path for name, path in STOCK_WORKBENCH["services"].items() if name != "fs"},
}

# A list of people may have 5 MiB (panels/action.py); Django stops at 2.5 before anybody can say so kindly.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

# Messages land as files that anybody can open.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(DATA / "mail")
DEFAULT_FROM_EMAIL = "networks@demo.invalid"

LERNET_DEV_URL = os.environ.get("LERNET_DEV_URL", "http://127.0.0.1:8042")
LERNET_HOST = "lernet_xblock.host.workbench.WorkbenchHost"
LERNET_DEV_COURSE_ID = "course-v1:Workbench+LERNET+dev"
LERNET_OTHER_BLOCKS = os.environ.get("LERNET_OTHER_BLOCKS") == "1"
