# ruff: noqa: E501 - a table of pairs is read line by line
"""Pairs of documents about everything around schemas, each in both directions."""

from datetime import date

import pytest
from contract_pairs import OK, document, findings, obj, operation, query, request, response, rules, verdict

D, C, S, QUIET = "DANGEROUS", "CAUTIOUS", "SAFE", "silent"
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
LIST = {"type": "array", "items": TEXT}
GET = {"get": {"responses": OK}}
BEARER = {
    "components": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "K"},
        }
    }
}


def secured(own, **more):
    return {
        **document({"/things": {"get": {"responses": OK, **({} if own is None else {"security": own})}}}),
        **BEARER,
        **more,
    }


def answers(**statuses):
    content = {"application/json": {"schema": obj(a=TEXT)}}
    return operation(responses={name.strip("_"): {"description": "x", "content": content} for name in statuses})


def headers(**facts):
    return operation(responses={"200": {"description": "x", "headers": facts}})


def lifecycle(**facts):
    return operation(**{name.replace("_", "-"): value for name, value in facts.items()})


def webhook(schema, answer=TEXT, **facts):
    body = {"content": {"application/json": {"schema": schema}}}
    answered = {"200": {"description": "x", "content": {"application/json": {"schema": answer}}}}
    return document({}, "3.1.0", webhooks={"made": {"post": {"requestBody": body, "responses": answered, **facts}}})


def callback(schema):
    request_body = {"content": {"application/json": {"schema": schema}}}
    return operation(
        callbacks={"done": {"{$request.query.url}": {"post": {"requestBody": request_body, "responses": OK}}}}
    )


