"""An application that writes notes in every way in which views write, with and without a key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, make_response
from marshmallow import fields
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Problem, Schema, after_commit, before_commit, transaction
from beastmode.api import Answer
from beastmode.core.identity import Identity, set_authenticator
from beastmode.db import Base
from beastmode.idempotency import idempotent


class JournalNote(Base):
    __tablename__ = "journal_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(unique=True)


class NoteText(Schema):
    text = fields.String(required=True)


class NoteShown(Schema):
    id = fields.Integer()
    text = fields.String()


@dataclass
class Hooks:
    """What tests do in the middle of a request.

    Attributes:
        inside: Called by the view after its first write.
        after: Called after the commit, before the response is sent.
        ran: Which functions ran after a commit.
    """

    inside: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    ran: list[str] = field(default_factory=list)


def by_header(request) -> Identity:
    return Identity("account", request.headers.get("X-User", "ada"))


def journal(url: str | None = None, **settings: Any) -> Flask:
    """The application; its hooks are `app.hooks`."""
    app = Flask("journal")
    app.config.update(ENVIRONMENT="testing", LOG_LEVEL="CRITICAL", **settings)
    app.hooks = Hooks()
    db = Database()
    if url is not None:
        app.config["DATABASE_URL"] = url
    notes = Blueprint("notes", version="v1", url_prefix="/notes", defaults=[idempotent()])
    for add in (add_reads, add_writes, add_outcomes, add_odd_outcomes, add_declarations):
        add(notes, db, app)
    api = Api("Journal")
    api.register(notes)
    set_authenticator(app, by_header)
    Beastmode(app, database=db, api=api)
    app.db = db
    return app


def add_reads(notes, db, app):
    @notes.get()
    def list_notes():
        """All texts."""
        return sorted(db.session.scalars(select(JournalNote.text)))

    @notes.get("/<int:note_id>", returns=NoteShown)
    def get_note(note_id):
        """One note."""
        note = db.session.get(JournalNote, note_id)
        return {"id": note.id, "text": note.text}


def add_writes(notes, db, app):
    """Every way to commit."""

    def write(text):
        note = JournalNote(text=text)
        db.session.add(note)
        db.session.flush()
        app.hooks.inside()
        return note.id

    @notes.post("/commit", accepts=NoteText, status=201)
    def by_commit(new):
        """session.commit()."""
        number = write(new["text"])
        db.session.commit()
        return Answer({"id": number}, headers={"Location": f"/api/v1/notes/{number}"})

    @notes.post("/transaction", accepts=NoteText)
    @transaction
    def by_transaction(new):
        """@transaction, with another one inside."""
        before_commit(lambda: db.session.add(JournalNote(text=f"before {new['text']}")))
        after_commit(lambda: app.hooks.ran.append(new["text"]))
        after_commit(app.hooks.after)
        with transaction():
            write(new["text"])

    @notes.post("/begin", accepts=NoteText)
    def by_begin(new):
        """session.begin()."""
        with db.session.begin():
            write(new["text"])

    @notes.post("/statement", accepts=NoteText)
    def by_statement(new):
        """A statement that commits by itself."""
        db.execute(insert(JournalNote).values(text=new["text"]))
        app.hooks.inside()

    @notes.post("/twice", accepts=NoteText)
    def by_two_commits(new):
        """Two transactions, the second of which is rolled back."""
        write(new["text"])
        db.session.commit()
        write(f"{new['text']} again")
        db.session.rollback()

    @notes.patch("/<int:note_id>", accepts=NoteText, returns=NoteShown)
    @transaction
    def change(changes, note_id):
        """Change one."""
        note = db.session.get(JournalNote, note_id)
        note.text = changes["text"]
        return {"id": note.id, "text": note.text}


def add_outcomes(notes, db, app):
    """Every way to end."""

    @notes.post("/taken", accepts=NoteText)
    def taken(new):
        """A conflict that the view catches."""
        db.session.add(JournalNote(text=new["text"]))
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            return Answer({"taken": True}, status=200)
        return {"taken": False}

    @notes.post("/taken-statement", accepts=NoteText)
    def taken_statement(new):
        """A conflict of a single statement that the view catches."""
        try:
            db.execute(insert(JournalNote).values(text=new["text"]))
        except IntegrityError:
            return {"taken": True}
        return {"taken": False}

    @notes.post("/refuse/<int:status>", accepts=NoteText)
    def refuse(new, status):
        """Writes, and then refuses."""
        db.session.add(JournalNote(text=new["text"]))
        db.session.commit()
        app.hooks.inside()
        raise Problem(status, f"Refused {new['text']}", details={"why": ["so"]}, headers={"X-Why": "so"})

    @notes.post("/return/<int:status>", accepts=NoteText)
    def answer(new, status):
        """Writes, and returns a status."""
        db.session.add(JournalNote(text=new["text"]))
        db.session.commit()
        return Answer({"status": status}, status=status)

    @notes.post("/fail", accepts=NoteText)
    def fail(new):
        """Writes, and fails."""
        db.session.add(JournalNote(text=new["text"]))
        db.session.commit()
        raise ZeroDivisionError

    @notes.post("/forget", accepts=NoteText)
    def forget(new):
        """Forgets to commit."""
        db.session.add(JournalNote(text=new["text"]))


def add_odd_outcomes(notes, db, app):
    """Responses that are not stored, or not in full."""

    @notes.post("/secret", accepts=NoteText)
    def secret(new):
        """A response that nothing may store."""
        db.execute(insert(JournalNote).values(text=new["text"]))
        return Answer({"token": "s3cret"}, headers={"Cache-Control": "no-store"})

    @notes.post("/cookie", accepts=NoteText)
    def cookie(new):
        """A response with a cookie."""
        db.execute(insert(JournalNote).values(text=new["text"]))
        return Answer({"ok": True}, headers={"Set-Cookie": "session=s3cret"})

    @notes.post("/large", accepts=NoteText)
    def large(new):
        """A response of 3 kB."""
        db.execute(insert(JournalNote).values(text=new["text"]))
        return "x" * 3000

    @notes.post("/stream", accepts=NoteText)
    def stream(new) -> Response:
        """A stream."""
        db.execute(insert(JournalNote).values(text=new["text"]))
        return Response(iter([b"a", b"b"]), mimetype="text/plain")

    @notes.post("/csv", accepts=NoteText, produces="text/csv")
    def csv(new):
        """A response of the view's own."""
        db.execute(insert(JournalNote).values(text=new["text"]))
        return make_response(f"{new['text']}\n".encode("latin-1"), {"Content-Type": "text/csv; charset=latin-1"})


def add_declarations(notes, db, app):
    """Routes that declare something else than the blueprint."""

    @notes.post("/upload", consumes="text/plain")
    def upload():
        """A body that the view reads itself."""

    @notes.post("/required", accepts=NoteText)
    @idempotent(required=True)
    def required(new):
        """Refuses requests without a key."""
        db.execute(insert(JournalNote).values(text=new["text"]))

    @notes.post("/off", accepts=NoteText)
    @idempotent(enabled=False)
    def off(new):
        """Ignores keys."""
        db.execute(insert(JournalNote).values(text=new["text"]))

    @notes.post("/serializable", accepts=NoteText)
    @idempotent(isolation="SERIALIZABLE")
    @transaction(isolation="SERIALIZABLE")
    def serializable(new):
        """An isolation level of its own."""
        db.session.add(JournalNote(text=new["text"]))

    @notes.post("/undeclared-isolation", accepts=NoteText)
    @transaction(isolation="SERIALIZABLE")
    def undeclared(new):
        """An isolation level that the route does not declare."""
        db.session.add(JournalNote(text=new["text"]))
