"""The settings of the worked example, on which each test changes one thing."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from lernet_xblock.rules.trajectory import Settings

EXAMPLE = Settings(
    title="Shift leads",
    goal="Shift leaders can prepare and hold a return-to-work talk and plan a lighter shift in three ways.",
    audience="shift leaders in food industry",
    tags=("supervision", "reintegration"),
    minimum_size=10,
    maximum_size=15,
    target_size=12,
    cohort_limit=2,
    session_count=5,
    frequency="weekly",
    interval=4,
    first_date=date(2027, 2, 2),
    session_time=time(13, 30),
    time_zone="Europe/Brussels",
    session_minutes=180,
    preparation_minutes=30,
    working_language="fr",
    mode="mixed",
    place="Brussels",
    meeting_link="https://meet.example.org/shift-leads",
    applications_open=date(2026, 11, 30),
    applications_close=date(2027, 1, 8),
    decision_date=date(2027, 1, 15),
    threshold=5,
    charter_text="What is said here stays here.",
    support_contact="Helpdesk",
)


def example(**changes: Any) -> Settings:
    """Return the worked example with the named settings changed."""
    return replace(EXAMPLE, **changes)
