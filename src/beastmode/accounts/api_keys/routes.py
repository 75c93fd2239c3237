"""The routes with which users make, list and revoke API keys."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from flask import current_app

from beastmode.accounts.api_keys.keys import KEYS, Keys, MadeKey
from beastmode.accounts.schemas import KeySchema, MadeKeySchema, new_key_schema
from beastmode.api import Answer, Blueprint
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.identity import current_identity


def add_api_keys(auth: Blueprint, scopes: Collection[str]) -> None:
    """The routes for API keys.

    Args:
        auth: The routes under `/auth`.
        scopes: The scopes that exist.
    """

    @auth.get("/keys", returns=KeySchema, many=True)
    def list_keys() -> list[dict[str, Any]]:
        """List your API keys, the newest first."""
        return _keys().of(current_identity().id)

    @auth.post("/keys", accepts=new_key_schema(scopes), returns=MadeKeySchema, status=201)
    def create_key(new: dict[str, Any]) -> MadeKey:
        """Make an API key, with which another program can act for you.

        The key is shown only once. It can be used for routes within its scopes, as far as you may call them.
        """
        days = new.get("expires_in_days")
        expires_at = None if days is None else now() + timedelta(days=days)
        return _keys().make(current_identity().id, new["name"], new["scopes"], expires_at)

    @auth.delete("/keys/<string:key_id>", errors=(404,))
    def revoke_key(key_id: str) -> Answer:
        """Revoke one of your API keys."""
        if not _keys().revoke(key_id, current_identity().id):
            raise Problem(404, "You have no API key with this ID")
        return Answer(message="The API key was revoked")


def _keys() -> Keys:
    keys: Keys = current_app.extensions[KEYS]
    return keys
