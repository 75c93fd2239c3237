"""A blog's backend: people, their posts, and what others say about them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, redirect

from beastmode import Beastmode
from beastmode.cache import Cache
from beastmode.jobs import Jobs
from beastmode.mail import Mails
from beastmode.uploads import Uploads
from blog import email_service, own_data  # noqa: F401 - adds to exports and deletions
from blog.api import accounts, api, authenticators
from blog.models import db
from blog.seed import seed

__all__ = ["create_app"]

mails = Mails(send=lambda message: email_service.send_email(message))  # noqa: PLW0108 - a test may replace the function


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    app = Flask(__name__)
    app.config["SECURITY_HEADERS"] = "strict"
    app.config.from_mapping(config or {})
    Beastmode(
        app,
        database=db,
        api=api,
        accounts=accounts,
        authenticators=authenticators,
        cache=Cache(),
        jobs=Jobs(),
        mail=mails,
        uploads=Uploads(),
    )
    app.add_url_rule("/", "home", lambda: redirect("/docs"))
    app.cli.add_command(seed)
    return app
