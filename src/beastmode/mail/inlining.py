"""Inlines the CSS of HTML emails, because many email clients ignore style sheets."""

from dataclasses import replace

from css_inline import CSSInliner

from beastmode.mail.message import Message

_INLINER = CSSInliner(load_remote_stylesheets=False)  # otherwise a template could make the server fetch any URL


def with_inlined_styles(message: Message) -> Message:
    """The message with its style sheets inlined into the elements.

    Args:
        message: A message with HTML.
    """
    html = message.html or ""
    return replace(message, html=_INLINER.inline(html)) if "<style" in html else message
