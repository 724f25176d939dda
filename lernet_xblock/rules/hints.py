"""What a text sounds like, as a hint to its author: a suggestion in the clothes of a question, a person by name.

Hints never block. A wrong hint costs more than a missing one, so there are few patterns, and each is an opening that
nobody uses to understand. The sentence may stand anywhere in the text. Languages: en, fr, nl, de, all at once, since
people write in another language than they read.
"""

import re
from enum import StrEnum


class Hint(StrEnum):
    """What the author is told."""

    SUGGESTION = "suggestion"
    NAMES = "names"


# At the beginning of a sentence, where a little word may come before.
_BEGIN = r"(?:^|[.!?:;\n\u2026\u2013-]\s*|\b(?:and|but|so|or|et|mais|ou|alors|en|maar|dus|of|und|aber|oder|also),?\s+)"
_ADVICE = (
    # en
    r"have you (?:ever |already |also )?(?:tried|considered|thought (?:of|about))\b",
    r"(?:did|have)n['\u2019]?t you (?:try|tried|consider(?:ed)?)\b",
    (
        r"why (?:don['\u2019]?t|not|do) you (?:not )?(?:just |simply |first )?"
        r"(?!(?:want|like|think|feel|know|believe)\b)[a-z]+"
    ),
    r"(?:could|can)(?:n['\u2019]?t| not)? you (?:not )?(?:just|simply|try|ask)\b",
    r"(?:could|can)n['\u2019]?t you\b",
    r"would(?:n['\u2019]?t)? it (?:not )?(?:help|be better|be an idea|be an option|work)\b",
    r"(?:what|how) about \w+ing\b",
    r"what if you\b",
    r"should(?:n['\u2019]?t)? you (?:not )?\w+",
    r"i(?:['\u2019]d| would) (?:advise|suggest|recommend)\b",
    # fr
    r"(?:as-tu|avez-vous) (?:d\u00e9j\u00e0 |aussi )?(?:essay\u00e9|tent\u00e9|pens\u00e9 \u00e0|envisag\u00e9)\b",
    (
        r"(?:tu as|vous avez|est-ce que (?:tu as|vous avez)) (?:d\u00e9j\u00e0 )?(?:essay\u00e9|pens\u00e9 "
        r"\u00e0|envisag\u00e9)\b"
    ),
    r"pourquoi (?:ne pas|n['\u2019]essay\w*|ne \w+(?:-tu|-vous) pas)\b",
    r"ne (?:pourriez-vous|pourrais-tu|devriez-vous|devrais-tu) pas\b",
    r"(?:pourriez-vous|pourrais-tu) (?:peut-\u00eatre |simplement )?(?:essayer|demander|proposer)\b",
    r"et si (?:vous|tu)\b",
    r"ne serait-ce pas (?:mieux|une id\u00e9e|plus)\b",
    r"je (?:vous |te )?(?:conseill|sugg\u00e9r|recommand)erais\b",
    # nl
    (
        r"(?:heb|hebt|heeft) (?:je|jij|u) (?:er )?(?:al |ooit |ook ?al )?(?:eens |een keer "
        r")?(?:geprobeerd|overwogen|gedacht aan|aan gedacht)\b"
    ),
    r"(?:heb|hebt|heeft) (?:je|jij|u) (?:al |ooit )?(?:eens )?(?:geprobeerd|overwogen) om\b",
    (
        r"waarom (?:probeer|vraag|zeg|geef|neem|ga|doe|laat|maak|zet|spreek|stel) (?:je|jij|u) "
        r"(?:\w+ ){0,3}(?:niet|geen|gewoon)\b"
    ),
    r"(?:kun|kan|zou) (?:je|jij|u) (?:dan |hem |haar |hen |dat |het )?niet\b",
    r"zou het (?:niet )?(?:helpen|beter zijn|een idee zijn)\b",
    r"(?:en )?wat als (?:je|jij|u)\b",
    r"moet (?:je|jij|u) (?:dan |daar )?niet\b",
    r"ik zou (?:je |u )?(?:aanraden|adviseren|voorstellen)\b",
    # de
    (
        r"(?:hast du|haben sie|habt ihr) (?:denn )?(?:(?:schon|bereits) ?(?:einmal|mal)?|mal|daran) ?(?:daran "
        r")?(?:versucht|probiert|ausprobiert|gedacht|\u00fcberlegt|erwogen)\b"
    ),
    (
        r"(?:hast du|haben sie|habt ihr) (?:denn )?(?:schon|bereits) (?:einmal |mal )?(?:[^.!?\n]{1,40} "
        r")?(?:versucht|probiert|ausprobiert|\u00fcberlegt|erwogen)\b"
    ),
    (
        r"warum (?:versuch|probier|frag|sprech|sprich|sag|nimm|nehm|geb|gib|mach|lass)\w* (?:du|sie|ihr) "
        r"(?:\w+ ){0,3}nicht\b"
    ),
    r"(?:k\u00f6nntest du|k\u00f6nnten sie|k\u00f6nntet ihr|kannst du|k\u00f6nnen sie) (?:\w+ )?nicht\b",
    r"w\u00e4re es nicht (?:besser|eine idee|m\u00f6glich|sinnvoll)\b",
    r"(?:und )?was w\u00e4re,? wenn (?:du|sie|ihr)\b",
    r"sollte(?:st|n|t)? (?:du|sie|ihr) nicht\b",
    r"ich w\u00fcrde (?:dir |ihnen )?(?:raten|empfehlen|vorschlagen)\b",
)
_SUGGESTS = re.compile(_BEGIN + "(?:" + "|".join(_ADVICE) + ")", re.IGNORECASE)
# A form of address before a name. Two words with capitals are too often a place, a firm or plain German.
_TITLE = (
    r"\b(?:Mr|Mrs|Ms|Mme|Mlle|Dr|Herrn?|Frau|Monsieur|Madame|Mademoiselle|Meneer|Mevrouw|Dhr|Mevr|Mw|Hr|Fr)\.?"
    r"|\b(?:[Mm]eneer|[Mm]evrouw|dhr\.|mevr\.|mw\.|M\.)"
)
_NAMES = re.compile(
    rf"(?:{_TITLE})[ \u00a0](?!(?:Le|La|The|Der|Die|Das|De|Het)\b)[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]+"
)


def hints(kind: str, text: str) -> tuple[Hint, ...]:
    """Return what to tell the author of words of this kind. Only a question can sound like a suggestion."""
    found = []
    if kind == "question" and _SUGGESTS.search(text):
        found.append(Hint.SUGGESTION)
    if _NAMES.search(text):
        found.append(Hint.NAMES)
    return tuple(found)
