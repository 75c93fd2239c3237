from flask import current_app, has_app_context

WORD = "beastmode.accounts.word"


def current_word() -> str:
    """The word before an access token in `Authorization`, in the current application."""
    word: str = current_app.extensions.get(WORD, "Bearer") if has_app_context() else "Bearer"
    return word
