import subprocess
import sys
from pathlib import Path

from lernet_xblock.rules import trajectory
from tests.rules.settings_cases import example

ROOT = Path(trajectory.__file__).parents[2]


def test_the_example_from_settings_to_hours_through_the_one_import() -> None:
    settings = example()

    assert trajectory.check(settings) == ()
    assert [notice.code for notice in trajectory.notices(settings)] == ["session_day_after_holiday"]
    assert len(trajectory.spread_dates(settings)) == len(trajectory.session_kinds(5)) == 5
    assert divmod(trajectory.hours_minutes_total(settings), 60) == (17, 30)


def test_the_rules_load_neither_django_nor_the_platform() -> None:
    program = (
        "import sys, pkgutil, importlib, lernet_xblock.rules as rules\n"
        "for found in pkgutil.iter_modules(rules.__path__):\n"
        "    importlib.import_module(f'{rules.__name__}.{found.name}')\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'django', 'xblock', 'holidays', 'lms'}))"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
