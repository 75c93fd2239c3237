"""The lines that a page shows of an operation, before and after."""

from pathlib import Path

from reported import CAUTIOUS, DANGEROUS, found, report

from beastmode_tools.guard.contract.compare.document import Document
from beastmode_tools.guard.report.contract_sides import outline, sides
from beastmode_tools.guard.report.html import render
from beastmode_tools.guard.report.view import View


def document(schema, path="/users/{id}", components=None, **operation):
    answer = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    paths = {path: {"get": {"responses": answer, **operation}}}
    return Document("x", {"openapi": "3.0.3", "paths": paths, "components": {"schemas": components or {}}})


def user(**properties):
    return {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, **properties}}


def about(operation="GET /users/{id}", verdict=DANGEROUS):
    return found(verdict=verdict, where=f"{operation} → 200 → application/json → name")


def test_a_field_that_is_gone_and_one_that_came_stand_on_their_side():
    old, new = document(user(nick={"type": "string"})), document(user(bio={"type": "string", "maxLength": 9}))

    (picture,) = sides(old, new, [about()])

    assert picture["operation"] == "GET /users/{id}"
    assert ("gone", "    nick: string", "") in picture["rows"]
    assert ("added", "", "    bio: string, maxLength 9") in picture["rows"]


def test_a_field_that_changed_stands_beside_itself():
    old, new = document(user(age={"type": "number", "minimum": 0})), document(user(age={"type": ["integer", "null"]}))

    (picture,) = sides(old, new, [about()])

    assert picture["rows"][-1] == ("changed", "    age: number, minimum 0", "    age: integer or null")


def test_unchanged_lines_far_from_a_change_are_counted_instead():
    many = {f"field{n}": {"type": "string"} for n in range(50)}

    (picture,) = sides(document(user(**many)), document(user(**many, bio={"type": "string"})), [about()])

    assert picture["rows"][0][0] == "skipped"
    assert len(picture["rows"]) < 6


def test_an_operation_that_is_gone_has_nothing_on_the_other_side():
    (picture,) = sides(document(user()), document(user(), path="/others"), [about()])

    assert {kind for kind, _, _ in picture["rows"]} == {"gone"}


def test_an_argument_under_another_name_is_the_same_path():
    old, new = document(user()), document(user(bio={}), path="/users/{user_id}/")

    (picture,) = sides(old, new, [about()])

    assert {kind for kind, _, _ in picture["rows"]} >= {"same", "added"}


def test_a_schema_that_contains_itself_has_an_end():
    tree = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}, "right": {"type": "null"}}}

    lines = outline(document({"$ref": "#/components/schemas/Tree"}, components={"Tree": tree}), "GET /users/{id}")

    assert lines[-2:] == ["      ...", "    right: null"]


def test_parameters_bodies_headers_and_rights_are_shown():
    operation = {
        "deprecated": True,
        "security": [{"token": []}, {"key": [], "session": []}],
        "parameters": [{"name": "page", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "array", "items": user()}}},
        },
    }

    lines = outline(document(user(), **operation), "GET /users/{id}")

    assert lines[:6] == [
        "deprecated",
        "asks for: token or key and session",
        "query page: integer, minimum 1, required",
        "body application/json: required",
        "  : array",
        "  []: object",
    ]


def test_what_is_no_valid_document_is_no_reason_to_fail():
    for data in ({}, {"paths": []}, {"paths": {"/users/{id}": {"get": {"responses": [1], "parameters": {}}}}}):
        assert sides(Document("x", data), Document("y", data), [about()]) == []


def test_the_worst_operations_come_first_and_others_than_operations_are_left_out():
    old = Document("x", {"paths": {"/a": {"get": {"deprecated": True}}, "/b": {"get": {"deprecated": True}}}})
    findings = [about("GET /a", CAUTIOUS), about("GET /b"), found(where="components")]

    pictures = sides(old, Document("y", {}), findings)

    assert [(each["operation"], each["verdict"]) for each in pictures] == [
        ("GET /b", "DANGEROUS"),
        ("GET /a", "CAUTIOUS"),
    ]


def test_the_page_shows_them(tmp_path: Path):
    pictures = {"contract": sides(document(user(nick={"type": "string"})), document(user()), [about()])}

    page = render(report(about(), pictures=pictures), View())

    assert "    nick: string" in page
