"""How messages are encoded, and what is refused before anything is stored."""

import pytest

from beastmode.core.errors import ConfigurationError
from beastmode.mail import Attachment, Message, message_from

HELLO = {"to": "ada@example.com", "subject": "Hello", "text": "Hello Ada"}


def test_a_message_has_its_headers_and_both_bodies():
    """The text comes first, the HTML is the alternative."""
    message = Message(**HELLO, html="<p>Hello <b>Ada</b></p>", cc=["Bob <bob@example.com>"], bcc=["eve@example.com"])

    email = message.as_email("Shop <shop@example.com>")

    assert (email["From"], email["To"], email["Cc"], email["Subject"]) == (
        "Shop <shop@example.com>",
        "ada@example.com",
        "Bob <bob@example.com>",
        "Hello",
    )
    assert [part.get_content_type() for part in email.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert message.recipients == ["ada@example.com", "bob@example.com", "eve@example.com"]
    assert "eve@example.com" not in bytes(email).decode()
    assert email["Message-ID"].endswith("@example.com>")


def test_text_in_any_language_can_be_sent():
    """In the subject as well as in the body."""
    email = Message(to="Zoë <zoe@example.com>", subject="Grüße ☕", text="Привет").as_email("a@example.com")

    assert (email["Subject"], email.get_content().strip()) == ("Grüße ☕", "Привет")
    assert bytes(email).isascii()


def test_attachments_have_their_names_and_types():
    """The type is guessed from the name by default."""
    files = [Attachment("invoice.pdf", b"%PDF"), Attachment("data", b"\x00", "application/x-data")]

    email = Message(**HELLO, attachments=files).as_email("a@example.com")

    found = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in email.iter_attachments()]
    assert found == [("invoice.pdf", "application/pdf", b"%PDF"), ("data", "application/x-data", b"\x00")]


def test_a_newsletter_has_one_click_unsubscribe():
    """Email providers require it of bulk senders (RFC 8058)."""
    email = Message(**HELLO, unsubscribe="https://shop.example/stop/7").as_email("a@example.com")

    assert email["List-Unsubscribe"] == "<https://shop.example/stop/7>"
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"subject": "Hi\r\nBcc: all@example.com"},
            "The header subject contains a line break; expected a single line.",
        ),
        (
            {"to": "ada@example.com\nBcc: all@example.com"},
            "The header to contains a line break; expected a single line.",
        ),
        ({"reply_to": "a@example.com\r\nX: y"}, "The header reply_to contains a line break; expected a single line."),
        (
            {"headers": {"X-Tag": "a\nBcc: b@example.com"}},
            "The header X-Tag contains a line break; expected a single line.",
        ),
        ({"headers": {"X\nBcc": "b@example.com"}}, "The header X\nBcc contains a line break; expected a single line."),
        ({"to": "ada"}, "'ada' is not an email address; expected one, such as Ada <ada@example.com>."),
        (
            {"to": "ada@example.com, eve@example.com"},
            (
                "'ada@example.com, eve@example.com' is not an email address; expected one, such as Ada "
                "<ada@example.com>."
            ),
        ),
        ({"subject": "x" * 1000}, "The subject has 1000 characters; the maximum is 998."),
        (
            {"headers": {"BCC": "all@example.com"}},
            "headers={'BCC': ...}: this header is set by the message; use its own arguments.",
        ),
        ({"headers": {"X Tag": "a"}}, "'X Tag' is not the name of a header; expected one, such as X-Campaign."),
        (
            {"unsubscribe": "http://shop.example/stop"},
            "unsubscribe='http://shop.example/stop': expected an HTTPS URL, which mail programs send a POST to.",
        ),
        (
            {"sender": "Shop"},
            "'Shop' is not an email address; expected one, such as Ada <ada@example.com>.",
        ),
        (
            {"to": "jürgen@example.com"},
            "'jürgen@example.com': the part before the @ must be ASCII; many servers cannot deliver others.",
        ),
    ],
    ids=[
        "subject",
        "to",
        "reply",
        "value",
        "name",
        "no address",
        "two addresses",
        "long subject",
        "hidden recipients",
        "no name",
        "no https",
        "no sender",
        "not ascii",
    ],
)
def test_an_invalid_message_is_refused(changes, message):
    """User input must not add a header or a recipient."""
    mail = Message(**{**HELLO, **changes})

    with pytest.raises(ValueError) as raised:  # noqa: PT011 - compared below
        mail.recipients  # noqa: B018 - looked up
        mail.as_email("shop@example.com")

    assert str(raised.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "Team: ada@example.com;",
        "undisclosed-recipients:;",
        "Lovelace, Ada <ada@example.com>",
        "ada@example.com;",
        "ada@example.com <eve@example.com>",
        "ada@example.com eve@example.com",
        "ada@eve@example.com",
        "ada..lovelace@example.com",
        "ada@example..com",
        "ada@exam ple.com",
        "ada@",
        "@example.com",
        "<ada@example.com",
        "<>",
        "",
        "ada@example.com\x00",
        "ada@example.com\u202e",
        "=?utf-8?q?Ada=0D=0ABcc:_eve?= <ada@example.com>",
        "x" * 65 + "@example.com",
        "ada@" + "ä" * 70 + ".example",
    ],
)
def test_groups_and_other_strings_that_are_not_one_address_are_refused(text):
    """A mail server would refuse them only after three hours, or would send to somebody else."""
    with pytest.raises(ValueError, match=r"is not an email address; expected one, such as Ada <ada@example\.com>\.$"):
        Message(**{**HELLO, "to": text}).recipients  # noqa: B018 - looked up


