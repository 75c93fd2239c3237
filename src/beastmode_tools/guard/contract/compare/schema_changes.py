"""What can change in a schema: small facts, the same for requests and responses.

Each class carries its `site` first. `effect` says what became of the set of valid values; whether that is harmless
depends on who sends them, which the site knows and the rules weigh.
"""

from dataclasses import dataclass

from beastmode_tools.guard.contract.compare.site import Effect, Site

__all__ = [
    "KINDS",
    "AccessChanged",
    "AdditionalPropertiesChanged",
    "AllOfAdded",
    "AllOfRemoved",
    "BoundChanged",
    "BranchAdded",
    "BranchRemoved",
    "ConstraintChanged",
    "DefaultChanged",
    "DiscriminatorChanged",
    "EnumAdded",
    "EnumDropped",
    "FieldDeprecated",
    "FixedValueChanged",
    "FormatChanged",
    "NotUnderstood",
    "NullabilityChanged",
    "PatternChanged",
    "PropertyAdded",
    "PropertyRemoved",
    "ReferenceNotFollowed",
    "RequirednessChanged",
    "TextChanged",
    "TypeChanged",
    "UniquenessChanged",
    "ValueAdded",
    "ValueRemoved",
]


@dataclass(frozen=True, slots=True)
class TypeChanged:
    """Another set of types; `old` and `new` are texts such as "integer or string", "any type"."""

    site: Site
    old: str
    new: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class FormatChanged:
    """Another `format`; None where there is none."""

    site: Site
    old: str | None
    new: str | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class NullabilityChanged:
    """null became, or no longer is, a valid value."""

    site: Site
    is_nullable: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class EnumAdded:
    """What was free is now a list of values."""

    site: Site
    values: tuple[str, ...]
    effect: Effect = Effect.NARROWS


@dataclass(frozen=True, slots=True)
class EnumDropped:
    """What was a list of values is now free."""

    site: Site
    values: tuple[str, ...]
    effect: Effect = Effect.WIDENS


@dataclass(frozen=True, slots=True)
class ValueAdded:
    """One value more; `is_extensible` where the contract said that this would happen."""

    site: Site
    value: str
    is_extensible: bool
    effect: Effect = Effect.WIDENS


@dataclass(frozen=True, slots=True)
class ValueRemoved:
    """One value less."""

    site: Site
    value: str
    is_extensible: bool
    effect: Effect = Effect.NARROWS


@dataclass(frozen=True, slots=True)
class FixedValueChanged:
    """The only valid value is another one."""

    site: Site
    old: str
    new: str
    effect: Effect = Effect.BOTH


@dataclass(frozen=True, slots=True)
class BoundChanged:
    """A limit (`maxLength`, `minimum`, `exclusiveMaximum`, `maxItems`...) was set, moved or taken away."""

    site: Site
    keyword: str
    old: float | None
    new: float | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class PatternChanged:
    """Another regular expression; None where there is none."""

    site: Site
    old: str | None
    new: str | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class PropertyAdded:
    """A field that was not described before."""

    site: Site
    is_required: bool
    has_default: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class PropertyRemoved:
    """A field that is no longer described.

    Args:
        site: Of the field.
        was_required: Whether it was always there.
        tells_required: Whether the object says of any field that it is required; where not, "optional" tells nothing.
        is_closed: Whether the object refuses fields that it does not describe.
        is_deprecated: Whether it was announced.
        effect: What became of the set of valid objects.
    """

    site: Site
    was_required: bool
    tells_required: bool
    is_closed: bool
    is_deprecated: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class RequirednessChanged:
    """A field became required, or optional."""

    site: Site
    is_required: bool
    has_default: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class AdditionalPropertiesChanged:
    """Fields that are not described became allowed, or refused."""

    site: Site
    old: str
    new: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class ConstraintChanged:
    """A keyword that restricts by a schema or a condition was "added", "removed" or "changed"."""

    site: Site
    keyword: str
    action: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class UniquenessChanged:
    """An array's items must now differ, or may now be equal."""

    site: Site
    is_unique: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class AllOfAdded:
    """One schema more that values must also satisfy."""

    site: Site
    branch: str
    is_annotation: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class AllOfRemoved:
    """One schema less that values must also satisfy."""

    site: Site
    branch: str
    is_annotation: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class BranchAdded:
    """One alternative more; `keyword` is "oneOf" or "anyOf"."""

    site: Site
    keyword: str
    branch: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class BranchRemoved:
    """One alternative less."""

    site: Site
    keyword: str
    branch: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class DiscriminatorChanged:
    """How the alternatives are told apart: `action` is "added", "removed", "renamed", "mapping-added"..."""

    site: Site
    action: str
    detail: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """`readOnly` or `writeOnly` was set or taken away."""

    site: Site
    keyword: str
    is_on: bool
    effect: Effect = Effect.NONE


@dataclass(frozen=True, slots=True)
class DefaultChanged:
    """Another default; None where there is none, else JSON text."""

    site: Site
    old: str | None
    new: str | None
    effect: Effect = Effect.NONE


@dataclass(frozen=True, slots=True)
class FieldDeprecated:
    """A field was marked as deprecated, or no longer is."""

    site: Site
    is_deprecated: bool
    effect: Effect = Effect.NONE


@dataclass(frozen=True, slots=True)
class TextChanged:
    """Only words for people changed: titles, descriptions, examples, extensions."""

    site: Site
    effect: Effect = Effect.NONE


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Something changed, and what it means to a client is not known."""

    site: Site
    what: str
    effect: Effect = Effect.BOTH


@dataclass(frozen=True, slots=True)
class ReferenceNotFollowed:
    """A reference that leaves the document, or points at nothing, stands where it did not."""

    site: Site
    old: str
    new: str
    effect: Effect = Effect.BOTH


KINDS: tuple[type, ...] = (
    TypeChanged,
    FormatChanged,
    NullabilityChanged,
    EnumAdded,
    EnumDropped,
    ValueAdded,
    ValueRemoved,
    FixedValueChanged,
    BoundChanged,
    PatternChanged,
    PropertyAdded,
    PropertyRemoved,
    RequirednessChanged,
    AdditionalPropertiesChanged,
    ConstraintChanged,
    UniquenessChanged,
    AllOfAdded,
    AllOfRemoved,
    BranchAdded,
    BranchRemoved,
    DiscriminatorChanged,
    AccessChanged,
    DefaultChanged,
    FieldDeprecated,
    TextChanged,
    NotUnderstood,
    ReferenceNotFollowed,
)
"""Every change above, for rules that are about all of them."""
