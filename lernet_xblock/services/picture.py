"""Pictures that people attach: looked at, made smaller and written anew, without what a camera or a program put in."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageOps

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
# A picture of a few kilobytes can unfold to gigabytes: what claims to be larger is not even begun.
MOST_PIXELS = 30_000_000
# As much as a screen shows; the rest would only fill the database.
LONGEST_SIDE = 2000
MOST_BYTES = 5 * 1024 * 1024
QUALITY = 85
JPEG, PNG = "image/jpeg", "image/png"
# What the decoders of Pillow raise for files that are cut off or forged.
BROKEN = (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, EOFError, struct.error, zlib.error)


class NoPicture(RuleViolation):
    """The content is none of the pictures that we take."""

    def __init__(self) -> None:
        super().__init__(_("This is no picture that can be read: PNG, JPEG, GIF and WebP can, and PDF."), field="name")


class PictureTooLarge(RuleViolation):
    """The picture has more points than anybody's screen."""

    def __init__(self) -> None:
        super().__init__(_("This picture has more than 30 million points: please make it smaller."), field="name")


def rewritten(content: bytes) -> tuple[bytes, str]:
    """Return the picture as new bytes and their type, JPEG or PNG: upright, at most 2000 points long.

    Nothing is kept beside the points, and of a moving picture the first image. Raises NoPicture for what is none or is
    broken, and PictureTooLarge.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            _refuse_huge(opened)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            return _encoded(_bare(opened), photo=opened.format in ("JPEG", "WEBP"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge from None
    except BROKEN:
        raise NoPicture from None


def _refuse_huge(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureTooLarge


def _bare(picture: Image.Image) -> Image.Image:
    """Return the points alone on a new picture: savers copy comments and profiles of the one they are given."""
    upright = ImageOps.exif_transpose(picture)
    clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    points = upright.convert("RGBA" if clear else "RGB")
    points.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new(points.mode, points.size)
    bare.paste(points)
    return bare


def _encoded(picture: Image.Image, *, photo: bool) -> tuple[bytes, str]:
    """Return the bytes: a photo as JPEG, all else as PNG unless that grows too large."""
    clear = picture.mode == "RGBA"
    if clear or not photo:
        out = BytesIO()
        picture.save(out, "PNG", optimize=False)
        if out.tell() <= MOST_BYTES:
            return out.getvalue(), PNG
    if clear:
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), JPEG
