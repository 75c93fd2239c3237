"""`async def` views, which Flask runs with its extra `async`: they work as others do, or are refused at start."""

import asyncio

import flask
import pytest
from notebook import Note, NoteSchema, database, notebook, notes, texts

from beastmode import Problem, transaction
from beastmode.api import Listing
from beastmode.core.errors import ConfigurationError


def declare(bp):
    @bp.get("/<int:note_id>", returns=NoteSchema, public=True)
    async def read(note_id):
        await asyncio.sleep(0)
        return notes.get(note_id)

    @bp.get("", returns=NoteSchema, listing=Listing(), public=True)
    async def every():
        await asyncio.sleep(0)
        return notes

    @bp.post("", accepts=NoteSchema, returns=NoteSchema, status=201, public=True)
    async def add(new):
        await asyncio.sleep(0)
        return notes.insert(**new)

    @bp.patch("/<int:note_id>", accepts=NoteSchema(partial=True), returns=NoteSchema, public=True)
    async def change(changes, note_id):
        with transaction():
            notes.update(note_id, changes)
            await asyncio.sleep(0)
            if changes.get("text") == "never":
                raise Problem(409, "Not that.")
        return notes.get(note_id)

    @bp.get("/many", returns=NoteSchema, many=True, public=True)
    async def at_once():
        async def one():
            await asyncio.sleep(0)
            return {"id": 7, "text": "made", "stars": 1}

        return await asyncio.gather(one(), one())


def declare_mistakes(bp):
    @bp.post("/pending", public=True)
    async def forget():
        database.session.add(Note(text="lost"))

    @bp.get("/broken", public=True)
    async def broken():
        raise RuntimeError("no")


@pytest.fixture
def client(make):
    pytest.importorskip("asgiref", reason="Flask runs async views with asgiref")
    return make(declare).test_client()


FIRST = {"id": 1, "text": "first", "stars": 0}


def test_they_read_and_write(client):
    assert client.get("/api/notes/1").json["data"] == FIRST
    assert client.get("/api/notes/9").status_code == 404
    assert client.post("/api/notes", json={"text": "second"}).json["data"] == {"id": 2, "text": "second", "stars": 0}
    assert client.get("/api/notes").json["data"]["items"] == [FIRST, {"id": 2, "text": "second", "stars": 0}]
    assert client.post("/api/notes", json={"text": 5}).status_code == 422
    assert client.get("/api/notes/many").json["data"] == [{"id": 7, "text": "made", "stars": 1}] * 2


def test_their_transactions_are_one(client):
    assert client.patch("/api/notes/1", json={"text": "changed"}).json["data"]["text"] == "changed"
    assert client.patch("/api/notes/1", json={"text": "never"}).json == {"success": False, "message": "Not that."}
    assert texts(client.application) == ["changed"]


def test_if_match_is_compared(client):
    tag = client.get("/api/notes/1").headers["ETag"]

    assert client.get("/api/notes/1", headers={"If-None-Match": tag}).status_code == 304
    assert client.patch("/api/notes/1", json={"stars": 1}, headers={"If-Match": tag}).status_code == 200
    assert client.patch("/api/notes/1", json={"stars": 2}, headers={"If-Match": tag}).status_code == 412


def test_what_they_forget_or_break_is_an_error(make):
    pytest.importorskip("asgiref", reason="Flask runs async views with asgiref")
    client = make(declare_mistakes).test_client()

    assert client.post("/api/notes/pending").status_code == 500
    assert client.get("/api/notes/broken").json == {"success": False, "message": "Internal server error"}
    assert texts(client.application) == ["first"]


def test_without_what_runs_them_the_start_says_what_to_install(monkeypatch, tmp_path):
    def missing(*_):
        raise RuntimeError("Install Flask with the 'async' extra in order to use async views.")

    monkeypatch.setattr(flask.Flask, "async_to_sync", missing)

    def declare(bp):
        @bp.get("/later", public=True)
        async def later():
            return {}

    with pytest.raises(ConfigurationError) as refusal:
        notebook(declare, f"sqlite:///{tmp_path / 'notebook.db'}")

    assert str(refusal.value) == (
        "notes.later (GET /notes/later) is async def, which needs Flask's extra: pip install 'flask[async]'; or "
        "write def."
    )
