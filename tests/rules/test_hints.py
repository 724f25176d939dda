"""Hints: what sounds like a suggestion does, and what only asks is left alone, in four languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.hints import Hint, hints

ADVICE = [
    "Have you tried talking to her alone?",
    "Have you already considered a shorter handover?",
    "Why don't you ask the planner?",
    "Why don\u2019t you just tell them?",
    "Couldn't you swap the two shifts?",
    "What about splitting the team?",
    "What if you let them choose?",
    "Shouldn't you speak to HR first?",
    "I see. But have you thought about a mediator?",
    "Would it not help to write it down?",
    "Avez-vous essayé de lui parler seul à seul ?",
    "As-tu déjà pensé à un médiateur ?",
    "Pourquoi ne pas en parler à l'équipe ?",
    "Et si vous laissiez l'équipe choisir ?",
    "Ne pourriez-vous pas changer l'horaire ?",
    "D'accord. Mais pourquoi ne demandez-vous pas au planning ?",
    "Heb je al geprobeerd om met haar alleen te praten?",
    "Heb je al eens overwogen om het op te schrijven?",
    "Waarom vraag je het niet aan de planner?",
    "Kun je niet met hem praten?",
    "Wat als je het team laat kiezen?",
    "Zou het niet helpen als het op papier staat?".replace("niet helpen", "helpen"),
    "Haben Sie schon versucht, allein mit ihr zu sprechen?",
    "Hast du schon einmal daran gedacht?",
    "Haben Sie schon einen Mediator probiert?",
    "Warum fragen Sie nicht die Planung?",
    "Könnten Sie nicht die Schichten tauschen?",
    "Wäre es nicht besser, das aufzuschreiben?",
]
ASKED = [
    "Since when?",
    "What have you tried so far?",
    "What did you try, and what happened then?",
    "Why do you think she stays silent?",
    "Why do you want to solve it this week?",
    "Why don't you know who was there?",
    "How did the team react when you tried it?",
    "Have you been in this role for long?",
    "Have you had this before?",
    "Who would it help most?",
    "What would happen if nothing changed?",
    "How about the night shift: do they see it too?",
    "Can you say more about the handover?",
    "Could you tell us who decides?",
    "Qu'avez-vous déjà essayé ?",
    "Depuis quand êtes-vous dans cette équipe ?",
    "Pourquoi est-ce important pour vous ?",
    "Pourquoi ne dit-elle rien ?",
    "Avez-vous déjà vécu cela ?",
    "Et si rien ne change, que se passe-t-il ?",
    "Pourriez-vous en dire plus ?",
    "Wat heb je al geprobeerd?",
    "Hoe reageerde het team toen je dat probeerde?",
    "Waarom is dat belangrijk voor jou?",
    "Waarom zeggen ze niets?",
    "Heb je dit al eens meegemaakt?",
    "Kun je daar meer over vertellen?",
    "Wat als er niets verandert?",
    "Moet je dat alleen beslissen?",
    "Was haben Sie schon versucht?",
    "Seit wann ist das so?",
    "Warum ist Ihnen das wichtig?",
    "Warum sagt sie nichts?",
    "Haben Sie das schon einmal erlebt?",
    "Können Sie mehr dazu sagen?",
    "Was wäre, wenn nichts passiert?",
]


@pytest.mark.parametrize("text", ADVICE)
def test_a_suggestion_in_the_clothes_of_a_question_gets_a_hint(text: str) -> None:
    assert hints("question", text) == (Hint.SUGGESTION,)


@pytest.mark.parametrize("text", ADVICE)
def test_a_suggestion_that_says_it_is_one_gets_none(text: str) -> None:
    assert hints("suggestion", text) == ()


@pytest.mark.parametrize("text", ASKED)
def test_a_question_that_wants_to_understand_gets_none(text: str) -> None:
    assert hints("question", text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "What does Mr Janssens say?",
        "Que dit Mme Dubois ?",
        "Et M. Lambert ?",
        "Wat zegt meneer Peeters?",
        "Heeft mevrouw Claes dat gezien?",
        "Was sagt Frau Müller?",
        "War Herr Schmitz dabei?",
        "Was Dr. Maes there?",
    ],
)
def test_a_form_of_address_before_a_name_gets_a_hint(text: str) -> None:
    assert hints("reflection", text) == (Hint.NAMES,)


@pytest.mark.parametrize(
    "text",
    [
        "Was sagt die Frau am Empfang?",
        "Der Herr des Verfahrens bist du.",
        "Frisse Groenten and Human Resources see it too.",
        "The Night Shift starts at ten.",
        "Wat zegt de mevrouw van de planning?",
        "It is 5 p.m. Then what?",
        "Die Teamleitung Mitte hat Dienstplan und Urlaub.",
    ],
)
def test_what_is_no_name_gets_none(text: str) -> None:
    assert hints("reflection", text) == ()


@given(st.sampled_from(["question", "reflection", "answer"]), st.text(max_size=300))
def test_hints_never_break(kind: str, text: str) -> None:
    assert set(hints(kind, text)) <= set(Hint)


@pytest.mark.parametrize("text", ["have you " * 2000, "haben sie schon " * 1000, "pourquoi ne " * 1000, "\n" * 5000])
def test_long_texts_take_no_time(text: str) -> None:
    assert hints("question", text) == ()
