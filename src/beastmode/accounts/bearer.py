from dataclasses import dataclass

from flask import Flask

from beastmode.accounts.desk import DESK, Desk
from beastmode.accounts.words import WORD
from beastmode.core.errors import ConfigurationError
from beastmode.core.security_schemes import BEARER, SecurityScheme


@dataclass(frozen=True, slots=True)
class Bearer:
    """Authenticates by the access token of a login, in the header `Authorization`.

    The word before the token is the setting AUTHORIZATION_SCHEME.
    """

    def scheme(self, app: Flask) -> SecurityScheme:
        """The scheme in an application.

        Args:
            app: The Flask application.

        Raises:
            ConfigurationError: It has no accounts.
        """
        desk: Desk | None = app.extensions.get(DESK)
        if desk is None or desk.authenticate is None:
            raise ConfigurationError("Bearer() reads the tokens of accounts; pass accounts= to Beastmode.")
        word = app.extensions[WORD]
        definition = BEARER if word == "Bearer" else {"type": "http", "scheme": word.lower()}
        return SecurityScheme("bearer", desk.authenticate, definition, challenge=word, is_session=True)
