"""The tokens of a session, as clients get them."""

from dataclasses import dataclass, field

from marshmallow import fields

from beastmode.api import Schema
from beastmode.core.caller import AccountId


@dataclass(frozen=True, slots=True)
class Grant:
    """The tokens that identify a client.

    Attributes:
        token: The access token, to be sent as `Authorization: Bearer ...`.
        refresh_token: Can be exchanged once for new tokens.
        expires_in: Lifetime of the access token in seconds.
        token_type: How the access token is used (RFC 6750).
        user_id: Whose tokens they are; not part of the response.
        session_id: The session that was opened or continued; likewise.
    """

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    token_type: str
    user_id: AccountId
    session_id: str


class GrantSchema(Schema):
    """The tokens that identify a client."""

    token = fields.String(metadata={"description": "The access token, to be sent as `Authorization: Bearer ...`."})
    refresh_token = fields.String(metadata={"description": "Can be exchanged once for new tokens."})
    token_type = fields.String(metadata={"description": "The word before the access token in `Authorization`."})
    expires_in = fields.Integer(metadata={"description": "Lifetime of the access token in seconds."})
