import json
import subprocess
from datetime import date
from types import SimpleNamespace

import pytest
from reported import ACCEPTANCE, CAUTIOUS, SAFE, found, report

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.acceptances.accepted import acceptances, apply, apply_to
from beastmode_tools.guard.acceptances.entry import author_of, write_acceptance
from beastmode_tools.guard.finding import Acceptance, Verdict, worst
from beastmode_tools.guard.report.last_report import known_finding, remember
from beastmode_tools.project import Project
from beastmode_tools.settings_file import parse_settings_file, read_settings_file
from work_tree import WorkTree

TODAY = date(2026, 11, 25)


@pytest.fixture
def project(tmp_path):
    WorkTree(tmp_path)
    return Project(root=tmp_path, folder=tmp_path, python=tmp_path / "python", app=None, migrations=None)


def entry(finding, until=None):
    line = f"until = {until}\n" if until else ""
    return f'[[guard.accepted]]\nfingerprint = "{finding.fingerprint}"\nreason = "No one calls it."\n{line}'


def judged(findings, work, base="", day=TODAY):
    return apply(findings, acceptances(parse_settings_file(base), parse_settings_file(work)), day)


def given(reason="No one calls it.", until=None):
    return Acceptance(reason, "Ada <ada@example.com>", TODAY.isoformat(), until)


def test_an_accepted_finding_counts_no_more_but_stays():
    findings, notes = judged([found(), found("b", CAUTIOUS)], entry(found()))

    assert [finding.counts for finding in findings] == [False, True]
    assert worst(findings) is Verdict.CAUTIOUS
    assert notes == ()


def test_another_finding_of_the_same_rule_is_not_accepted_with_it():
    findings, _ = judged([found(), found("GET /users no longer returns 'name'")], entry(found()))

    assert worst(findings) is Verdict.DANGEROUS


def test_a_finding_that_became_worse_has_to_be_accepted_anew():
    findings, _ = judged([found()], entry(found(verdict=CAUTIOUS)))

    assert worst(findings) is Verdict.DANGEROUS


@pytest.mark.parametrize(("until", "counts"), [("2026-11-24", True), ("2026-11-25", False), ("2027-01-01", False)])
def test_an_acceptance_holds_through_the_day_that_it_names(until, counts):
    findings, notes = judged([found()], entry(found(), until))

    assert findings[0].counts is counts
    assert [note.rule for note in notes] == (["acceptance-expired"] if counts else [])


def test_an_expired_acceptance_is_replaced_by_one_that_holds():
    findings, notes = judged([found()], entry(found(), "2027-01-01") + entry(found(), "2020-01-01"))

    assert not findings[0].counts
    assert notes == ()


def test_an_acceptance_that_matches_nothing_is_mentioned():
    _, notes = judged([], entry(found()))

    assert [(note.rule, note.verdict) for note in notes] == [("acceptance-unused", SAFE)]
    assert found().fingerprint in notes[0].problem


def test_what_the_change_itself_accepts_is_shown_as_such():
    findings, _ = judged([found()], work=entry(found()))

    assert findings[0].acceptance.is_new


def test_what_the_base_has_accepted_covers_nothing_new():
    findings, notes = judged([found()], work=entry(found()), base=entry(found()))

    assert findings[0].counts
    assert [note.rule for note in notes] == ["acceptance-outdated"]
    assert found().fingerprint in notes[0].problem


def test_what_was_true_of_the_base_too_stays_accepted():
    both = found(is_of_base=True)

    findings, notes = judged([both], work=entry(both), base=entry(both))

    assert not findings[0].counts
    assert notes == ()


def test_the_next_difference_of_the_same_thing_is_not_accepted_with_the_first():
    findings, notes = judged([found(difference="second")], work=entry(found(difference="first")))

    assert findings[0].counts
    assert [note.rule for note in notes] == ["acceptance-unused"]


def test_an_acceptance_of_another_difference_is_told_with_the_fingerprint_of_now():
    """Whether the code changed once more or an older version wrote another form: nobody loses it in silence."""
    now = found(difference="second")
    kept = entry(found(difference="first")) + f'rule = "{now.rule}"\nsubject = "{now.subject}"\n'

    findings, notes = judged([now], work=kept)

    assert findings[0].counts
    assert [note.rule for note in notes] == ["acceptance-outdated"]
    assert f"{found(difference='first').fingerprint} (now {now.fingerprint})" in notes[0].problem


