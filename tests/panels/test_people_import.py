"""A list of people: uploaded, reported line by line, applied only when the admin says so."""

import re
from pathlib import Path

import pytest
from django.core.cache import cache

from lernet_xblock.models import Application, AuditEntry, PeopleImport
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db

DATA = Path(__file__).resolve().parent.parent / "data"
HEAD = "username;email;function;language\n"


@pytest.fixture(autouse=True)
def network():
    cache.clear()
    UserFactory(username="admin", is_staff=True)
    for number in range(1, 6):
        UserFactory(username=f"member{number:03d}")
    return NetworkFactory()


def upload(body, *, by="admin", **changes):
    body = body if isinstance(body, bytes) else body.encode()
    return post(make_block(by), "people.import", body=body, content_type="text/csv", **changes)


def decide(action, held, *, by="admin", **values):
    return post(make_block(by), action, {"about": held.key, "_key": "k1", **values})


def report(html):
    """Return what is read on each reported line, by its number."""
    rows = re.findall(r'<th scope="row">(\d+)</th>(.*?)</tr>', html, re.DOTALL)
    return {int(number): " ".join(re.sub(r"<[^>]+>", " ", row).split()) for number, row in rows}


MESSY = {
    3: "member001 This person stands on line 2 already.",
    4: "— “username” is empty.",
    5: "ghost404 Nobody enrolled in this course has the username “ghost404”.",
    6: "member002 “function” begins like a formula of a spreadsheet."
    " The years of experience, “-4”, are below zero."
    " The half-day “WE-noon” is not known; write for example MO-am or FR-pm.",
    7: "member003 The language “xx” is none of en, fr, nl and de."
    " The years of experience, “twelve”, are not a whole number.",
    9: "member005 “username” holds characters that cannot be seen.",
}


@pytest.mark.parametrize("number", [3, 4, 5, 6, 7, 9])
def test_the_messy_list_is_reported_line_by_line(number):
    response = upload((DATA / "roster_messy.csv").read_bytes())
    assert response.status_int == 200
    assert report(response.text)[number] == MESSY[number]


def test_the_messy_list_reports_no_good_line_and_adds_nobody():
    response = upload((DATA / "roster_messy.csv").read_bytes())
    assert set(report(response.text)) == set(MESSY)
    assert "2 people can be added. 6 lines are left out" in words(response.text)
    assert "“interests” is not used" in response.text
    assert not Application.objects.exists()
    assert [row["username"] for row in PeopleImport.objects.get().rows] == ["member001", "member004"]


def test_people_are_invited_and_answer_for_themselves(network):
    upload((DATA / "roster_messy.csv").read_bytes())
    held = PeopleImport.objects.get()
    response = decide("people.apply_import", held)
    assert response.status_int == 200
    assert "2 people were added." in response.text
    rows = {row.user.username: row for row in network.applications.select_related("user")}
    assert set(rows) == {"member001", "member004"}
    assert {(row.state, row.source, row.committed_at) for row in rows.values()} == {("invited", "import", None)}
    row = rows["member004"]
    assert (
        row.function,
        row.department,
        row.organisation,
        row.language,
        row.experience_years,
        row.availability,
    ) == (
        "chef d’équipe; nuit",
        "processing",
        "Brasserie des Trois Ponts",
        "fr",
        11,
        "TH-pm",
    )
    held.refresh_from_db()
    assert (held.rows, held.report, held.applied_at is None) == ([], [], False)
    assert AuditEntry.objects.filter(verb="people.import_invited", subject=held.key).exists()


def test_people_who_agreed_count_as_applied_and_that_is_logged(network):
    upload((DATA / "roster_messy.csv").read_bytes())
    held = PeopleImport.objects.get()
    decide("people.apply_import", held, agreed="on")
    assert set(network.applications.values_list("state", flat=True)) == {"submitted"}
    entry = AuditEntry.objects.get(verb="people.import_agreed")
    assert (entry.actor.username, entry.subject) == ("admin", held.key)


