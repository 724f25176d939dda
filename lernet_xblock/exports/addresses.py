"""Addresses beside the block: what they carry is the permission to ask. Calendar programs fetch without logging in."""

from django.core import signing

from lernet_xblock.host import Host

# Under this the LMS includes our urls.py; chosen so that no pattern of the platform is like it.
PREFIX = "lernet/"
SALT = "lernet_xblock.session"
# A page stays open for a day; whoever comes later loads it anew.
LINK_LASTS_SECONDS = 24 * 60 * 60
FILE_SALT = "lernet_xblock.file"
FILE_LASTS_SECONDS = 10 * 60


def feed_url(host: Host, token: str) -> str:
    """Return the whole address of a feed, which is as secret as a password."""
    return f"{host.site_url()}/{PREFIX}ics/{token}.ics"


def webcal_url(url: str) -> str:
    """Return the address with the scheme that opens a calendar program and subscribes."""
    return "webcal:" + url.partition(":")[2]


def session_url(host: Host, user_id: int, key: str) -> str:
    """Return the whole address of a file with one session, for this person and a day."""
    return f"{host.site_url()}/{PREFIX}session/{signing.dumps([user_id, key], salt=SALT)}.ics"


def read_session(signed: str) -> tuple[int, str] | None:
    """Return the person and the session's key. None for what we did not sign, or not within a day."""
    try:
        user_id, key = signing.loads(signed, salt=SALT, max_age=LINK_LASTS_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return user_id, key


def file_url(host: Host, user_id: int, key: str) -> str:
    """Return the whole address of a file of a case, for this person and ten minutes; what it holds is asked again."""
    return f"{host.site_url()}/{PREFIX}file/{signing.dumps([user_id, key], salt=FILE_SALT)}/"


def read_file(signed: str) -> tuple[int, str] | None:
    """Return the person and the attachment's key. None for what we did not sign, or not within ten minutes."""
    try:
        user_id, key = signing.loads(signed, salt=FILE_SALT, max_age=FILE_LASTS_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return user_id, key
