"""Pictures and a PDF, made for tests."""

from io import BytesIO

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Author(Canary Writer)>>endobj\ntrailer<<>>\n%%EOF"
CANARY = "Canary camera 50.56N"


def picture(kind="PNG", size=(40, 30), mode="RGB", **options):
    """Return the bytes of a picture that is red on its left half and blue on its right."""
    made = Image.new(mode, size, "blue")
    made.paste(Image.new(mode, (size[0] // 2, size[1]), "red"))
    if mode == "RGBA":
        made.putpixel((0, 0), (0, 0, 0, 0))
    out = BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def photo(kind="JPEG", **options):
    """Return a picture with a place, a camera and a comment in it, turned by a quarter."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = CANARY, 6
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (50.0, 33.0, 41.0)
    return picture(kind, exif=exif, **({"comment": CANARY} if kind == "JPEG" else {}), **options)


def opened(content):
    """Return the picture of these bytes, decoded."""
    found = Image.open(BytesIO(content))
    found.load()
    return found
