"""What travels: bodies in their media types, statuses and headers of answers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.contract.compare.document import resolved
from beastmode_tools.guard.contract.compare.node import Reading
from beastmode_tools.guard.contract.compare.schema_changes import NotUnderstood, TextChanged
from beastmode_tools.guard.contract.compare.schemas import Comparison
from beastmode_tools.guard.contract.compare.shape import ABSENT
from beastmode_tools.guard.contract.compare.site import Site
from beastmode_tools.guard.contract.compare.structure_changes import (
    BodyAdded,
    BodyRemoved,
    BodyRequirednessChanged,
    HeaderAdded,
    HeaderRemoved,
    HeaderRequirednessChanged,
    MediaSchemaAdded,
    MediaSchemaRemoved,
    MediaTypeAdded,
    MediaTypeRemoved,
    StatusAdded,
    StatusRemoved,
)
from beastmode_tools.source.digest import json_text
from beastmode_tools.source.openapi import mapping

__all__ = ["SCALAR", "compare_bodies", "compare_headers", "compare_responses", "reading_of", "schema_in"]

SCALAR = Reading(is_text=True, is_scalar=True)
Facts = dict[str, Any]


def reading_of(media_type: str) -> Reading:
    """How values travel in a media type: JSON keeps types, other text does not."""
    kind = media_type.partition(";")[0].strip().lower()
    is_typed = kind.endswith(("json", "+json", "yaml", "msgpack", "cbor", "ndjson", "*")) or "json" in kind
    return Reading(is_text=not is_typed)


def compare_bodies(comparison: Comparison, old: Any, new: Any, site: Site) -> Iterator[Any]:
    """What changed between two request bodies, either of which may be missing."""
    before, after = resolved(comparison.old, old), resolved(comparison.new, new)
    is_required = after.get("required") is True
    if old is None or new is None:
        if new is not None:
            yield BodyAdded(site.holding(comparison.new.closure(new)), is_required)
        elif old is not None:
            yield BodyRemoved(site)
        return
    if (before.get("required") is True) is not is_required:
        yield BodyRequirednessChanged(site, is_required)
    if before.get("description") != after.get("description"):
        yield TextChanged(site)
    yield from compare_contents(comparison, before, after, site)


def compare_contents(comparison: Comparison, old: Facts, new: Facts, site: Site) -> Iterator[Any]:
    """What changed between the media types of two bodies or answers."""
    before, after = named(mapping(old.get("content"))), named(mapping(new.get("content")))
    pairs = list(matched(before, after, is_request=site.is_request))
    # Read from the sources, an answer is open where what a view returns is made elsewhere: it may be anything.
    is_open = old.get("x-open") is True or new.get("x-open") is True
    for media_type in () if is_open else before:
        if all(media_type != pair[0] for pair in pairs):
            yield MediaTypeRemoved(site, media_type)
    for media_type in () if is_open else after:
        if all(media_type != pair[1] for pair in pairs):
            yield MediaTypeAdded(site.holding(comparison.new.closure(after[media_type])), media_type)
    for one, other in pairs:
        here = replace(site, part=f"{site.part} → {one}", kind="body")
        yield from compare_media(comparison, before[one], after[other], here, reading_of(one))


def named(content: Facts) -> Facts:
    """Media types in one spelling: lower case, and without parameters where that tells them apart as well."""
    bare = [name.partition(";")[0].strip().lower() for name in content]
    return {
        (short if bare.count(short) == 1 else name.strip().lower()): value
        for short, (name, value) in zip(bare, content.items(), strict=True)
    }


def matched(old: Facts, new: Facts, *, is_request: bool) -> Iterator[tuple[str, str]]:
    """Media types that belong together: equal ones, then one that a range such as `application/*` covers."""
    yield from ((name, name) for name in old if name in new)
    for name in old:
        if name not in new:
            # A request may go over to a range, a response from one.
            fitting = (
                each for each in new if each not in old and (covers(each, name) if is_request else covers(name, each))
            )
            other = next(fitting, None)
            if other is not None:
                yield name, other


def covers(media_range: str, name: str) -> bool:
    """Whether a media range takes in a media type."""
    kind, _, rest = media_range.partition("/")
    return rest == "*" and (kind == "*" or name.startswith(kind + "/"))


def compare_media(comparison: Comparison, old: Any, new: Any, site: Site, reading: Reading) -> Iterator[Any]:
    """What changed within one media type."""
    old, new = mapping(old), mapping(new)
    before, after = old.get("schema", ABSENT), new.get("schema", ABSENT)
    if before is ABSENT or after is ABSENT:
        if before is not ABSENT and before != {}:
            yield MediaSchemaRemoved(site)
        elif after is not ABSENT and after != {}:
            yield MediaSchemaAdded(site.holding(comparison.new.closure(after)))
    else:
        yield from comparison.changes(before, after, site, reading)
    if "itemSchema" in old or "itemSchema" in new:
        items = (old.get("itemSchema", ABSENT), new.get("itemSchema", ABSENT))
        yield from comparison.changes(*items, site.at("[]"), reading)
    if old.get("encoding") != new.get("encoding"):
        sides = (comparison.old.closure(old.get("encoding")), comparison.new.closure(new.get("encoding")))
        yield NotUnderstood(site.holding(*sides), "how the parts are encoded changed")
    if any(old.get(key) != new.get(key) for key in ("example", "examples")):
        yield TextChanged(site)


def compare_responses(comparison: Comparison, old: Any, new: Any, site: Site) -> Iterator[Any]:
    """What changed between the answers of an operation."""
    before = {str(name).upper(): value for name, value in mapping(old).items() if not str(name).startswith("x-")}
    after = {str(name).upper(): value for name, value in mapping(new).items() if not str(name).startswith("x-")}
    partners = {name: partner_of(name, before, after) for name in before}
    for name, partner in partners.items():
        place = replace(site, part=name.lower() if name == "DEFAULT" else name)
        if partner is None:
            yield StatusRemoved(place, place.part, is_success(name, before))
        else:
            yield from compare_response(comparison, before[name], after[partner], place)
    for name, added in after.items():
        if name not in before and name not in partners.values():
            place = replace(site, part=name.lower() if name == "DEFAULT" else name)
            yield StatusAdded(place.holding(comparison.new.closure(added)), place.part, is_success(name, after))


def partner_of(name: str, old: Facts, new: Facts) -> str | None:
    """The status on the new side that an old one has to be compared with."""
    if name in new:
        return name
    if name == "DEFAULT":
        only_success = not any(each.startswith("2") for each in old)
        return next((each for each in new if each.startswith("2")), None) if only_success else None
    if name.endswith("XX"):
        return next((each for each in new if each[:1] == name[0] and each not in old), None)
    return next((each for each in (f"{name[:1]}XX",) if each in new), None)


def is_success(name: str, all_of_them: Facts) -> bool:
    """Whether a status tells of success; `default` does where nothing else is said."""
    if name == "DEFAULT":
        return not any(each.startswith("2") for each in all_of_them)
    return name.startswith("2")


def compare_response(comparison: Comparison, old: Any, new: Any, site: Site) -> Iterator[Any]:
    """What changed in one answer."""
    if comparison.are_same(old, new):
        return
    before, after = resolved(comparison.old, old), resolved(comparison.new, new)
    if before.get("$ref") != after.get("$ref"):
        refs = (str(each.get("$ref")) for each in (before, after))
        yield NotUnderstood(site.holding(*refs), "a reference that cannot be followed came or went")
    if before.get("description") != after.get("description"):
        yield TextChanged(site)
    yield from compare_contents(comparison, before, after, site)
    yield from compare_headers(comparison, mapping(before.get("headers")), mapping(after.get("headers")), site)
    for name in sorted({*mapping(before.get("links")), *mapping(after.get("links"))}):
        if mapping(before.get("links")).get(name) != mapping(after.get("links")).get(name):
            links = (mapping(each.get("links")).get(name) for each in (before, after))
            yield NotUnderstood(site.holding(*map(json_text, links)), f"link {name!r} changed")


def compare_headers(comparison: Comparison, old: Facts, new: Facts, site: Site) -> Iterator[Any]:
    """What changed between the headers of an answer; their names are compared without case (RFC 9110)."""
    before = {name.lower(): (name, resolved(comparison.old, value)) for name, value in old.items()}
    after = {name.lower(): (name, resolved(comparison.new, value)) for name, value in new.items()}
    for key in {**before, **after}:
        if key == "content-type":
            continue
        name = (before.get(key) or after[key])[0]
        place = replace(site, part=f"{site.part} → header {name}".removeprefix(" → "), kind="header")
        one, other = (each[key][1] if key in each else None for each in (before, after))
        if one is None or other is None:
            facts = other if one is None else one
            kind = HeaderAdded if one is None else HeaderRemoved
            here = comparison.old if other is None else comparison.new
            yield kind(place.holding(here.closure(facts)), mapping(facts).get("required") is True)
            continue
        if (one.get("required") is True) is not (other.get("required") is True):
            yield HeaderRequirednessChanged(place, other.get("required") is True)
        yield from comparison.changes(schema_in(one), schema_in(other), place, SCALAR)


def schema_in(raw: Facts) -> Any:
    """The schema of a parameter or header, wherever it stands."""
    if "schema" in raw:
        return raw["schema"]
    for media in mapping(raw.get("content")).values():
        return mapping(media).get("schema", True)
    return True
