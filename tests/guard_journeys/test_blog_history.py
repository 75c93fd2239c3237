"""The blog as it grew: one commit a revision, each checked against the one before."""

import json

REVISIONS = {
    "0002_posts_and_comments.py": (set(), "harmless-operation"),
    "0003_sign_in.py": (set(), "harmless-operation"),
    # A table that is made again as it is, with what no operation names: without a proof nobody knows.
    "0004_ids_are_never_reused.py": ({"operation-not-readable"}, "operation-not-readable"),
}


def test_every_revision_of_the_blog_goes_up_down_and_up_again_on_every_database(blog):
    with (blog.folder / "beastmode.toml").open("a") as settings:
        settings.write("\n[guard]\ntimeout = 280\n")  # a busy machine is no fault of the product

    done = blog.beast("prove", "--all", "--format", "json", *blog.python)

    report = json.loads(done.stdout)
    told = [each["problem"] for each in report["findings"] if each["rule"] == "migration-reversible"]
    where = [text.partition(" was upgraded, downgraded and upgraded again on ")[::2] for text in told]
    names = sorted(path.name[:4] for path in (blog.folder / "migrations" / "versions").glob("*.py"))
    assert (done.returncode, report["verdict"]) == (0, "SAFE"), done.stdout
    assert len(names) >= 8
    # The fourth changes nothing on PostgreSQL.
    expected = dict.fromkeys(names, "PostgreSQL and SQLite") | {"0004": "SQLite"}
    assert {name: rest.partition(";")[0] for name, rest in where} == expected
    assert report["not_proven"] == ["0004 does nothing on postgresql, so it is not proved there."]


def test_each_commit_that_brought_a_revision_has_safe_migrations(blog):
    versions = blog.folder / "migrations" / "versions"
    later = {name: (versions / name).read_text(encoding="utf-8") for name in REVISIONS}
    for name in REVISIONS:
        (versions / name).unlink()
    blog.commit()

    for name, (doubts, rule) in REVISIONS.items():
        (versions / name).write_text(later[name], encoding="utf-8")
        report = blog.check("--no-proofs")
        blog.commit()

        counting = {finding["rule"] for finding in report["findings"] if finding["verdict"] != "SAFE"}
        assert counting == {"migration-not-proved", *doubts}, "nobody has seen it run, however well it reads"
        assert any(finding["rule"] == rule for finding in report["findings"])
