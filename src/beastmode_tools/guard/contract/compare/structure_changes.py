"""What can change in a contract around its schemas: operations, parameters, bodies, answers, webhooks, security."""

from dataclasses import dataclass

from beastmode_tools.guard.contract.compare.site import Site

__all__ = [
    "AlternativeAdded",
    "AlternativeRemoved",
    "BodyAdded",
    "BodyRemoved",
    "BodyRequirednessChanged",
    "DeprecationChanged",
    "HeaderAdded",
    "HeaderRemoved",
    "HeaderRequirednessChanged",
    "MediaSchemaAdded",
    "MediaSchemaRemoved",
    "MediaTypeAdded",
    "MediaTypeRemoved",
    "OperationAdded",
    "OperationIdChanged",
    "OperationRemoved",
    "OptionalSecurityChanged",
    "OutgoingAdded",
    "OutgoingRemoved",
    "ParameterAdded",
    "ParameterMoved",
    "ParameterRemoved",
    "ParameterRequirednessChanged",
    "PathRespelled",
    "SchemeChanged",
    "ScopeAdded",
    "ScopeRemoved",
    "SecurityDropped",
    "SecurityRequired",
    "SerializationChanged",
    "ServerChanged",
    "StabilityChanged",
    "StatusAdded",
    "StatusRemoved",
    "SunsetChanged",
    "UnpromisedChanged",
    "VersionAdded",
    "VersionRemoved",
]


@dataclass(frozen=True, slots=True)
class VersionRemoved:
    """A version of the API is no longer served."""

    site: Site
    name: str


@dataclass(frozen=True, slots=True)
class VersionAdded:
    """A version of the API is new."""

    site: Site
    name: str


@dataclass(frozen=True, slots=True)
class OperationRemoved:
    """An operation is gone.

    Args:
        site: Where it was.
        is_deprecated: Whether it had been announced.
        sunset: The date that was announced, as it was written.
        is_past: Whether that date has passed; None where it is not known.
    """

    site: Site
    is_deprecated: bool
    sunset: str | None
    is_past: bool | None


@dataclass(frozen=True, slots=True)
class OperationAdded:
    """An operation is new."""

    site: Site


@dataclass(frozen=True, slots=True)
class PathRespelled:
    """The same path in other words: a parameter's name, or a slash at the end."""

    site: Site
    old: str
    new: str
    is_slash: bool


@dataclass(frozen=True, slots=True)
class OperationIdChanged:
    """Another operationId; None where there is none."""

    site: Site
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class DeprecationChanged:
    """An operation was marked as deprecated, or no longer is; `sunset` is its date where one is given."""

    site: Site
    is_deprecated: bool
    sunset: str | None


@dataclass(frozen=True, slots=True)
class SunsetChanged:
    """What became of a sunset date: "set", "removed", "unreadable", "past", "brought-forward", "postponed"."""

    site: Site
    action: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class StabilityChanged:
    """Another `x-stability-level`: "lowered", "raised" or "unknown"."""

    site: Site
    action: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class UnpromisedChanged:
    """Something changed in an operation that the contract calls a draft or alpha."""

    site: Site
    level: str
    count: int


@dataclass(frozen=True, slots=True)
class ParameterAdded:
    """A parameter is new; `location` is "query", "path", "header" or "cookie"."""

    site: Site
    location: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class ParameterRemoved:
    """A parameter is gone; `is_past` as for operations."""

    site: Site
    location: str
    is_deprecated: bool
    sunset: str | None
    is_past: bool | None


@dataclass(frozen=True, slots=True)
class ParameterMoved:
    """A parameter must be sent in another place."""

    site: Site
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ParameterRequirednessChanged:
    """A parameter became required, or optional."""

    site: Site
    is_required: bool


@dataclass(frozen=True, slots=True)
class SerializationChanged:
    """A parameter's value must be written in another way: `keyword` is style, explode, content..."""

    site: Site
    keyword: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class BodyAdded:
    """A request now has a body."""

    site: Site
    is_required: bool


@dataclass(frozen=True, slots=True)
class BodyRemoved:
    """A request has no body any more."""

    site: Site


@dataclass(frozen=True, slots=True)
class BodyRequirednessChanged:
    """A body became required, or optional."""

    site: Site
    is_required: bool


@dataclass(frozen=True, slots=True)
class MediaTypeAdded:
    """One media type more."""

    site: Site
    media_type: str


@dataclass(frozen=True, slots=True)
class MediaTypeRemoved:
    """One media type less."""

    site: Site
    media_type: str


@dataclass(frozen=True, slots=True)
class MediaSchemaAdded:
    """A media type is now described by a schema."""

    site: Site


@dataclass(frozen=True, slots=True)
class MediaSchemaRemoved:
    """A media type is no longer described."""

    site: Site


@dataclass(frozen=True, slots=True)
class StatusAdded:
    """One status more that may be answered."""

    site: Site
    status: str
    is_success: bool


@dataclass(frozen=True, slots=True)
class StatusRemoved:
    """One status less."""

    site: Site
    status: str
    is_success: bool


@dataclass(frozen=True, slots=True)
class HeaderAdded:
    """A header that the API sends is new; `is_required` says that it always comes."""

    site: Site
    is_required: bool


@dataclass(frozen=True, slots=True)
class HeaderRemoved:
    """A header that the API sent is gone."""

    site: Site
    was_required: bool


@dataclass(frozen=True, slots=True)
class HeaderRequirednessChanged:
    """A header always comes now, or only at times."""

    site: Site
    is_required: bool


@dataclass(frozen=True, slots=True)
class OutgoingAdded:
    """A request that the API sends is new; `kind` is "webhook" or "callback"."""

    site: Site
    kind: str


@dataclass(frozen=True, slots=True)
class OutgoingRemoved:
    """A request that the API sent is gone."""

    site: Site
    kind: str


@dataclass(frozen=True, slots=True)
class SecurityRequired:
    """What anybody could call now needs credentials."""

    site: Site
    schemes: str


@dataclass(frozen=True, slots=True)
class SecurityDropped:
    """What needed credentials can now be called by anybody."""

    site: Site
    schemes: str


@dataclass(frozen=True, slots=True)
class AlternativeAdded:
    """One more way to prove who calls."""

    site: Site
    schemes: str


@dataclass(frozen=True, slots=True)
class AlternativeRemoved:
    """One way less to prove who calls."""

    site: Site
    schemes: str


@dataclass(frozen=True, slots=True)
class OptionalSecurityChanged:
    """Credentials that may be sent but need not be are other ones."""

    site: Site
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ScopeAdded:
    """One more permission is needed."""

    site: Site
    scheme: str
    scope: str


@dataclass(frozen=True, slots=True)
class ScopeRemoved:
    """One permission less is needed."""

    site: Site
    scheme: str
    scope: str


@dataclass(frozen=True, slots=True)
class SchemeChanged:
    """A security scheme was redefined.

    Args:
        site: Of the document.
        scheme: Its name.
        what: "added", "removed", "kind" (type, place, name), "flow", "address", "scopes", "text".
        detail: What was and is.
        is_used: Whether any operation needs it.
    """

    site: Site
    scheme: str
    what: str
    detail: str
    is_used: bool


@dataclass(frozen=True, slots=True)
class ServerChanged:
    """Other servers; `is_base_path` where the path before every operation changed."""

    site: Site
    old: str
    new: str
    is_base_path: bool
