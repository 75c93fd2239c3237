"""Images: their metadata is removed, their orientation is applied, and animations stay animations."""

from io import BytesIO

import pytest
from PIL import Image

from apps.gallery import picture

SECRET = b"51.5007N-0.1246W"


def described(kind):
    """An image of 40 x 30 pixels that says where it was taken, and that it has to be rotated."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = SECRET.decode()
    options = {"JPEG": {"comment": SECRET}}.get(kind, {})
    return picture(kind, exif=exif.tobytes(), **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_removed_and_the_orientation_applied(ada, kind):
    """What is downloaded is upright, and says nothing about where it was taken."""
    content = described(kind)
    upload = ada.upload(content, f"a.{kind.lower()}")

    stored = ada.download(upload["id"]).data

    image = Image.open(BytesIO(stored))
    assert SECRET in content
    assert SECRET not in stored
    assert (image.format, image.size, dict(image.getexif())) == (kind, (30, 40), {})
    assert (upload["width"], upload["height"]) == (30, 40)


def test_a_jpeg_that_is_upright_keeps_its_quality(ada):
    """It is written with its own tables, so that nothing is lost but the metadata."""
    content = picture("JPEG", size=(64, 64), quality=95, comment=SECRET)
    upload = ada.upload(content, "a.jpg")

    stored = Image.open(BytesIO(ada.download(upload["id"]).data))

    assert stored.quantization == Image.open(BytesIO(content)).quantization
    assert "comment" not in stored.info


def test_an_animation_stays_one(ada):
    """All its frames are kept, with their durations; its thumbnail shows the first one."""
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300], comment=SECRET)

    upload = ada.upload(file.getvalue(), "a.gif")

    stored = ada.download(upload["id"]).data
    image = Image.open(BytesIO(stored))
    assert (image.n_frames, image.info["duration"]) == (3, 100)
    assert SECRET not in stored
    assert len(upload["thumbnails"]) == 1


def test_a_transparent_image_has_transparent_thumbnails(ada):
    """Transparency is kept."""
    file = BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(file, "PNG")

    upload = ada.upload(file.getvalue(), "a.png")

    small = Image.open(BytesIO(ada.open(upload["thumbnails"][0]["url"]).data))
    assert small.convert("RGBA").getpixel((0, 0))[3] == 0


def test_an_image_that_ends_too_early_is_rejected(ada, stored):
    """Its header is valid, so only the job finds out; the file is deleted."""
    upload = ada.upload(picture("JPEG", size=(200, 200))[:700], "a.jpg")

    ada.work()

    assert (upload["status"], upload["reason"]) == ("rejected", "The image is not valid image/jpeg.")
    assert stored() == []


def test_a_scanner_decides_before_anyone_can_download(start, stored):
    """A file that it refuses is rejected, with its reason, and deleted."""
    ada = start(scan=lambda path: "Eicar-Test-Signature" if b"EICAR" in path.read_bytes() else None)

    clean, infected = ada.upload(b"Hello", "a.txt"), ada.upload(b"X5O EICAR", "b.txt")
    ada.work()

    assert (clean["status"], infected["status"], infected["reason"]) == ("ready", "rejected", "Eicar-Test-Signature")
    assert len(stored()) == 1
