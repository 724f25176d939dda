from lernet_xblock.workbench.content import load_people
from lernet_xblock.workbench.people import circles, find_person, looks
from lernet_xblock.workbench.scenarios import SLUGS


def shown(slug: str) -> list[tuple[str, str]]:
    return [(look.person.username, look.view) for look in looks(slug)]


def test_each_network_offers_its_author_in_studio_first() -> None:
    assert {shown(slug)[0] for slug in SLUGS} == {("author_an", "studio")}


def test_the_running_network_offers_admin_facilitator_deputy_and_member() -> None:
    assert shown("running")[1:] == [
        ("admin_lies", "learner"),
        ("fac_sofie", "learner"),
        ("fac_heidi", "learner"),
        ("jonas_peeters", "learner"),
    ]


def test_a_newcomer_and_an_applicant_can_look_at_the_open_network() -> None:
    assert [username for username, _view in shown("open")][2:] == ["amina_benali", "sandrine_collard"]


def test_everybody_stands_once_in_the_list_of_people() -> None:
    for slug in (*SLUGS, "several"):
        listed = [person.username for circle in circles(slug) for person in circle.people]
        assert sorted(listed) == sorted(person.username for person in load_people())


def test_nobody_else_is_found() -> None:
    assert find_person("nobody") is None
    assert find_person("fac_sofie") is not None
