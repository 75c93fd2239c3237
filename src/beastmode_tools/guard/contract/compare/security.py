"""Who may call: the alternatives of `security`, their scopes, and how each scheme is defined."""

from collections.abc import Iterator
from typing import Any

from beastmode_tools.guard.contract.compare.document import Document, resolved
from beastmode_tools.guard.contract.compare.site import Site
from beastmode_tools.guard.contract.compare.structure_changes import (
    AlternativeAdded,
    AlternativeRemoved,
    OptionalSecurityChanged,
    SchemeChanged,
    ScopeAdded,
    ScopeRemoved,
    SecurityDropped,
    SecurityRequired,
)
from beastmode_tools.source.openapi import listing, mapping

__all__ = ["Alternatives", "alternatives_of", "compare_schemes", "compare_security", "renamed_schemes", "scheme_names"]

# One way in: its schemes, each with the permissions that it needs. All of them must be there together.
Alternatives = dict[frozenset[str], dict[str, frozenset[str]]]
KIND = ("type", "in", "name", "scheme")


def alternatives_of(document: Document, operation: dict[str, Any], names: dict[str, str]) -> Alternatives:
    """The ways in to an operation, the document's own where it says none; `names` calls renamed schemes as before."""
    found: Alternatives = {}
    for raw in listing(operation.get("security", document.data.get("security"))):
        ways = {names.get(name, name): frozenset(map(str, listing(scopes))) for name, scopes in mapping(raw).items()}
        found[frozenset(ways)] = ways
    return found


def compare_security(old: Alternatives, new: Alternatives, site: Site) -> Iterator[Any]:
    """What changed about who may call; no alternative at all, or an empty one, lets everybody in."""
    if old == new:
        return
    was_open, is_open = (not each or frozenset() in each for each in (old, new))
    if was_open and is_open:
        if text(old) != text(new):
            yield OptionalSecurityChanged(site, text(old), text(new))
    elif was_open:
        yield SecurityRequired(site, text(new))
    elif is_open:
        yield SecurityDropped(site, text(old))
    else:
        yield from compare_ways(old, new, site)


def compare_ways(old: Alternatives, new: Alternatives, site: Site) -> Iterator[Any]:
    """What changed between ways in, where there is no way in without credentials."""
    gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
    for way in come:
        # A way that needs more than a former one lets nobody in who was kept out; the former one is reported as gone.
        if not any(way > former for former in old):
            yield AlternativeAdded(site, " and ".join(sorted(way)))
    for way in gone:
        if not any(way > later for later in new):
            yield AlternativeRemoved(site, " and ".join(sorted(way)))
    for way in old:
        for scheme in sorted(way if way in new else ()):
            for scope in sorted(new[way][scheme] - old[way][scheme]):
                yield ScopeAdded(site, scheme, scope)
            for scope in sorted(old[way][scheme] - new[way][scheme]):
                yield ScopeRemoved(site, scheme, scope)


def text(alternatives: Alternatives) -> str:
    """The ways in for a person."""
    return " or ".join(sorted(" and ".join(sorted(way)) for way in alternatives if way)) or "nothing"


def schemes_of(document: Document) -> dict[str, dict[str, Any]]:
    """The schemes that a document defines."""
    schemes = mapping(mapping(document.data.get("components")).get("securitySchemes"))
    return {name: resolved(document, raw) for name, raw in schemes.items()}


def scheme_names(alternatives: Alternatives) -> set[str]:
    """The schemes that are used."""
    return {name for way in alternatives for name in way}


def core(scheme: dict[str, Any]) -> dict[str, Any]:
    """What a client notices of a scheme."""
    flows = mapping(scheme.get("flows"))
    return {
        **{key: str(scheme[key]).lower() for key in KIND if key in scheme},
        "addresses": {name: addresses(mapping(flow)) for name, flow in flows.items()},
        "openIdConnectUrl": scheme.get("openIdConnectUrl"),
    }


def addresses(flow: dict[str, Any]) -> dict[str, Any]:
    """Where tokens come from."""
    return {key: flow[key] for key in ("authorizationUrl", "tokenUrl", "refreshUrl") if key in flow}


def renamed_schemes(old: Document, new: Document) -> dict[str, str]:
    """New names of schemes that were only renamed -> their old names."""
    before, after = schemes_of(old), schemes_of(new)
    gone = {name: core(raw) for name, raw in before.items() if name not in after}
    names: dict[str, str] = {}
    for name, raw in after.items():
        former = next((each for each, facts in gone.items() if facts == core(raw)), None)
        if name not in before and former is not None:
            names[name] = former
            del gone[former]
    return names


def compare_schemes(old: Document, new: Document, used: set[str], names: dict[str, str]) -> Iterator[Any]:
    """What changed in how schemes are defined; `used` are those that some operation needs."""
    site = Site("", "security")
    before, after = schemes_of(old), {names.get(name, name): raw for name, raw in schemes_of(new).items()}
    for name in sorted({*before, *after}):
        is_used = name in used
        if name not in after:
            yield SchemeChanged(site, name, "removed", "", is_used)
        elif name not in before:
            yield SchemeChanged(site, name, "added", "", is_used)
        else:
            for what, detail in differences(before[name], after[name]):
                yield SchemeChanged(site, name, what, detail, is_used)


def differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What differs between two definitions of a scheme."""
    one, other = core(old), core(new)
    for key in KIND:
        if one.get(key) != other.get(key):
            yield "kind", f"{key}: {old.get(key)} → {new.get(key)}"
    if one["openIdConnectUrl"] != other["openIdConnectUrl"]:
        yield "address", f"openIdConnectUrl: {one['openIdConnectUrl']} → {other['openIdConnectUrl']}"
    flows, new_flows = mapping(old.get("flows")), mapping(new.get("flows"))
    for name in sorted({*flows, *new_flows}):
        if (name in flows) is not (name in new_flows):
            yield ("flow removed" if name in flows else "flow added"), name
            continue
        if one["addresses"][name] != other["addresses"][name]:
            yield "address", f"{name}: {one['addresses'][name]} → {other['addresses'][name]}"
        scopes, new_scopes = (set(mapping(mapping(each[name]).get("scopes"))) for each in (flows, new_flows))
        for scope in sorted(scopes ^ new_scopes):
            yield ("scope removed" if scope in scopes else "scope added"), scope
    if old != new and one == other and flows == new_flows:
        yield "text", "its description"
