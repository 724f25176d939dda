"""Tables and demo data: making them ready, and starting anew."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from workbench.models import XBlockState

from lernet_xblock.models import Network
from lernet_xblock.workbench.content import load_people
from lernet_xblock.workbench.databases import SQLITE


def forget_file() -> None:
    """Delete the SQLite file, when there is one: the only database that is ours as a whole."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] == SQLITE:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{database['NAME']}{suffix}").unlink(missing_ok=True)


def make_tables() -> None:
    """Bring the tables up to date, without a word.

    xblock-sdk 0.13 and 0.14 have no migrations, hence `run_syncdb`; 0.15 has, and may meet tables that an
    older one made, hence `fake_initial`.
    """
    call_command("migrate", run_syncdb=True, fake_initial=True, interactive=False, verbosity=0)


def forget_rows() -> None:
    """Delete the demo's networks, blocks and people, and nothing else: the database may hold more."""
    Network.objects.filter(course_id=settings.LERNET_DEV_COURSE_ID).delete()
    XBlockState.objects.all().delete()
    get_user_model().objects.filter(username__in=[person.username for person in load_people()]).delete()
