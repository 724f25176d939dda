"""Metadata of lernet-xblock, and where its files lie.

static/, templates/ and translations/ are real folders at the top of the repository. `package_dir` puts them
inside the package for wheels and sdists; the three symbolic links in lernet_xblock/ do the same for editable
installs. Neither is enough alone.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
FOLDERS = ("static", "templates", "translations")

# The platform decides the versions; these are only the limits outside of which the code cannot work.
REQUIRES = [
    "Django>=5.2,<6",
    "XBlock>=5.2,<7",
    "edx-opaque-keys",
    # Only writes feeds; 7.0.3 is what the platform holds.
    "icalendar>=6.1",
    "linkify-it-py",
    "markdown-it-py",
    "nh3",
    # Looks into pictures that people attach, and drops what a camera wrote into them.
    "Pillow",
    # Formation: the platform holds numpy at 1.26, and has scipy only through another requirement.
    "numpy>=1.26",
    "scipy>=1.11",
    "tzdata",
    "web-fragments",
]
WORKBENCH = [
    # xblock-sdk 0.13 and 0.14 need pyfilesystem for XBlock without saying so.
    "XBlock[django]>=5.2,<7",
    "dj-database-url",
    "xblock-sdk>=0.13",
]
MYSQL = ["mysqlclient"]
POSTGRES = ["psycopg[binary]"]
HOLIDAYS = ["holidays"]
TEST = [
    *WORKBENCH,
    *HOLIDAYS,
    "Babel>=2.16",
    "axe-playwright-python",
    "build",
    "coverage",
    "factory-boy",
    "hypothesis",
    "playwright",
    "pytest>=8.4",
    "pytest-django>=4.9",
    "pytest-xdist",
    "recurring-ical-events",
    # The packaging tests build without isolation, so that they need no network.
    "setuptools>=68",
    "time-machine",
    "vobject",
    "wheel",
]
DEV = [
    *TEST,
    "djlint~=1.36",
    "import-linter~=2.4",
    "mypy>=1.16",
    "pre-commit",
    # Each minor release of ruff brings new rules, and we select all of them.
    "ruff>=0.17,<0.18",
]


def version() -> str:
    """Return `__version__` without importing the package, whose dependencies may not be there yet."""
    source = (ROOT / "lernet_xblock" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', source, re.MULTILINE)
    if found is None:
        message = "lernet_xblock/__init__.py names no __version__"
        raise RuntimeError(message)
    return found[1]


def long_description() -> str:
    """Return the README, or nothing while there is none."""
    readme = ROOT / "README.md"
    return readme.read_text(encoding="utf-8") if readme.exists() else ""


setup(
    name="lernet-xblock",
    version=version(),
    description="Learning networks in an Open edX course: cohorts of peers who meet, bring cases and learn",
    long_description=long_description(),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Web Environment",
        "Framework :: Django",
        "Framework :: Django :: 5.2",
        "Intended Audience :: Education",
        "Natural Language :: Dutch",
        "Natural Language :: English",
        "Natural Language :: French",
        "Natural Language :: German",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Education",
    ],
    python_requires=">=3.11",
    packages=[
        *find_packages(include=["lernet_xblock", "lernet_xblock.*"]),
        *(f"lernet_xblock.{folder}" for folder in FOLDERS),
    ],
    package_dir={
        "lernet_xblock": "lernet_xblock",
        **{f"lernet_xblock.{folder}": folder for folder in FOLDERS},
    },
    package_data={
        **{f"lernet_xblock.{folder}": ["**/*"] for folder in FOLDERS},
        "lernet_xblock.workbench": [
            f"**/*.{kind}" for kind in ("css", "csv", "html", "js", "json", "md", "svg", "txt", "xml")
        ],
    },
    include_package_data=False,
    zip_safe=False,
    install_requires=REQUIRES,
    extras_require={
        "workbench": WORKBENCH,
        "holidays": HOLIDAYS,
        "mysql": MYSQL,
        "postgres": POSTGRES,
        "test": TEST,
        "dev": DEV,
    },
    entry_points={
        "xblock.v1": ["lernet = lernet_xblock.block:LernetXBlock"],
        "lms.djangoapp": ["lernet_xblock = lernet_xblock.apps:LernetConfig"],
        "cms.djangoapp": ["lernet_xblock = lernet_xblock.apps:LernetConfig"],
        "console_scripts": ["lernet-workbench = lernet_xblock.workbench.__main__:main"],
    },
)
