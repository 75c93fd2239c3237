"""What is left of HTML that clients send."""

import pytest
from marshmallow import ValidationError, fields

from beastmode import Schema
from beastmode.api import Html
from beastmode.core.errors import ConfigurationError


class Article(Schema):
    body = Html(required=True)


def stored(html, **options):
    return Schema.from_dict({"body": Html(**options)})().load({"body": html})["body"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>Read <b>this</b><br>now</p>", "<p>Read <b>this</b><br>now</p>"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("<script>steal()</script>Hello", "Hello"),
        ("<style>p {display: none}</style>Hello", "Hello"),
        ('<p onclick="steal()" style="position: fixed" id="x">Hello</p>', "<p>Hello</p>"),
        ('<img src="x" onerror="steal()">Hello', "Hello"),
        ("<svg><p><style><!--</style><img src onerror=steal()>--></svg>", "<p>--&gt;</p>"),
        ("<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=steal()&gt;'>", ""),
        ("<b>not closed", "<b>not closed</b>"),
        ("<p>a<!-- [if IE]><script>steal()</script><![endif] -->b</p>", "<p>ab</p>"),
    ],
)
def test_only_harmless_html_is_kept(sent, kept):
    """Scripts, handlers, styles and unknown tags are removed, however they are hidden, and the text stays."""
    assert Article().load({"body": sent}) == {"body": kept}


@pytest.mark.parametrize(
    "url", ["javascript:steal()", " java\tscript:steal()", "data:text/html,x", "vbscript:x", "JaVaScRiPt&colon;steal()"]
)
def test_a_link_has_no_scheme_that_runs_code(url):
    """Browsers ignore white space and case in schemes, and so does the field."""
    assert stored(f'<a href="{url}">link</a>') == '<a rel="noopener noreferrer nofollow">link</a>'


def test_a_field_can_keep_other_tags():
    """Tags, attributes and schemes are those that the project chose."""
    options = {"tags": {"img"}, "attributes": {"img": {"src"}}, "schemes": {"https"}}

    assert (
        stored('<p><img src="https://a.example/b.png" alt="x"></p>', **options) == '<img src="https://a.example/b.png">'
    )
    assert stored('<img src="http://a.example/b.png">', **options) == "<img>"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ("x" * 50_001, "Must be at most 50,000 characters of HTML."),
        ("<div>" * 2001, "Must contain at most 2,000 tags."),
        ("a\0b", "Must not contain the NUL character."),
        (7, "Not a valid string."),
    ],
)
def test_html_that_is_too_much_work_is_refused(sent, message):
    """The time to parse nested tags is quadratic, so there is a limit before anything is parsed."""
    with pytest.raises(ValidationError) as caught:
        Article().load({"body": sent})

    assert caught.value.messages == {"body": [message]}


def test_what_is_read_is_not_changed():
    """A response shows what is stored; a list of fields sanitizes each of its items."""

    class Notes(Schema):
        notes = fields.List(Html())

    assert Article().dump({"body": "<p>Hello</p>"}) == {"body": "<p>Hello</p>"}
    assert Notes().load({"notes": ["<i onclick=x>a</i>", "b"]}) == {"notes": ["<i>a</i>", "b"]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tags": {"p", "style", "script"}}, "Html(tags=...): script, style cannot be kept; leave it out."),
        (
            {"attributes": {"a": {"href", "rel"}}},
            'Html(attributes=...): rel cannot be kept, as links get rel="noopener noreferrer nofollow".',
        ),
    ],
)
def test_what_can_never_be_kept_is_refused_at_startup(options, message):
    """The parser would panic with each request instead."""
    with pytest.raises(ConfigurationError) as caught:
        Html(**options)

    assert str(caught.value) == message
