"""What every row that a person can name has: a public key that cannot be guessed or counted."""

import secrets

from django.db import models


def new_key() -> str:
    """Return 20 random hexadecimal digits: lower case, since some databases compare without case."""
    return secrets.token_hex(10)


class Keyed(models.Model):
    """A row with a public key; addresses and forms carry the key, never the number."""

    key = models.CharField(max_length=20, unique=True, default=new_key, editable=False)

    class Meta:
        """No table of its own."""

        abstract = True