# what it is about, before, after, there, back
PAIRS = [
    ("a path", document({}), document({"/things": GET}), S, D),
    ("a method", document({"/things": GET}), document({"/things": {**GET, "post": {"responses": OK}}}), S, D),
    ("another name of a path parameter", document({"/users/{id}": GET}), document({"/users/{user_id}": GET}), S, S),
    ("a slash at the end", document({"/users": GET}), document({"/users/": GET}), C, C),
    ("two paths that only a name tells apart", document({"/a/{x}": GET, "/a/{y}/b": GET}), document({"/a/{y}": GET, "/a/{x}/b": GET}), S, S),
    ("a required parameter", operation(), query(TEXT, required=True), D, C),
    ("an optional parameter", operation(), query(TEXT), S, C),
    ("a parameter becomes required", query(TEXT), query(TEXT, required=True), D, S),
    ("a parameter of the whole path", document({"/things": {**GET, "parameters": [{"in": "query", "name": "page", "schema": TEXT}]}}), query(TEXT), QUIET, QUIET),
    ("a parameter behind a reference", {**document({"/things": {"get": {"responses": OK, "parameters": [{"$ref": "#/components/parameters/P"}]}}}), "components": {"parameters": {"P": {"in": "query", "name": "page", "schema": TEXT}}}}, query(TEXT), QUIET, QUIET),
    ("a parameter moves", query(TEXT), operation(parameters=[{"in": "header", "name": "page", "schema": TEXT}]), D, D),
    ("the case of a header", operation(parameters=[{"in": "header", "name": "X-Trace", "schema": TEXT}]), operation(parameters=[{"in": "header", "name": "x-trace", "schema": TEXT}]), QUIET, QUIET),
    ("a list is written otherwise", query(LIST), query(LIST, explode=False), D, D),
    ("a default style that is written out", query(LIST), query(LIST, style="form", explode=True), QUIET, QUIET),
    ("how a single value would be exploded", query(TEXT), query(TEXT, explode=False), QUIET, QUIET),
    ("a default of a parameter", query(WHOLE), query({**WHOLE, "default": 1}), C, D),
    ("another default of a parameter", query({**WHOLE, "default": 1}), query({**WHOLE, "default": 2}), D, D),
    ("a default of a field that is sent", request(obj(a=WHOLE)), request(obj(a={**WHOLE, "default": 1})), S, C),
    ("a deprecated parameter", query(TEXT), query(TEXT, deprecated=True), S, S),
    ("a required body", document({"/things": {"post": {"responses": OK}}}), request(TEXT), D, D),
    ("a media type of a request", request(TEXT), document({"/things": {"post": {"requestBody": {"required": True, "content": {"application/json": {"schema": TEXT}, "text/csv": {}}}, "responses": OK}}}), S, D),
    ("parameters of a media type", request(TEXT), request(TEXT, media="application/JSON; charset=utf-8"), QUIET, QUIET),
    ("a range of media types in a request", request(TEXT), request(TEXT, media="application/*"), QUIET, D),
    ("a range of media types in a response", response(TEXT, media="application/*"), response(TEXT), QUIET, D),
    ("a schema where there was none", response({}), response(TEXT), S, D),
    ("a status of success", answers(_200=1), answers(_200=1, _201=1), S, D),
    ("a status of failure", answers(_200=1), answers(_200=1, _404=1), S, S),
    ("one status and all of its kind", answers(_200=1), answers(_2XX=1), QUIET, QUIET),
    ("a default answer beside a status", answers(_200=1), answers(_200=1, default=1), S, S),
    ("only a default answer", answers(default=1), answers(_200=1), QUIET, D),
    ("a header that always comes", headers(), headers(**{"X-Total": {"required": True, "schema": WHOLE}}), S, D),
    ("a header that comes at times", headers(), headers(**{"X-Total": {"schema": WHOLE}}), S, C),
    ("the type of a header", headers(Total={"schema": WHOLE}), headers(Total={"schema": TEXT}), D, S),
    ("a webhook", document({}, "3.1.0"), webhook(TEXT), S, D),
    ("what a webhook sends", webhook(obj(a=TEXT)), webhook(obj(["b"], a=TEXT, b=TEXT)), S, D),
    ("what a webhook may send", webhook({**TEXT, "enum": ["a"]}), webhook({**TEXT, "enum": ["a", "b"]}), C, S),
    ("what a webhook takes for an answer", webhook(TEXT, obj(a=TEXT)), webhook(TEXT, obj(["a"], a=TEXT)), D, S),
    ("what a callback sends", callback(obj(["a"], a=TEXT)), callback(obj(a=TEXT)), D, S),
    ("security where there was none", secured(None), secured([{"token": []}]), D, D),
    ("security of the whole document", secured(None), secured(None, security=[{"token": []}]), D, D),
    ("security that was inherited is written out", secured(None, security=[{"token": []}]), secured([{"token": []}], security=[{"token": []}]), QUIET, QUIET),
    ("an operation leaves the security of the document", secured(None, security=[{"token": []}]), secured([], security=[{"token": []}]), D, D),
    ("one more way in", secured([{"token": []}]), secured([{"token": []}, {"key": []}]), D, D),
    ("ways in, in another order", secured([{"key": []}, {"token": []}]), secured([{"token": []}, {"key": []}]), QUIET, QUIET),
    ("a scheme more in the same way", secured([{"token": []}]), secured([{"token": [], "key": []}]), D, D),
    ("a scope", secured([{"token": ["read"]}]), secured([{"token": ["read", "write"]}]), D, D),
    ("credentials become optional", secured([{"token": []}]), secured([{"token": []}, {}]), D, D),
    ("a scheme that nothing needs", secured(None), {**secured(None), "components": {}}, S, S),
    ("a scheme that is needed is another one", secured([{"token": []}]), {**secured([{"token": []}]), "components": {"securitySchemes": {"token": {"type": "apiKey", "in": "query", "name": "t"}}}}, D, D),
    ("a scheme is called otherwise", secured([{"token": []}]), {**secured([{"jwt": []}]), "components": {"securitySchemes": {"jwt": {"type": "http", "scheme": "Bearer"}, "key": BEARER["components"]["securitySchemes"]["key"]}}}, S, S),
    ("the host of a server", operation() | {"servers": [{"url": "https://a.example/v1"}]}, operation() | {"servers": [{"url": "https://b.example/v1"}]}, S, S),
    ("the path of a server", operation() | {"servers": [{"url": "https://a.example/v1"}]}, operation() | {"servers": [{"url": "https://a.example/v2"}]}, C, C),
    ("tags, words and the version's number", operation(tags=["a"], summary="x"), operation(tags=["b"], summary="y"), S, S),
    ("a name for generated clients", operation(), operation(operationId="x"), S, C),
    ("a sunset date that is no date", lifecycle(deprecated=True), lifecycle(deprecated=True, x_sunset="soon"), D, D),
    ("a later sunset date", lifecycle(deprecated=True, x_sunset="2031-01-01"), lifecycle(deprecated=True, x_sunset="2032-01-01"), S, D),
    ("a deprecation with a date", lifecycle(), lifecycle(deprecated=True, x_sunset="2031-01-01"), S, S),
    ("a deprecation with a date that has passed", lifecycle(), lifecycle(deprecated=True, x_sunset="2029-01-01"), D, S),
    ("a level of stability", lifecycle(x_stability_level="beta"), lifecycle(), S, D),
    ("a draft changes", operation(**{"x-stability-level": "draft"}), query(TEXT, required=True) | {}, S, D),
    ("an external reference", response({"$ref": "https://a.example/a.json"}), response({"$ref": "https://a.example/b.json"}), C, C),
    ("a reference that leads nowhere", response({"$ref": "#/components/schemas/A"}), response({"$ref": "#/components/schemas/B"}), C, C),
    ("a link", operation(), operation(responses={"200": {"description": "done", "links": {"next": {"operationId": "x"}}}}), C, C),
    ("a key that nobody knows", operation(), operation(futures=1), C, C),
]  # fmt: skip


