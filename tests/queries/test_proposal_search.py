"""A search costs scipy, and nothing else does."""

import os
import subprocess
import sys

IMPORTS = """
import django
django.setup()
import lernet_xblock.panels, lernet_xblock.tasks, sys
print("scipy" in sys.modules)
"""


def test_a_process_that_forms_no_groups_does_not_import_scipy():
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True, env=settings)
    assert done.stdout.strip() == "False"
