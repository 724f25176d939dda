"""Pictures are looked at and written anew."""

from io import BytesIO
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from lernet_xblock.services.picture import LONGEST_SIDE, NoPicture, PictureTooLarge, rewritten
from tests.services.pictures import CANARY, PDF, opened, photo, picture


@pytest.mark.parametrize(
    ("kind", "mode", "expected"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "L", "image/png"),
        ("PNG", "1", "image/png"),
        ("GIF", "P", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
    ],
)
def test_what_it_is_its_content_says(kind, mode, expected):
    source = picture(kind, mode="RGB" if mode == "P" else mode) if mode not in ("1", "L") else grey(kind, mode)
    kept, content_type = rewritten(source)
    assert (content_type, opened(kept).size) == (expected, (40, 30))


def grey(kind, mode):
    out = BytesIO()
    Image.new(mode, (40, 30), 1).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_camera_wrote_is_gone_and_the_picture_stands_upright(kind):
    source = photo(kind)
    assert CANARY.encode() in source
    kept, _content_type = rewritten(source)
    found = opened(kept)
    assert CANARY.encode() not in kept
    assert not found.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(found.info)
    assert found.size == (30, 40)
    assert found.convert("RGB").getpixel((15, 5))[0] > 200


def test_texts_and_profiles_of_a_program_are_gone():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", CANARY)
    source = picture("PNG", pnginfo=notes, icc_profile=CANARY.encode() * 5)
    assert CANARY.encode() in source
    assert CANARY.encode() not in rewritten(source)[0]


def test_of_a_moving_picture_the_first_image_is_kept():
    out = BytesIO()
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(out, "GIF", save_all=True, append_images=[second])
    found = opened(rewritten(out.getvalue())[0])
    assert (getattr(found, "n_frames", 1), found.convert("RGB").getpixel((1, 1))) == (1, (255, 0, 0))


def test_a_large_picture_is_made_as_large_as_a_screen():
    kept, _content_type = rewritten(picture("JPEG", size=(4000, 1000)))
    assert opened(kept).size == (LONGEST_SIDE, 500)


def test_points_without_pattern_do_not_grow_beyond_what_was_sent():
    noise = Image.effect_noise((2000, 1500), 200).convert("RGB")
    noise = Image.merge("RGB", [noise.getchannel(0).rotate(90 * turn, expand=False) for turn in range(3)])
    out = BytesIO()
    noise.save(out, "PNG")
    kept, content_type = rewritten(out.getvalue())
    assert (content_type, len(kept) < 5 * 1024 * 1024) == ("image/jpeg", True)


@pytest.mark.parametrize(("width", "height"), [(6000, 5001), (20000, 20000), (65500, 2)])
def test_a_small_file_that_unfolds_to_gigabytes_is_not_begun(width, height):
    out = BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    forged = bytearray(out.getvalue())
    forged[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    forged[29:33] = crc32(forged[12:29]).to_bytes(4, "big")
    with pytest.raises((PictureTooLarge, NoPicture)) as refusal:
        rewritten(bytes(forged))
    assert isinstance(refusal.value, PictureTooLarge) == (width * height > 30_000_000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        PDF,
        picture("PNG")[:60],
        photo("JPEG")[:-200],
        b"BM" + picture("PNG"),
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 200,
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content):
    with pytest.raises(NoPicture, match="no picture"):
        rewritten(content)


def test_other_formats_are_refused():
    for kind in ("BMP", "TIFF", "ICO", "PPM"):
        with pytest.raises(NoPicture):
            rewritten(picture(kind))


# Pillow warns of forged camera data, and passes over them.
@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([picture("PNG"), photo("JPEG"), picture("GIF"), photo("WEBP")]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_forged_bytes_are_a_picture_or_a_refusal_and_never_break_anything(source, changes):
    forged = bytearray(source)
    for place, value in changes:
        forged[int(place * len(forged))] = value
    try:
        kept, content_type = rewritten(bytes(forged))
    except (NoPicture, PictureTooLarge):
        return
    assert content_type in ("image/png", "image/jpeg")
    assert opened(kept)
