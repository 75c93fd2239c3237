"""Small documents, made around the one thing that a pair is about."""

from datetime import date

from beastmode_tools.guard.contract.read.openapi import document_of
from beastmode_tools.guard.documents import diff_documents

TODAY = date(2030, 6, 1)
OK = {"200": {"description": "done"}}


def document(paths, version="3.0.3", **more):
    return {"openapi": version, "info": {"title": "things", "version": "1"}, "paths": paths, **more}


def request(schema, version="3.0.3", media="application/json", **more):
    """A document in which clients send the schema as a body."""
    body = {"required": True, "content": {media: {"schema": schema}}}
    return document({"/things": {"post": {"requestBody": body, "responses": OK}}}, version, **more)


def response(schema, version="3.0.3", media="application/json", **more):
    """A document in which the API sends the schema."""
    answer = {"200": {"description": "done", "content": {media: {"schema": schema}}}}
    return document({"/things": {"get": {"responses": answer}}}, version, **more)


def query(schema, **facts):
    """A document with one query parameter."""
    return operation(parameters=[{"name": "page", "in": "query", "schema": schema, **facts}])


def operation(version="3.0.3", **facts):
    """A document with one operation."""
    return document({"/things": {"get": {"responses": OK, **facts}}}, version)


def findings(old, new, today=TODAY):
    """What the guard finds between two documents."""
    return diff_documents(document_of(old, "old"), document_of(new, "new"), today=today)[0]


def worst(old, new, today=TODAY):
    """The worst verdict between two documents, by name."""
    return max((each.verdict for each in findings(old, new, today)), default=None) if old != new else None


def rules(old, new, today=TODAY):
    """The names of the rules that find something."""
    return {each.rule for each in findings(old, new, today)}


def verdict(old, new, today=TODAY):
    """The worst verdict as text; "silent" where nothing is found."""
    found = findings(old, new, today)
    return max(found, key=lambda each: each.verdict).verdict.name if found else "silent"


def obj(required=(), **properties):
    """An object schema."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}
