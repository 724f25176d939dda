"""What stands in the rows of before: cancelled sessions lose their number, the others stand for their date of the plan."""

from typing import Any

from django.db import migrations
from django.db.models import F

# Above every number that a plan can give: at most 200 sessions.
BEYOND = 1000


def fill(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django's signature
    """Let rows keep the rules that come with the next migration."""
    sessions = apps.get_model("lernet_xblock", "Session").objects
    sessions.filter(state="cancelled").update(number=None, cancelled_at=F("changed_at"))
    sessions.exclude(state="cancelled").update(slot_date=F("local_date"), slot_time=F("local_time"))


def number_again(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django's signature
    """Give cancelled sessions a number that no other of the cohort has: before, each needed one."""
    sessions = apps.get_model("lernet_xblock", "Session").objects
    taken: dict[int, int] = {}
    for row in sessions.filter(number=None).order_by("pk").only("pk", "cohort_id"):
        taken[row.cohort_id] = taken.get(row.cohort_id, BEYOND) + 1
        sessions.filter(pk=row.pk).update(number=taken[row.cohort_id])


class Migration(migrations.Migration):
    dependencies = [("lernet_xblock", "0004_sessions")]

    operations = [migrations.RunPython(fill, number_again)]