@pytest.mark.parametrize(
    ("text", "recipient", "header"),
    [
        ("ada@example.com", "ada@example.com", "ada@example.com"),
        (" <ada@example.com> ", "ada@example.com", "ada@example.com"),
        ('"Lovelace, Ada" <ada@example.com>', "ada@example.com", '"Lovelace, Ada" <ada@example.com>'),
        ("Ada M. King <ada@example.com>", "ada@example.com", '"Ada M. King" <ada@example.com>'),
        ("Zoë <zoe@example.com>", "zoe@example.com", "=?utf-8?q?Zo=C3=AB?= <zoe@example.com>"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ('"ada lovelace"@example.com', '"ada lovelace"@example.com', '"ada lovelace"@example.com'),
        ("ada@localhost", "ada@localhost", "ada@localhost"),
    ],
)
def test_an_address_is_written_so_that_every_server_accepts_it(text, recipient, header):
    """Names are quoted or encoded, and domains are ASCII."""
    message = Message(**{**HELLO, "to": text})

    written = bytes(message.as_email("shop@example.com")).decode("ascii")

    assert message.recipients == [recipient]
    assert f"\r\nTo: {header}\r\n" in written


def test_a_recipient_who_is_named_twice_gets_one_email():
    """In To and in Bcc, say."""
    assert Message(**HELLO, cc=["Ada <ada@example.com>"], bcc=["ada@example.com"]).recipients == ["ada@example.com"]


def test_an_email_says_that_a_program_has_sent_it_and_takes_further_headers():
    """So that nobody's automatic reply comes for each; a header of the message replaces ours."""
    plain = Message(**HELLO).as_email("a@example.com")
    other = Message(**HELLO, headers={"X-Campaign": "Frühling", "Auto-Submitted": "no"}).as_email("a@example.com")

    assert plain["Auto-Submitted"] == "auto-generated"
    assert (other["X-Campaign"], other.get_all("Auto-Submitted")) == ("Frühling", ["no"])
    assert bytes(other).isascii()


def test_a_message_is_rendered_from_templates(post_office, tmp_path):
    """The subject is the first line; values are escaped in the HTML only."""
    folder = tmp_path / "templates" / "mail"
    folder.mkdir(parents=True)
    (folder / "welcome.txt").write_text("Subject: Welcome, {{ name }}\n\nHello {{ name }}!\n")
    (folder / "welcome.html").write_text("<p>Hello {{ name }}!</p>")

    with post_office().app_context():
        mail = message_from("welcome", to="ada@example.com", name="A & B")

    assert (mail.subject, mail.text.strip()) == ("Welcome, A & B", "Hello A & B!")
    assert mail.html == "<p>Hello A &amp; B!</p>"


def test_a_missing_template_is_named(post_office):
    """The error includes the path that was expected."""
    message = r"^Template mail/goodbye\.txt not found; expected templates/mail/goodbye\.txt\.$"
    with post_office().app_context(), pytest.raises(ConfigurationError, match=message):
        message_from("goodbye", to="ada@example.com")


def test_a_mail_to_nobody_is_refused():
    """A job would send it to nobody, and call that sent."""
    with pytest.raises(ValueError, match=r"^The message has no recipient; expected at least one address\.$"):
        Message(**{**HELLO, "to": []}).recipients  # noqa: B018 - looked up