def test_what_is_true_of_the_base_too_is_accepted_with_an_end_only(project):
    remember(report(found(is_of_base=True), found("of this change")), project)
    standing, changed = (known_finding(project, each.fingerprint) for each in (found(), found("of this change")))

    with pytest.raises(CouldNotRun, match=r"every change from now on.*--until 2027-02-23"):
        write_acceptance(project.folder, standing, given())
    write_acceptance(project.folder, standing, given(until="2027-03-01"))
    write_acceptance(project.folder, changed, given())

    kept = read_settings_file(project.folder).accepted
    assert [each.get("until") for each in kept] == ["2027-03-01", None]


def test_what_was_accepted_again_after_the_merge_holds():
    again = entry(found()) + 'against = "main (7654321)"\n'

    findings, _ = judged([found()], work=again, base=entry(found()))

    assert not findings[0].counts


def test_where_no_change_is_looked_at_every_acceptance_holds(tmp_path):
    (tmp_path / "beastmode.toml").write_text(entry(found()))

    findings, _ = apply_to([found()], None, tmp_path)

    assert not findings[0].counts


def test_entries_that_older_versions_wrote_are_told_in_one_line():
    texts = ("a", "b")
    old = "".join(
        entry(SimpleNamespace(fingerprint=found(text).old_fingerprint_as(found(text).rule))) for text in texts
    )

    findings, notes = judged([found(text, difference="d") for text in texts], work=old)

    assert [finding.counts for finding in findings] == [True, True]
    assert [note.rule for note in notes] == ["acceptance-outdated"]
    assert all(finding.fingerprint in notes[0].problem for finding in findings)
    assert "\n" not in notes[0].problem


def test_what_is_left_over_on_the_base_is_told_once():
    left = entry(found("a")) + entry(found("b")) + entry(found("c"))

    _, notes = judged([], work=left, base=left)

    assert len(notes) == 1
    assert "2 more" in notes[0].problem


def test_a_longer_life_given_in_the_change_is_shown_as_new():
    findings, _ = judged([found()], work=entry(found(), "2030-01-01"), base=entry(found(), "2027-01-01"))

    assert findings[0].acceptance.is_new


def test_what_the_change_no_longer_accepts_counts_again():
    findings, _ = judged([found()], work="", base=entry(found()))

    assert findings[0].counts


def test_a_base_whose_file_is_malformed_accepts_nothing_and_stops_nothing(tmp_path):
    for name, text in (("base", "[guard"), ("work", entry(found()))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "beastmode.toml").write_text(text)

    findings, _ = apply_to([found()], tmp_path / "base", tmp_path / "work")

    assert findings[0].acceptance.is_new


def test_accepting_keeps_the_rest_of_the_file_as_it_is(project):
    text = '# ours\n[guard]\ncore = ["a.py"]  # money\n\n[[guard.accepted]]\nfingerprint = "0"\nreason = "r"  # !\n'
    (project.folder / "beastmode.toml").write_text(text)

    write_acceptance(project.folder, known(project), given())

    written = (project.folder / "beastmode.toml").read_text()
    assert written.startswith(text)
    assert written.count("[[guard.accepted]]") == 2


def test_an_acceptance_that_was_written_is_found_again_with_all_it_says(project):
    finding = known(project)

    write_acceptance(project.folder, finding, given(until="2027-01-31"))

    assert read_settings_file(project.folder).accepted == (
        {
            "fingerprint": found().fingerprint,
            "rule": found().rule,
            "subject": found().subject,
            "against": "main (1a2b3c4)",
            "reason": "No one calls it.",
            "author": "Ada <ada@example.com>",
            "date": "2026-11-25",
            "until": "2027-01-31",
        },
    )


def test_accepting_twice_leaves_one_entry(project):
    finding = known(project)
    write_acceptance(project.folder, finding, given("first"))

    write_acceptance(project.folder, finding, given("second"))

    entries = read_settings_file(project.folder).accepted
    assert [each["reason"] for each in entries] == ["second"]


