"""Both sides' migrations in one picture."""

from reported import CAUTIOUS, DANGEROUS, found

from beastmode_tools.guard.migrations.compare.history import History, Revision
from beastmode_tools.guard.report.history_picture import history_picture


def revision(name, *down, body="pass"):
    source = f'"""Message of {name}\n\nRevision ID: {name}\n"""\n\n\ndef upgrade():\n    {body}\n'
    return Revision(name, down, f"migrations/versions/{name}.py", source)


def history(*revisions):
    return History({each.id: each for each in revisions})


def statuses(old, new, findings=()):
    picture = history_picture(history(*old), history(*new), findings)
    return {node["id"]: node["status"] for node in picture.get("nodes", [])}


def test_new_edited_and_removed_revisions_are_told_apart():
    old = [revision("a"), revision("b", "a"), revision("c", "b")]
    new = [revision("a"), revision("b", "a", body="op.drop_table('x')"), revision("d", "b")]

    assert statuses(old, new) == {"a": "old", "b": "edited", "c": "removed", "d": "new"}


def test_a_comment_is_no_edit():
    old, new = revision("a"), revision("a", body="pass  # nothing to do")

    assert statuses([old], [new, revision("b", "a")])["a"] == "old"


def test_without_a_change_there_is_no_picture():
    assert history_picture(history(revision("a")), history(revision("a")), []) == {}


def test_a_revision_carries_its_message_its_parents_and_its_worst_verdict():
    findings = [
        found("x", CAUTIOUS, where="migrations/versions/b.py:9"),
        found("y", DANGEROUS, where="migrations/versions/b.py"),
        found("z", DANGEROUS, where="app.py:3"),
    ]

    picture = history_picture(history(revision("a")), history(revision("a"), revision("b", "a")), findings)

    assert picture["nodes"][1] == {
        "id": "b",
        "message": "Message of b",
        "down": ["a"],
        "status": "new",
        "verdict": "DANGEROUS",
    }
    assert picture["nodes"][0]["down"] is None