def test_a_list_is_applied_once(network):
    upload((DATA / "roster_messy.csv").read_bytes())
    held = PeopleImport.objects.get()
    decide("people.apply_import", held)
    assert decide("people.apply_import", held).status_int == 200  # the same click again
    response = decide("people.apply_import", held, _key="another", agreed="on")
    assert response.status_int == 422
    assert "applied or put aside already" in response.text
    assert set(network.applications.values_list("state", flat=True)) == {"invited"}


def test_a_list_put_aside_leaves_nothing():
    upload((DATA / "roster_messy.csv").read_bytes())
    held = PeopleImport.objects.get()
    assert decide("people.discard_import", held).status_int == 200
    held.refresh_from_db()
    assert (held.rows, held.report, held.applied_at) == ([], [], None)
    assert not Application.objects.exists()
    assert decide("people.apply_import", held).status_int == 422
    assert decide("people.discard_import", held).status_int == 422


def test_a_new_list_takes_the_place_of_the_one_that_waited():
    upload(HEAD + "member001;;boss;fr")
    upload(HEAD + "member002;;boss;fr")
    old, new = PeopleImport.objects.order_by("pk")
    assert (old.rows, len(new.rows)) == ([], 1)


def test_people_with_a_part_in_the_network_are_reported_each_with_the_reason(network):
    users = {number: UserFactory(username=f"had{number}") for number in range(4)}
    cohort = CohortFactory(network=network)
    MembershipFactory(cohort=cohort, user=users[0])
    ApplicationFactory(network=network, user=users[0], state="member")
    ApplicationFactory(network=network, user=users[1], state="waitlisted", queued_at=NOW)
    FacilitationFactory(cohort=cohort, user=users[2])
    ApplicationFactory(network=network, user=users[3], state="withdrawn")
    response = upload(HEAD + "".join(f"had{number};;boss;fr\n" for number in range(4)))
    assert report(response.text.split('data-kind="people"')[0]) == {
        2: "had0 This person is a member already.",
        3: "had1 This person applied or was invited already.",
        4: "had2 This person guides a group of this network.",
    }
    decide("people.apply_import", PeopleImport.objects.get())
    assert network.applications.get(user=users[3]).state == "invited"
    assert network.applications.filter(user=users[3]).count() == 1


def test_an_address_must_belong_to_its_person_whatever_the_case():
    response = upload(HEAD + "member001;MEMBER001@EXAMPLE.ORG;boss;fr\nmember002;member003@example.org;boss;fr")
    assert report(response.text) == {
        3: "member002 The e-mail address “member003@example.org” is not that of this person.",
    }


def test_who_applied_between_upload_and_decision_keeps_their_own_application(network):
    upload(HEAD + "member001;;boss;fr\nmember002;;boss;fr")
    own = ApplicationFactory(network=network, user__username="x", function="mine")
    own.user = type(own.user).objects.get(username="member001")
    own.save()
    response = decide("people.apply_import", PeopleImport.objects.get())
    assert "1 person was added. 1 person was left out" in response.text
    own.refresh_from_db()
    assert (own.state, own.function) == ("submitted", "mine")