@pytest.mark.parametrize("text", ["", "[guard]\n", "[guard]\naccepted = []\n", "# nothing yet", "guard.timeout = 5\n"])
def test_whatever_the_file_held_before_the_entry_can_be_added(project, text):
    (project.folder / "beastmode.toml").write_text(text)

    write_acceptance(project.folder, known(project), given())

    assert len(read_settings_file(project.folder).accepted) == 1


def test_entries_that_stand_in_one_line_are_kept(project):
    text = 'guard.accepted = [{ fingerprint = "0", reason = "r" }]\n'
    (project.folder / "beastmode.toml").write_text(text)

    write_acceptance(project.folder, known(project), given())

    entries = read_settings_file(project.folder).accepted
    assert [each["fingerprint"] for each in entries] == ["0", found().fingerprint]


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_an_empty_reason_is_refused(project, reason):
    with pytest.raises(CouldNotRun, match="--reason"):
        write_acceptance(project.folder, known(project), given(reason))

    assert not (project.folder / "beastmode.toml").exists()


def test_an_end_in_the_past_is_refused(project):
    with pytest.raises(CouldNotRun, match="in the past"):
        write_acceptance(project.folder, known(project), given(until="2026-11-24"))


def test_a_malformed_file_is_told_with_its_line_and_left_alone(project):
    (project.folder / "beastmode.toml").write_text("[guard]\ncore = [\n")

    with pytest.raises(CouldNotRun, match="line"):
        write_acceptance(project.folder, known(project), given())

    assert (project.folder / "beastmode.toml").read_text() == "[guard]\ncore = [\n"


def test_nothing_is_left_over_beside_the_file(project):
    write_acceptance(project.folder, known(project), given())

    assert {path.name for path in project.folder.iterdir()} == {".git", "beastmode.toml"}


def test_a_finding_is_remembered_outside_of_the_work_tree(project):
    remember(report(found()), project)

    status = subprocess.run(["git", "status", "--porcelain"], cwd=project.root, capture_output=True, check=True)
    assert status.stdout == b""
    assert known_finding(project, found().fingerprint[:6]).subject == found().subject


def test_without_a_check_before_there_is_nothing_to_accept(project):
    with pytest.raises(CouldNotRun, match="beast check"):
        known_finding(project, "0123456789ab")


@pytest.mark.parametrize("fingerprint", ["0123456789ab", "", "zz", found().fingerprint[:3]])
def test_an_unknown_fingerprint_is_refused_with_what_to_do(project, fingerprint):
    remember(report(found()), project)

    with pytest.raises(CouldNotRun, match="Run `beast check` again"):
        known_finding(project, fingerprint)


def test_a_beginning_that_two_findings_share_is_refused(project):
    names = (f"finding {n}" for n in range(100_000))
    seen = {}
    for name in names:
        other = seen.setdefault(found(name).fingerprint[:4], name)
        if other != name:
            break
    remember(report(found(name), found(other)), project)

    with pytest.raises(CouldNotRun, match="2 fingerprints"):
        known_finding(project, found(name).fingerprint[:4])


def test_two_projects_of_one_repository_are_told_apart(project):
    shops = [SimpleNamespace(root=project.root, folder=project.root / name) for name in ("north", "south")]
    remember(report(found("of the north")), shops[0])
    remember(report(found("of the south")), shops[1])

    assert known_finding(shops[0], found("of the north").fingerprint).problem == "of the north"
    with pytest.raises(CouldNotRun):
        known_finding(shops[0], found("of the south").fingerprint)


def test_what_was_proved_can_be_accepted_after_a_check(project):
    remember(report(found("proved")), project, "prove")
    remember(report(found("checked")), project)

    assert known_finding(project, found("proved").fingerprint).problem == "proved"


def test_a_broken_memory_is_no_reason_to_fail(project):
    place = project.root / ".git" / "beast" / "last-report.json"
    place.parent.mkdir()
    place.write_text("{")

    remember(report(found()), project)

    assert json.loads(place.read_text())


def test_the_author_is_who_git_says(project):
    assert author_of(project.folder) == "Ada <ada@example.com>"


def test_json_says_who_accepted_a_finding_and_why():
    data = found(acceptance=ACCEPTANCE).as_json()

    assert data["accepted"] is True
    assert data["acceptance"]["reason"] == "Nobody calls it."


def known(project):
    remember(report(found()), project)
    return known_finding(project, found().fingerprint)
