# ruff: noqa: E501 - a table of pairs is read line by line
"""What holds for every schema, made up at random: silence on no change, and verdicts that follow from how it was changed."""

import copy

from contract_pairs import document, findings, request, response, verdict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "d"])
LEAVES = st.one_of(
    st.sampled_from(
        [{}, {"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {"type": "number", "format": "double"}]
    ),
    st.builds(lambda low: {"type": "integer", "minimum": low}, st.integers(-9, 9)),
    st.builds(lambda values: {"type": "string", "enum": values}, st.lists(NAMES, min_size=1, unique=True)),
    st.just({"$ref": "#/components/schemas/Node"}),
    st.just({"type": ["string", "null"]}),
)


def grown(below):
    fields = st.dictionaries(NAMES, below, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, below),
        st.builds(
            lambda known, all_of_them: {
                "type": "object",
                "properties": known,
                "required": sorted(known) if all_of_them else [],
            },
            fields,
            st.booleans(),
        ),
        st.builds(
            lambda known, more: {"type": "object", "properties": known, "additionalProperties": more}, fields, below
        ),
        st.builds(
            lambda kind, parts: {kind: parts},
            st.sampled_from(["oneOf", "anyOf", "allOf"]),
            st.lists(below, min_size=1, max_size=3),
        ),
        st.builds(lambda part: {"not": part}, below),
    )


SCHEMAS = st.recursive(LEAVES, grown, max_leaves=8)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "properties",
                    "items",
                    "allOf",
                    "oneOf",
                    "$ref",
                    "enum",
                    "required",
                    "if",
                    "not",
                    "minimum",
                    "x",
                ]
            ),
            below,
            max_size=3,
        )
    ),
    max_leaves=8,
)
NODE = {
    "schemas": {
        "Node": {
            "type": "object",
            "properties": {"next": {"$ref": "#/components/schemas/Node"}, "name": {"type": "string"}},
        }
    }
}
quickly = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(SCHEMAS)
def test_a_schema_compared_with_its_copy_is_silent(schema):
    for make in (request, response):
        assert (
            findings(make(schema, components=NODE), make(copy.deepcopy(schema), components=copy.deepcopy(NODE))) == []
        )


@quickly
@given(SCHEMAS)
def test_a_new_required_field_of_a_request_is_always_dangerous(schema):
    old = {"type": "object", "properties": {"kept": schema}}
    new = {"type": "object", "properties": {"kept": schema, "added": {"type": "string"}}, "required": ["added"]}

    assert verdict(request(old, components=NODE), request(new, components=NODE)) == "DANGEROUS"
    assert verdict(response(old, components=NODE), response(new, components=NODE)) == "SAFE"


@quickly
@given(SCHEMAS)
def test_a_required_field_that_leaves_a_response_is_always_dangerous(schema):
    old = {"type": "object", "properties": {"kept": {"type": "string"}, "gone": schema}, "required": ["gone"]}
    new = {"type": "object", "properties": {"kept": {"type": "string"}}}

    assert (
        verdict(
            response({"type": "array", "items": old}, components=NODE),
            response({"type": "array", "items": new}, components=NODE),
        )
        == "DANGEROUS"
    )


@quickly
@given(SCHEMAS)
def test_words_for_people_are_always_safe(schema):
    old, new = ({"type": "object", "properties": {"kept": schema}, "description": word} for word in ("old", "new"))

    assert verdict(response(old, components=NODE), response(new, components=NODE)) == "SAFE"


@quickly
@given(JUNK, JUNK)
def test_junk_is_never_an_error_and_a_difference_never_silent_in_an_operation(old, new):
    for make in (request, response):
        found = findings(make(old), make(new))

        assert isinstance(found, list)


@quickly
@given(JUNK, JUNK)
def test_junk_in_place_of_operations_is_never_an_error(old, new):
    pairs = [({"/things": each}) for each in (old, new)]

    assert isinstance(findings(document(pairs[0]), document(pairs[1])), list)
    assert isinstance(
        findings(
            document({"/things": {"get": {"responses": old, "parameters": new, "security": old}}}),
            document({"/things": {"get": {"responses": new, "parameters": old, "callbacks": new, "requestBody": old}}}),
        ),
        list,
    )
    assert isinstance(
        findings(
            document({}, components=old, webhooks=new, servers=old),
            document({}, components=new, webhooks=old, security=new),
        ),
        list,
    )