def test_who_left_the_course_meanwhile_is_left_out(network):
    upload(HEAD + "member001;;boss;fr\nmember002;;boss;fr")
    gone = PeopleImport.objects.get().rows[0]["user_id"]
    type(network.changed_by or UserFactory()).objects.filter(pk=gone).update(is_active=False)
    decide("people.apply_import", PeopleImport.objects.get())
    assert [row.user.username for row in network.applications.all()] == ["member002"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04", "This is a spreadsheet. Save it as CSV first"),
        (b"naam;functie\na;b", "names no column that we know. These are needed: username, function, language."),
        (b"boss", "names no column that we know. These are needed: username, function, language."),
        (b"username;function;language", "This file has a first line, and nobody below it."),
        (b"username;email\na;b", "The column “function” is missing in the first line."),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(body, sentence):
    response = upload(body)
    assert response.status_int == 422
    assert sentence in response.text
    assert not PeopleImport.objects.exists()


def test_a_list_without_a_usable_line_can_only_be_put_aside():
    response = upload(HEAD + "ghost404;;boss;fr")
    text = words(response.text)
    assert "No line of this list can be used" in text
    assert "No line of it can be used; the reasons are below." in response.text
    assert "decide" not in text.split("Username")[0]
    assert "people.apply_import" not in response.text
    assert "Put the list aside" in text


@pytest.mark.parametrize(("agreed", "states"), [({}, "invited invited invited"), ({"agreed": "on"}, None)])
def test_who_took_a_yes_back_is_asked_again_whatever_the_list_says(network, agreed, states):
    names = {"new": None, "gone": "withdrawn", "never": "declined"}
    for name, state in names.items():
        user = UserFactory(username=name)
        if state:
            ApplicationFactory(network=network, user=user, state=state)
    text = words(upload(HEAD + "".join(f"{name};;boss;fr\n" for name in names)).text)
    assert "gone: withdrew before" in text
    assert "never: declined before" in text
    assert "new:" not in text
    response = decide("people.apply_import", PeopleImport.objects.get(), **agreed)
    found = dict(network.applications.values_list("user__username", "state"))
    wanted = (states or "submitted invited invited").split()
    assert [found[name] for name in names] == wanted
    assert ("2 of them withdrew or declined before" in response.text) == bool(agreed)


def test_markup_in_a_list_is_text():
    response = upload(HEAD + "<script>x</script>;;boss;fr\nmember001;;<b>boss</b>;fr\n")
    assert "<script>x" not in response.text
    assert "&lt;script&gt;x" in response.text


def test_only_a_csv_body_of_at_most_five_mebibytes_is_taken():
    assert upload(HEAD, by="admin", headers={}).status_int == 422
    assert post(make_block("admin"), "people.import", {"file": "x"}).status_int == 415
    assert upload(b"x" * (5 * 1024 * 1024 + 1)).status_int == 413


@pytest.mark.parametrize("action", ["people.import", "people.apply_import", "people.discard_import"])
def test_learners_add_nobody(action):
    upload(HEAD + "member001;;boss;fr")
    held = PeopleImport.objects.get()
    before = held.rows
    if action == "people.import":
        assert upload(HEAD, by="member001").status_int == 403
    else:
        assert decide(action, held, by="member001").status_int == 403
    held.refresh_from_db()
    assert held.rows == before
    assert not Application.objects.exists()


@pytest.mark.parametrize("action", ["people.apply_import", "people.discard_import"])
def test_a_list_of_another_network_is_not_found(action):
    other = PeopleImport.objects.create(
        network=NetworkFactory(usage_id="lernet.d9.u9"),
        uploaded_by=UserFactory(),
        uploaded_at=NOW,
        rows=[{"user_id": 1}],
    )
    assert decide(action, other).status_int == 404
    other.refresh_from_db()
    assert other.rows == [{"user_id": 1}]


def test_a_network_that_is_over_takes_no_list(network):
    network.state = "closed"
    network.save()
    assert upload(HEAD + "member001;;boss;fr").status_int == 422
    assert "people.import" not in get(make_block("admin"), "people").text


def test_a_list_of_sixty_makes_sizing(network):
    for number in range(6, 61):
        UserFactory(username=f"member{number:03d}")
    network.cohort_limit = 8
    network.save()
    upload((DATA / "roster_060.csv").read_bytes())
    decide("people.apply_import", PeopleImport.objects.get(), agreed="on")
    assert "Five groups fit: 12, 12, 12, 12 and 12." in get(make_block("admin"), "cohorts").text
