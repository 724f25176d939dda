"""The refusals of every floor, each with one whole translated sentence for the person who meets it."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from lernet_xblock.i18n import gettext as _


class RuleViolation(Exception):
    """A rule refuses the request. `sentence` is for the person; `field` names the form field, if one is to blame."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotFound(RuleViolation):
    """The thing does not exist for this person: missing and foreign look the same."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(_("There is nothing here that you can see."))


class Forbidden(RuleViolation):
    """The person is known and may see the thing, but may not do this."""

    status = HTTPStatus.FORBIDDEN


class Malformed(RuleViolation):
    """The request is not of the form this address takes."""

    status = HTTPStatus.BAD_REQUEST


class WrongMethod(RuleViolation):
    """Writes are sent with POST."""

    status = HTTPStatus.METHOD_NOT_ALLOWED


class WrongContent(RuleViolation):
    """The body is of a content type that this action does not take."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class TooLarge(RuleViolation):
    """The body is larger than this action takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooMany(RuleViolation):
    """The person sends more requests a minute than a person can."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class Busy(RuleViolation):
    """The database could not take the write now; the same request may be sent again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(_("Many people are writing at this moment. What you typed is kept: please send it again."))


class Broken(RuleViolation):
    """Something broke on our side. It knows nothing of what was being handled, and has no cause to follow."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self) -> None:
        super().__init__(_("Something went wrong here, not with you. What you typed is kept: please send it again."))


class KeyReused(RuleViolation):
    """An idempotency key came a second time with other content."""

    status = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__(_("This form was sent already, with other words in it. Reload the page to start a new one."))


class StaleVersion(RuleViolation):
    """Somebody else changed the thing since it was opened.

    `theirs`: the stored value of each field of the form that differs, as shown; `version`: the stored version, with
    which the same form can be sent again on purpose; `by_id`, `at`: who changed it last, and when.
    """

    status = HTTPStatus.CONFLICT

    def __init__(
        self,
        *,
        version: int,
        theirs: Mapping[str, str] | None = None,
        by_id: int | None = None,
        at: datetime | None = None,
    ) -> None:
        super().__init__(_("Somebody else changed this since you opened it."))
        self.version = version
        self.theirs = dict(theirs or {})
        self.by_id = by_id
        self.at = at
