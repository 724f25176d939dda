"""The secret in the address of a calendar feed: who knows it reads the feed, so that tables keep its digest only."""

import hashlib
import re
import secrets

# 256 bits, in 43 characters that any address may hold.
TOKEN_BYTES = 32
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Tell whether the text has the shape of a token: what has not, no table needs to be asked about."""
    return _SHAPE.fullmatch(text) is not None


def digest(secret: str) -> str:
    """Return the SHA-256 of a token, or of the session hash that stands for a password, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
