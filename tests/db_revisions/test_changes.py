"""`flask db migrate` after each change of models: that goes up, down and up, leaves nothing out, and is proved.

All changes are made in one project here, and a third of them is proved. `make revisions` proves all of them, and makes
each by itself.
"""

import os

import pytest
from changes import CHANGES, models_of
from projects import Project, pieces, tables_of

from beastmode_tools.guard.finding import Verdict

EVERY = os.environ.get("EVERY_REVISION") == "1"
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
SAFE_WITH_ROWS = tuple(change for change in CHANGES if "upgrade-fails" not in change.finds)


def kind_of(url):
    return url.partition(":")[0].partition("+")[0]


def wanted_remarks(changes, kind):
    return sum(one.remarks if isinstance(one.remarks, int) else one.remarks[kind] for one in changes if kind in one.on)


def walk(project, changes):
    """Migrates from the models before to those afterwards, down and up again; the texts of what was written.

    On PostgreSQL it leads to what the models themselves make; SQLite keeps texts, which may say the same otherwise.
    """
    kind = kind_of(project.url)
    before, after = models_of("before", kind, changes), models_of("after", kind, changes)
    made = project.made_of(after) if kind == "postgresql" else None
    if before.strip():
        project.migrate(before)
        project.upgrade()
        assert project.migrate(before) == []
    first = project.schema()

    written = project.migrate(after)
    project.upgrade()
    second = project.schema()
    if made is not None:
        assert pieces(second) == made
    assert project.migrate(after) == []
    for _ in written:
        project.downgrade()
    assert pieces(project.schema()) == pieces(first)
    project.upgrade()
    assert pieces(project.schema()) == pieces(second)
    return written


def test_there_are_as_many_as_were_asked_for():
    assert len(CHANGES) >= 60
    assert len({change.name for change in CHANGES}) == len(CHANGES)
    names = [name for change in CHANGES for name in tables_of(change.before + change.after)]
    assert len(names) == len(set(names))


def test_what_is_found_of_a_revision_is_said_in_it():
    assert [change.name for change in CHANGES if change.finds and not change.remarks] == []


def test_all_at_once_go_up_down_and_up(project):
    written = walk(project, CHANGES)

    assert sum(text.count("# REVIEW:") for text in written) == wanted_remarks(CHANGES, kind_of(project.url))


@pytest.mark.parametrize("kind", KINDS)
def test_many_at_once_are_proved(tmp_path, kind):
    changes = [change for change in SAFE_WITH_ROWS if kind in change.on][:: 1 if EVERY else 3]

    findings = proved(tmp_path, kind, changes)

    expected = {(rule, table) for one in changes for rule in one.finds for table in tables_of(one.before + one.after)}
    unexpected = [
        (finding.rule, finding.problem)
        for finding in findings
        if not any(rule == finding.rule and table in finding.problem for rule, table in expected)
    ]
    assert unexpected == []


def proved(folder, kind, changes):
    """What `beast prove` finds about the revisions that are written for the changes, on one kind of database."""
    with Project.scratch(folder, kind) as project:
        written = [
            revision
            for side in ("before", "after")
            for revision in project.migrated(models_of(side, kind, changes), is_last=side == "after")
        ]
        report = project.prove(models_of("after", kind, changes), written, kind)
    assert report.not_proven == () or kind == "sqlite", report.not_proven
    return [finding for finding in report.findings if finding.verdict is not Verdict.SAFE]


@pytest.mark.skipif(not EVERY, reason="each by itself: make revisions")
@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(change, kind, id=f"{change.name}-{kind}", marks=pytest.mark.postgres if kind != "sqlite" else ())
        for change in CHANGES
        for kind in change.on
    ],
)
def test_each_by_itself(change, kind, tmp_path, request):
    url = f"sqlite:///{tmp_path / 'scratch.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    project = Project(tmp_path / "up", url)

    written = walk(project, [change])

    assert sum(text.count("# REVIEW:") for text in written) == wanted_remarks([change], kind)
    findings = proved(tmp_path / "proved", kind, [change])
    idle = {"migration-not-proved"} if kind == "sqlite" else set()  # SQLite validates no constraint later
    assert [finding.problem for finding in findings if finding.rule not in {*change.finds, *idle}] == []


UNSEEN = ("comment", "identity", "text instead of an enum")  # SQLite has no comments, identities and enum types
SEEN_BY_BOTH = tuple(one for one in CHANGES if len(one.on) == 2 and not any(name in one.name for name in UNSEEN))


@pytest.mark.skipif(not EVERY, reason="a minute: make revisions")
@pytest.mark.postgres
@pytest.mark.parametrize("writer", ["sqlite", "postgresql"])
def test_revisions_of_one_database_lead_to_the_same_on_the_other(writer, tmp_path, postgres_url):
    urls = {"sqlite": f"sqlite:///{tmp_path / 'scratch.db'}", "postgresql": postgres_url}
    (runner,) = set(urls) - {writer}
    writing = Project(tmp_path / "project", urls[writer])
    after = models_of("after", writer, SEEN_BY_BOTH)
    for models in (models_of("before", writer, SEEN_BY_BOTH), after):
        writing.migrate(models)
        writing.upgrade()
    running = Project.at(writing.folder, urls[runner])

    running.upgrade()

    assert running.migrate(after) == []
    running.downgrade(revision="base")
    assert running.schema() in ({}, [])
    running.upgrade()
