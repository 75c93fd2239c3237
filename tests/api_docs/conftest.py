"""A small API of two versions with hand-made documents, and the docs page over it."""

from typing import Any

import pytest
from flask import Flask, request

from beastmode.api.docs import docs_blueprint

TEXT = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000]*$"}
POST = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "title": TEXT,
        "code": {"type": "string", "pattern": "^[0-9]{4}$"},
        "author": {"anyOf": [{"$ref": "#/components/schemas/Author"}, {"type": "null"}]},
    },
}


def answers(schema: str) -> dict[str, Any]:
    return {
        "200": {
            "description": "OK",
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        }
    }


def document(version: str) -> dict[str, Any]:
    new_post = {"application/json": {"schema": {"$ref": "#/components/schemas/Post"}}}
    posts: dict[str, Any] = {
        "get": {
            "operationId": "list_posts",
            "tags": ["posts"],
            "summary": "List posts",
            "deprecated": version == "v1",
            "parameters": [{"name": "page", "in": "query", "schema": {"type": ["integer", "string"], "default": 1}}],
            "responses": answers("Post"),
        },
        "post": {
            "operationId": "create_post",
            "tags": ["posts"],
            "summary": "Write a post",
            "requestBody": {"required": True, "content": new_post},
            "responses": answers("Post"),
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Blog", "version": version, "description": "Posts and **comments**."},
        "security": [{"bearer": []}],
        "paths": {f"/api/{version}/posts": posts},
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": {
                "Post": POST,
                "Author": {"type": "object", "properties": {"name": {"type": ["string", "null"], "maxLength": 80}}},
            },
        },
    }


@pytest.fixture(scope="module")
def blog():
    app = Flask("blog")
    app.register_blueprint(docs_blueprint("Blog", {v: f"/api/{v}/openapi.json" for v in ("v1", "v2")}))
    app.add_url_rule("/api/<version>/openapi.json", view_func=document)

    @app.route("/api/<version>/posts", methods=["GET", "POST"])
    def posts(version):
        return {
            "version": version,
            "authorization": request.headers.get("Authorization"),
            "body": request.get_json(silent=True),
        }

    return app


@pytest.fixture
def visitor(blog):
    return blog.test_client()
