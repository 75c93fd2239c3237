"""Moves the style sheets of HTML mails to the elements, since many mail programs drop them elsewhere."""

from dataclasses import replace

from css_inline import CSSInliner

from beastmode.mail.message import Message

_INLINER = CSSInliner(load_remote_stylesheets=False)  # or a template could have the server fetch any address


def with_inlined_styles(message: Message) -> Message:
    """A mail whose elements have the styles that its style sheets give them.

    Args:
        message: With HTML.
    """
    html = message.html or ""
    return replace(message, html=_INLINER.inline(html)) if "<style" in html else message
