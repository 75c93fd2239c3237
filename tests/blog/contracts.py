"""What the documents promise, as schemathesis reads them."""

import os
from random import SystemRandom

import schemathesis
from schemathesis import Config
from schemathesis.schemas import BaseSchema

from blog import create_app

FUZZ = int(os.environ.get("FUZZ_EXAMPLES", "0"))
"""How many requests `make fuzz` wants made up for each route, others in every run; 0 in the ordinary suite."""

EXAMPLES = FUZZ or 10
DATABASES = ("sqlite", "postgresql") if FUZZ else ("sqlite",)
VERSIONS = ("v1", "v2")
# What counts as an answer to valid data everywhere: schemathesis's own list.
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "429", "5xx"]


def contract(version: str) -> BaseSchema:
    """The document of a version, with every check on; each call names the application that it is for.

    Three deviations: at registration an address that is well-formed may be taken, which is answered 400 as the
    clients of the first version were promised, and so is a well-formed token of a link that was never sent; and
    made-up bytes are not an image.
    """
    config = Config.from_dict(
        {
            "seed": SystemRandom().getrandbits(32) if FUZZ else 1,
            "generation": {"deterministic": not FUZZ, "max-examples": EXAMPLES, "database": "none"},
            "checks": {"enabled": True},
            "operations": [
                {
                    "include-operation-id": operation,
                    "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "400"]}},
                }
                for operation in ("auth_register", "auth_confirm_reset", "auth_verify_email")
            ]
            + [
                {
                    "include-operation-id": "pictures_add_picture",
                    "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "415", "422"]}},
                }
            ],
        }
    )
    # Nothing but the document is asked of this one: pytest collects a test for each route before any fixture is made.
    app = create_app({"ENVIRONMENT": "testing", "DATABASE_URL": "sqlite://"})
    return schemathesis.openapi.from_wsgi(f"/api/{version}/openapi.json", app, config=config)
