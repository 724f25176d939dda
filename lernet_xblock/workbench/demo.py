"""Loading the demo: people, what the author wrote, and the networks' lives."""

from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction

from lernet_xblock.models import Message
from lernet_xblock.rules.authored import block_field
from lernet_xblock.services.outbox import mark_sent
from lernet_xblock.workbench import clock
from lernet_xblock.workbench.content import load_cases, load_networks, load_people, load_pulses
from lernet_xblock.workbench.lives import live
from lernet_xblock.workbench.overview import ZONE
from lernet_xblock.workbench.people import AUTHOR
from lernet_xblock.workbench.scenarios import SLUGS, prepare_fields, write_fields

ADMINS = {"open": "admin_karim", "running": "admin_lies", "closing": "admin_karim"}
SHOWN_MEMBER = "jonas_peeters"


def demo_is_loaded() -> bool:
    """True once the demo's author exists."""
    return bool(get_user_model().objects.filter(username=AUTHOR).exists())


def load_demo() -> None:
    """Make people, settings and networks as of today, or nothing at all; to be called once."""
    now = clock.now()
    with transaction.atomic():
        make_people(now)
        today = now.astimezone(ZONE).date()
        write_settings(today)
        live_all(today, now)


def make_people(now: datetime) -> None:
    """Make the users; admins are staff. Nobody has a password: the workbench believes the address."""
    user = get_user_model()
    user.objects.bulk_create(
        user(
            username=person.username,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            is_staff=person.role == "admin",
            password=make_password(None),
            date_joined=now,
        )
        for person in load_people()
    )


def live_all(today: date, now: datetime) -> None:
    """Let every network but the unfinished one live up to now."""
    for script in load_networks(today):
        live(
            script,
            cases=[one for one in load_cases() if one.slug == script.slug],
            pulses=[one for one in load_pulses() if one.slug == script.slug],
            admin=ADMINS[script.slug],
            now=now,
        )
    # What people were written before today went out then: the demo does not begin with a heap of old mail.
    for pk, made_at in Message.objects.filter(made_at__lt=now).values_list("pk", "made_at"):
        mark_sent(pk, now=made_at)


def write_settings(today: date) -> None:
    """Fill in the blocks as an author would have; `draft` stays empty."""
    for network in load_networks(today):
        values = {block_field(name): value for name, value in network.settings.items()}
        write_fields(network.slug, values, username=AUTHOR)
    for slug in SLUGS:
        prepare_fields(slug, username=AUTHOR)