@pytest.mark.parametrize("case", PAIRS, ids=[case[0] for case in PAIRS])
def test_a_pair_is_judged_in_both_directions(case):
    _, before, after, there, back = case

    seen = verdict(before, after), verdict(after, before)

    assert seen == (there, back)


@pytest.mark.parametrize("case", PAIRS, ids=[case[0] for case in PAIRS])
def test_a_document_compared_with_itself_is_silent(case):
    assert findings(case[1], case[1]) == findings(case[2], case[2]) == []


def test_an_operation_may_go_after_its_sunset_only():
    gone = document({})
    announced = lifecycle(deprecated=True, x_sunset="2030-01-01")

    assert rules(announced, gone, date(2030, 2, 1)) == {"operation-removed-after-sunset"}
    assert rules(announced, gone, date(2029, 12, 1)) == {"operation-removed"}
    assert rules(lifecycle(deprecated=True), gone) == rules(operation(), gone) == {"operation-removed"}
    assert verdict(announced, gone, date(2030, 2, 1)) == C


def test_a_sunset_may_be_written_as_http_writes_dates():
    announced = lifecycle(deprecated=True, x_sunset="Tue, 01 Jan 2030 00:00:00 GMT")

    assert rules(announced, document({}), date(2030, 2, 1)) == {"operation-removed-after-sunset"}


def test_a_parameter_may_go_after_its_sunset():
    announced = query(TEXT, deprecated=True, **{"x-sunset": "2030-01-01"})

    assert verdict(announced, operation(), date(2030, 2, 1)) == S
    assert verdict(announced, operation(), date(2029, 2, 1)) == C


def test_who_may_call_a_draft_is_judged_all_the_same():
    old = secured([{"token": []}])
    new = secured([])
    for each in (old, new):
        each["paths"]["/things"]["get"]["x-stability-level"] = "draft"

    assert verdict(old, new) == D


def test_two_findings_never_share_a_fingerprint():
    old = request(obj(a={**TEXT, "enum": ["x", "y", "z"]}, b=TEXT, c=obj(a=TEXT)))
    new = request(obj(a={**TEXT, "enum": ["w"]}, b={**WHOLE, "maximum": 3}, c=obj(a=WHOLE)))

    prints = [each.fingerprint for each in findings(old, new)]

    assert len(prints) == len(set(prints)) > 4


def test_a_fingerprint_stays_when_paths_come_in_another_order():
    paths = {f"/{name}": GET for name in "abc"}
    new = {**paths, "/a": {"get": {"responses": OK, "parameters": [{"in": "query", "name": "q", "required": True}]}}}

    there = findings(document(paths), document(new))
    again = findings(document(dict(reversed(paths.items()))), document(dict(reversed(new.items()))))

    assert [each.fingerprint for each in there] == [each.fingerprint for each in again]


def test_a_place_reads_like_a_way_from_the_operation_to_the_field():
    old, new = (
        response({"type": "object", "properties": {"items": {"type": "array", "items": obj(name=kind)}}})
        for kind in (TEXT, WHOLE)
    )

    (finding,) = findings(old, new)

    assert finding.where == "GET /things → 200 → application/json → items[].name"
    assert finding.subject == "GET /things 200 application/json items[].name string → integer"


def test_a_parameter_that_becomes_text_accepts_what_was_sent():
    """All of a query string is text: "1" is the default 1, and null has no spelling of its own."""
    numbered = query({"type": "integer", "format": "int64", "default": 1, "nullable": True})

    assert verdict(numbered, query({"type": "string", "default": "1"})) == S
    assert verdict(query({"type": "integer", "nullable": True}), query(WHOLE)) == QUIET
    assert verdict(numbered, query({"type": "string", "default": "2"})) == D
