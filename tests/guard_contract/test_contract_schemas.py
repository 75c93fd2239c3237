# ruff: noqa: E501 - a table of pairs is read line by line
"""Pairs of schemas in both directions: sent by clients and by the API, before to after and back."""

import pytest
from contract_pairs import document, findings, obj, query, request, response, rules, verdict

TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
NODE = {"type": "object", "properties": {"name": TEXT, "next": {"$ref": "#/components/schemas/Node"}}}
D, C, S, QUIET = "DANGEROUS", "CAUTIOUS", "SAFE", "silent"

# what it is about, before, after, then verdicts: request there and back, response there and back
SCHEMAS = [
    ("integer to number", WHOLE, NUMBER, S, D, D, S),
    ("text to integer", TEXT, WHOLE, D, D, D, D),
    ("text to a list of text", TEXT, {"type": "array", "items": TEXT}, D, D, D, D),
    ("any type to text", {}, TEXT, D, S, S, D),
    ("int32 to int64", {**WHOLE, "format": "int32"}, {**WHOLE, "format": "int64"}, S, D, D, S),
    ("a format is new", TEXT, {**TEXT, "format": "uuid"}, D, S, S, D),
    ("another format", {**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}, D, D, D, D),
    ("a hint for input fields", TEXT, {**TEXT, "format": "password"}, S, S, S, S),
    ("null", TEXT, {**TEXT, "nullable": True}, S, D, D, S),
    ("null in a type list", TEXT, {"type": ["string", "null"]}, S, D, D, S),
    ("null as an alternative", TEXT, {"anyOf": [TEXT, {"type": "null"}]}, S, D, D, S),
    ("null of 3.0 and of 3.1", {**TEXT, "nullable": True}, {"type": ["string", "null"]}, QUIET, QUIET, QUIET, QUIET),
    ("null as type and as alternative", {"type": ["string", "null"]}, {"oneOf": [{"type": "null"}, TEXT]}, QUIET, QUIET, QUIET, QUIET),
    ("types as a list and as alternatives", {"type": ["string", "integer"]}, {"anyOf": [WHOLE, TEXT]}, QUIET, QUIET, QUIET, QUIET),
    ("an enum of one and a const", {**TEXT, "enum": ["a"]}, {**TEXT, "const": "a"}, QUIET, QUIET, QUIET, QUIET),
    ("constants as alternatives and an enum", {"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}, {**TEXT, "enum": ["b", "a"]}, QUIET, QUIET, QUIET, QUIET),
    ("another const", {"const": "a"}, {"const": "b"}, D, D, D, D),
    ("a list of values", TEXT, {**TEXT, "enum": ["a", "b"]}, D, S, S, C),
    ("one value more", {**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}, S, D, C, S),
    ("values in another order", {**TEXT, "enum": ["b", "a"]}, {**TEXT, "enum": ["a", "b"]}, QUIET, QUIET, QUIET, QUIET),
    ("a value of a list that grows", {**TEXT, "x-extensible-enum": ["a"]}, {**TEXT, "x-extensible-enum": ["a", "b"]}, S, D, S, S),
    ("numbers among values", {"enum": [1, 2]}, {"enum": [1, 2, "2"]}, S, D, D, S),
    ("a length is limited", TEXT, {**TEXT, "maxLength": 9}, C, S, S, D),
    ("a length is limited further", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 5}, D, S, S, D),
    ("a length of nought", TEXT, {**TEXT, "minLength": 0}, QUIET, QUIET, QUIET, QUIET),
    ("exclusive in 3.0 and in 3.1", {**NUMBER, "minimum": 5, "exclusiveMinimum": True}, {**NUMBER, "exclusiveMinimum": 5}, QUIET, QUIET, QUIET, QUIET),
    ("above nought and from one", {**WHOLE, "exclusiveMinimum": 0}, {**WHOLE, "minimum": 1}, QUIET, QUIET, QUIET, QUIET),
    ("above nought and from one, not whole", {**NUMBER, "exclusiveMinimum": 0}, {**NUMBER, "minimum": 1}, D, S, S, D),
    ("from nought and above nought", {**NUMBER, "minimum": 0}, {**NUMBER, "exclusiveMinimum": 0}, D, S, S, D),
    ("multiples of 3 and of 6", {**WHOLE, "multipleOf": 3}, {**WHOLE, "multipleOf": 6}, D, S, S, D),
    ("multiples of 2 and of 3", {**WHOLE, "multipleOf": 2}, {**WHOLE, "multipleOf": 3}, D, D, D, D),
    ("a pattern", TEXT, {**TEXT, "pattern": "^a"}, D, S, S, S),
    ("another pattern", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}, C, C, S, S),
    ("a pattern that takes everything", TEXT, {**TEXT, "pattern": "^.*$"}, QUIET, QUIET, QUIET, QUIET),
    ("an optional field", obj(a=TEXT), obj(a=TEXT, b=TEXT), S, C, S, D),
    ("an optional field among required ones", obj(["a"], a=TEXT), obj(["a"], a=TEXT, b=TEXT), S, C, S, C),
    ("a required field", obj(a=TEXT), obj(["b"], a=TEXT, b=TEXT), D, C, S, D),
    ("a field becomes required", obj(a=TEXT), obj(["a"], a=TEXT), D, S, S, D),
    ("a field with a default becomes required", obj(a={**TEXT, "default": "x"}), obj(["a"], a={**TEXT, "default": "x"}), S, S, S, D),
    ("a field that nobody described is required", obj(a=TEXT), {**obj(a=TEXT), "required": ["z"]}, D, S, S, D),
    ("a required read-only field", obj(a=TEXT), obj(["b"], a=TEXT, b={**TEXT, "readOnly": True}), S, S, S, D),
    ("a required write-only field", obj(a=TEXT), obj(["b"], a=TEXT, b={**TEXT, "writeOnly": True}), D, C, S, S),
    ("the type of a read-only field", obj(a={**TEXT, "readOnly": True}), obj(a={**WHOLE, "readOnly": True}), S, S, D, D),
    ("the type of a write-only field", obj(a={**TEXT, "writeOnly": True}), obj(a={**WHOLE, "writeOnly": True}), D, D, S, S),
    ("a field is read-only now", obj(a=TEXT), obj(a={**TEXT, "readOnly": True}), C, S, S, S),
    ("a field is write-only now", obj(a=TEXT), obj(a={**TEXT, "writeOnly": True}), S, S, C, S),
    ("unknown fields are refused", obj(a=TEXT), {**obj(a=TEXT), "additionalProperties": False}, D, S, S, S),
    ("a field of a closed object", {**obj(a=TEXT), "additionalProperties": False}, {**obj(a=TEXT, b=TEXT), "additionalProperties": False}, S, D, S, D),
    ("the values of a map", {"type": "object", "additionalProperties": WHOLE}, {"type": "object", "additionalProperties": TEXT}, D, D, D, D),
    ("the values of a map are free", {"type": "object", "additionalProperties": WHOLE}, {"type": "object"}, S, D, C, S),
    ("an empty schema for other fields", {"type": "object"}, {"type": "object", "additionalProperties": {}}, QUIET, QUIET, QUIET, QUIET),
    ("the type is only implied", {"properties": {"a": TEXT}}, obj(a=TEXT), QUIET, QUIET, QUIET, QUIET),
    ("deep below lists", {"type": "array", "items": {"type": "array", "items": obj(a=WHOLE)}}, {"type": "array", "items": {"type": "array", "items": obj(a=TEXT)}}, D, D, D, D),
    ("items are limited", {"type": "array", "items": TEXT}, {"type": "array", "items": TEXT, "maxItems": 3}, C, S, S, D),
    ("items must differ", {"type": "array", "items": TEXT}, {"type": "array", "items": TEXT, "uniqueItems": True}, D, S, S, C),
    ("the first item", {"type": "array", "prefixItems": [TEXT], "items": TEXT}, {"type": "array", "prefixItems": [WHOLE], "items": TEXT}, D, D, D, D),
    ("places of items, written out", {"type": "array", "items": TEXT}, {"type": "array", "prefixItems": [TEXT, TEXT], "items": TEXT}, QUIET, QUIET, QUIET, QUIET),
    ("names of fields", {"type": "object"}, {"type": "object", "propertyNames": {"pattern": "^a"}}, D, S, S, D),
    ("if and then", obj(a=TEXT), {**obj(a=TEXT), "if": {"required": ["a"]}, "then": {"required": ["b"]}}, D, S, S, D),
    ("what follows from if", {**obj(a=TEXT), "if": {"required": ["a"]}, "then": obj(b=WHOLE)}, {**obj(a=TEXT), "if": {"required": ["a"]}, "then": obj(b=NUMBER)}, S, D, D, S),
    ("not: what narrows inside widens outside", {"not": {**TEXT, "maxLength": 9}}, {"not": {**TEXT, "maxLength": 5}}, S, D, D, S),
    ("dependent fields", obj(a=TEXT), {**obj(a=TEXT), "dependentRequired": {"a": ["b"]}}, D, S, S, D),
    ("an alternative", {"oneOf": [obj(a=TEXT), obj(b=WHOLE)]}, {"oneOf": [obj(a=TEXT), obj(b=WHOLE), TEXT]}, S, D, D, S),
    ("alternatives in another order", {"oneOf": [obj(a=TEXT), obj(b=WHOLE)]}, {"oneOf": [obj(b=WHOLE), obj(a=TEXT)]}, QUIET, QUIET, QUIET, QUIET),
    ("one schema becomes one of two", obj(a=TEXT), {"oneOf": [obj(a=TEXT), WHOLE]}, S, D, D, S),
    ("types become alternatives", {"anyOf": [NUMBER, TEXT]}, {"anyOf": [NUMBER, TEXT, obj(a=TEXT)]}, S, D, D, S),
    ("null stays while alternatives come", {"anyOf": [obj(a=TEXT), {"type": "null"}]}, {"anyOf": [obj(a=TEXT), WHOLE, {"type": "null"}]}, S, D, D, S),
    ("null goes while alternatives come", {"type": ["string", "null"]}, {"anyOf": [TEXT, obj(a=TEXT)]}, D, D, D, D),
    ("whole numbers and booleans", {"enum": [0, 1]}, {"enum": [False, True]}, D, D, D, D),
    ("a lone alternative with a discriminator", {"oneOf": [obj(k=TEXT)], "discriminator": {"propertyName": "k"}}, {"oneOf": [obj(k=TEXT), WHOLE], "discriminator": {"propertyName": "k"}}, S, D, D, S),
    ("fields in another order", obj(a=TEXT, b=obj(c=TEXT, d=WHOLE)), obj(b=obj(d=WHOLE, c=TEXT), a=TEXT), QUIET, QUIET, QUIET, QUIET),
    ("a condition in another order", {**obj(a=TEXT), "if": obj(a={"const": "x"}, b=TEXT), "then": {"required": ["b"]}}, {"then": {"required": ["b"]}, "if": obj(b=TEXT, a={"const": "x"}), **obj(a=TEXT)}, QUIET, QUIET, QUIET, QUIET),
    ("an alternative was edited", {"anyOf": [TEXT, obj(["a"], a=TEXT)]}, {"anyOf": [TEXT, obj(["a"], a=WHOLE)]}, D, D, D, D),
    ("a lone alternative", {"oneOf": [obj(a=TEXT)]}, obj(a=TEXT), QUIET, QUIET, QUIET, QUIET),
    ("fields move into an allOf", obj(["a"], a=TEXT, b=WHOLE), {"allOf": [obj(["a"], a=TEXT), obj(b=WHOLE)]}, QUIET, QUIET, QUIET, QUIET),
    ("inheritance with one more field", {"allOf": [obj(["a"], a=TEXT)], "properties": {"b": TEXT}}, {"allOf": [obj(["a"], a=TEXT)], "properties": {"b": TEXT, "c": TEXT}}, S, C, S, C),
    ("another field tells alternatives apart", {"oneOf": [obj(a=TEXT), WHOLE], "discriminator": {"propertyName": "a"}}, {"oneOf": [obj(a=TEXT), WHOLE], "discriminator": {"propertyName": "b"}}, D, D, D, D),
    ("a keyword that nobody knows", TEXT, {**TEXT, "maxWords": 3}, C, C, C, C),
    ("words for people", TEXT, {**TEXT, "description": "a word", "example": "x", "x-order": 1}, S, S, S, S),
    ("a schema that allows nothing", obj(a=TEXT), {**obj(), "properties": {"a": False}}, D, S, S, D),
]  # fmt: skip


