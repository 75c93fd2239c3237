from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from marshmallow import Schema

from beastmode.api.listing import Listing
from beastmode.api.versions import Deprecation
from beastmode.core.steps import Defaults


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method on one path, as it was declared.

    Attributes:
        blueprint: The name of the blueprint that declared it.
        version: The version that it first belongs to.
        method: "GET", "POST", "PUT", "PATCH" or "DELETE".
        rule: The path below `/api/<version>`, in Flask's syntax: "/posts/<int:post_id>".
        view: The view function.
        accepts: The schema of the body; None for no body.
        body_required: Whether the body is required.
        query: The schema of the query string; None for no parameters.
        returns: The schema of the response's data; None for no data.
        many: Whether the data is a list of that schema.
        listing: How the list is paginated, sorted and filtered.
        status: The status code of a successful response.
        public: Whether it requires no authentication.
        sign_in: "optional" if anonymous callers are answered too; None for what the blueprint or the API says.
        authenticators: How callers authenticate; None for all authenticators of the application.
        permission: What the caller must be allowed to do: names and functions, all of them; None for what the blueprint
            or the API says.
        fresh: How many minutes ago the caller must have logged in, at most; None for any time.
        errors: Further status codes, in addition to those that follow from the declaration.
        produces: The media type of the view's own response, such as "text/csv"; None for JSON.
        consumes: The media type of a body that the view reads itself, such as "multipart/form-data"; None for JSON.
        envelope: Whether the data is wrapped in the envelope.
        deprecated: Its deprecation, if any.
        defaults: What its blueprint and the API declare for routes that do not declare it themselves.
    """

    blueprint: str
    version: str
    method: str
    rule: str
    view: Callable[..., Any]
    accepts: Schema | None = None
    body_required: bool = True
    query: Schema | None = None
    returns: Schema | None = None
    many: bool = False
    listing: Listing | None = None
    status: int = 200
    public: bool = False
    sign_in: Literal["required", "optional"] | None = None
    authenticators: tuple[Any, ...] | None = None
    permission: tuple[Any, ...] | None = None
    fresh: float | None = None
    errors: tuple[int, ...] = ()
    produces: str | None = None
    consumes: str | None = None
    envelope: bool = True
    deprecated: Deprecation | None = None
    defaults: tuple[Defaults, ...] = ()

    @property
    def name(self) -> str:
        """A name that is the same in every version, such as "posts.get_post"."""
        return f"{self.blueprint}.{self.view.__name__}"

    @property
    def is_safe(self) -> bool:
        """Whether it only reads."""
        return self.method == "GET"

    def __str__(self) -> str:
        return f"{self.name} ({self.method} {self.rule})"