@pytest.mark.parametrize("make", [request, response])
@pytest.mark.parametrize("case", SCHEMAS, ids=[case[0] for case in SCHEMAS])
def test_a_schema_is_judged_by_who_sends_it_in_both_directions(case, make):
    _, before, after, *expected = case

    seen = [verdict(make(before), make(after)), verdict(make(after), make(before))]

    assert seen == (expected[:2] if make is request else expected[2:])


@pytest.mark.parametrize("case", SCHEMAS, ids=[case[0] for case in SCHEMAS])
def test_a_schema_is_judged_alike_behind_references_and_deep_inside(case):
    _, before, after, *expected = case
    deep = [
        response(
            {"type": "array", "items": {"$ref": "#/components/schemas/Page"}},
            components={"schemas": {"Page": {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Leaf"}}}, "Leaf": schema}},
        )
        for schema in (before, after)
    ]  # fmt: skip

    seen = [verdict(*deep), verdict(*reversed(deep))]

    assert seen == expected[2:]


def test_a_text_takes_in_numbers_where_everything_arrives_as_text():
    assert verdict(query(WHOLE), query(TEXT)) == S
    assert verdict(query(TEXT), query(WHOLE)) == D
    assert verdict(request(WHOLE, media="application/xml"), request(TEXT, media="application/xml")) == S
    assert verdict(response(TEXT, media="application/xml"), response(WHOLE, media="application/xml")) == S


def test_recursive_schemas_are_compared_to_their_end():
    tree = {"schemas": {"Node": NODE}}
    longer = {"schemas": {"Node": {**NODE, "properties": {**NODE["properties"], "name": WHOLE}}}}
    ref = {"$ref": "#/components/schemas/Node"}

    assert verdict(response(ref, components=tree), response(ref, components=longer)) == D
    assert verdict(response(ref, components=tree), response(ref, components=tree)) == QUIET


def test_a_component_that_was_renamed_is_the_same():
    old = response({"$ref": "#/components/schemas/A"}, components={"schemas": {"A": obj(a=TEXT)}})
    new = response({"$ref": "#/components/schemas/B"}, components={"schemas": {"B": obj(a=TEXT)}})

    assert verdict(old, new) == QUIET


def test_a_reference_instead_of_what_it_refers_to_is_the_same():
    old = response(obj(role={"anyOf": [{**TEXT, "enum": ["a"]}, {"type": "null"}], "title": "Role"}), "3.1.0")
    parts = {"schemas": {"Role": {**TEXT, "enum": ["a"], "title": "Role"}}}
    new = response(
        obj(role={"anyOf": [{"$ref": "#/components/schemas/Role"}, {"type": "null"}]}), "3.1.0", components=parts
    )

    assert verdict(old, new) in (QUIET, S)


def test_mutually_recursive_alternatives_come_to_an_end():
    def parts(leaf):
        a = {"oneOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/C"}, obj(x=leaf)]}
        b = {"oneOf": [{"$ref": "#/components/schemas/A"}, obj(y=leaf)]}
        return {"schemas": {"A": a, "B": b, "C": obj(a={"$ref": "#/components/schemas/A"})}}

    ref = {"$ref": "#/components/schemas/A"}

    assert verdict(response(ref, components=parts(TEXT)), response(ref, components=parts(WHOLE))) == D


def test_a_change_without_users_says_nothing_to_clients():
    old = document({}, components={"schemas": {"A": TEXT}})
    new = document({}, components={"schemas": {"A": WHOLE}})

    assert verdict(old, new) == QUIET


def test_where_everything_changed_the_worst_is_listed_and_the_rest_counted():
    def parts(kind):
        fields = {f"f{each}": kind for each in range(400)}
        return {"schemas": {"Big": obj(**fields), "Kept": {**obj(**fields), "description": str(kind)}}}

    old, new = (response({"$ref": "#/components/schemas/Big"}, components=parts(kind)) for kind in (TEXT, WHOLE))

    found = findings(old, new)

    assert len(found) == 301
    assert [each.problem for each in found if each.rule == "contract-change-not-understood"] == [
        "100 more differences are not listed; its effect on clients is not known"
    ]
    assert [each.verdict.name for each in found].count(D) == 300


def test_the_nearest_way_to_a_change_is_named():
    parts = [
        {
            "schemas": {
                "A": obj(
                    far=obj(leaf={"$ref": "#/components/schemas/Leaf"}), leaf={"$ref": "#/components/schemas/Leaf"}
                ),
                "Leaf": kind,
            }
        }
        for kind in (TEXT, WHOLE)
    ]

    found = findings(*(response({"$ref": "#/components/schemas/A"}, components=each) for each in parts))

    assert [each.where for each in found] == ["GET /things → 200 → application/json → leaf"]


def test_a_body_that_becomes_one_of_several_is_compared_with_the_nearest():
    """What its alternative demands beyond it is told, and not that the body is refused as a whole."""
    before = obj(("a",), a={"type": "string"}, kind={"type": "string"})
    nearest = obj(("a", "c"), a={"type": "string"}, c={"type": "string"}, kind={"type": "string", "enum": ["x"]})
    other = obj(("b",), b={"type": "string"})

    assert rules(request(before), request({"oneOf": [other, nearest]})) == {
        "required-input-added",
        "request-enum-introduced",
        "harmless-contract-change",
    }
