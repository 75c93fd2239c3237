import pytest
from mixed_shop import APP, MODELS, revision, said, shop

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.finding import Verdict

ADA = {"POST /customers": {"name": "Ada"}}
WITHOUT_NICK = MODELS.replace("    nick = db.Column(db.String(60))\n", "")
DROP_NICK = revision(
    2,
    """
    with op.batch_alter_table("customers") as batch:
        batch.drop_column("nick")
    """,
)
PHONE = MODELS.replace("    nick =", "    phone = db.Column(db.String(20), nullable=False, default='')\n    nick =")
TAGS = revision(2, 'op.create_table("tags", sa.Column("id", sa.Integer, primary_key=True))')
REQUIRE_PHONE = revision(
    2,
    """
    op.add_column("customers", sa.Column("phone", sa.String(20)))
    op.execute("UPDATE customers SET phone = ''")
    with op.batch_alter_table("customers") as batch:
        batch.alter_column("phone", existing_type=sa.String(20), nullable=False)
    """,
)


def test_a_dropped_column_that_old_code_uses_is_found_with_its_error_and_its_routes(scratch, heads, tmp_path):
    made = shop(tmp_path, new={"models.py": WITHOUT_NICK, **dict([DROP_NICK])})

    answer = said(made, scratch, bodies=ADA, schemas=heads(scratch, DROP_NICK))

    (finding,) = answer.rules()["old-code-fails-on-new-schema"]
    assert finding.verdict is Verdict.DANGEROUS
    assert finding.subject == "old code, new schema: column customers.nick"
    assert finding.evidence.kind == "proved"
    assert "GET /customers/<int:customer_id> answered 500" in finding.evidence.detail
    assert "SELECT customers.id, customers.name, customers.nick" in finding.evidence.detail
    assert "POST /customers" in finding.evidence.detail
    assert "models.Customer (insert)" in finding.evidence.detail
    assert "deploy it everywhere first" in finding.instead
    assert "GET /orders" not in finding.evidence.detail
    cells = {(cell["code"], cell["schema"]): cell for cell in answer.picture["cells"]}
    assert {key for key, cell in cells.items() if not cell["ok"]} == {("old", "new")}
    assert answer.not_proven == []


def test_a_renamed_column_leaves_no_order_of_steps(sqlite, heads, tmp_path):
    renamed = MODELS.replace("    nick = db.Column", "    handle = db.Column")
    rename = revision(
        2,
        """
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("nick", new_column_name="handle", existing_type=sa.String(60))
        """,
    )
    made = shop(tmp_path, new={"models.py": renamed, **dict([rename])})

    answer = said(made, sqlite, schemas=heads(sqlite, rename))

    rules = answer.rules()
    assert {rule: found[0].verdict for rule, found in rules.items()} == {
        "old-code-fails-on-new-schema": Verdict.DANGEROUS,
        "new-code-fails-on-old-schema": Verdict.CAUTIOUS,
        "no-deploy-order-works": Verdict.DANGEROUS,
    }
    assert "customers.nick" in rules["no-deploy-order-works"][0].evidence.detail
    assert "customers.handle" in rules["no-deploy-order-works"][0].evidence.detail
    assert "no order of migration and deploy" in rules["old-code-fails-on-new-schema"][0].instead


def test_a_column_that_must_not_be_null_breaks_the_inserts_of_old_code(sqlite, heads, tmp_path):
    made = shop(tmp_path, new={"models.py": PHONE, **dict([REQUIRE_PHONE])})

    answer = said(made, sqlite, bodies=ADA, schemas=heads(sqlite, REQUIRE_PHONE))

    (finding,) = answer.rules()["old-code-fails-on-new-schema"]
    assert finding.subject == "old code, new schema: null customers.phone"
    assert finding.where == "POST /customers"
    assert "server_default" in finding.instead


def test_a_uniqueness_that_old_code_does_not_know_is_cautious(sqlite, heads, tmp_path):
    unique = revision(
        2, 'op.execute("UPDATE customers SET nick = id")\nop.create_index("one", "customers", ["nick"], unique=True)'
    )
    made = shop(tmp_path, new=dict([unique]))

    answer = said(made, sqlite, schemas=heads(sqlite, unique))

    (finding,) = answer.rules()["old-code-fails-on-new-schema"]
    assert (finding.verdict, finding.subject) == (Verdict.CAUTIOUS, "old code, new schema: unique customers.nick")
    assert "can write rows that the new schema rejects" in finding.problem


def test_new_code_on_the_old_schema_asks_for_the_migration_first(sqlite, heads, tmp_path):
    phone = MODELS.replace("    nick =", "    phone = db.Column(db.String(20))\n    nick =")
    add = revision(2, 'op.add_column("customers", sa.Column("phone", sa.String(20)))')
    made = shop(tmp_path, new={"models.py": phone, **dict([add])})

    answer = said(made, sqlite, schemas=heads(sqlite, add))

    assert list(answer.rules()) == ["new-code-fails-on-old-schema"]
    (finding,) = answer.findings
    assert finding.verdict is Verdict.CAUTIOUS
    assert finding.instead.startswith("Order of steps: 1. run the migration")


def test_a_table_that_nobody_uses_yet_leaves_four_green_cells(sqlite, heads, tmp_path):
    made = shop(tmp_path, new=dict([TAGS]))

    answer = said(made, sqlite, bodies=ADA, schemas=heads(sqlite, TAGS))

    (finding,) = answer.findings
    assert (finding.rule, finding.verdict) == ("mixed-versions-work", Verdict.SAFE)
    assert finding.evidence.detail.startswith("2 mapped classes and tables, 3 requests")
    assert all(cell["ok"] for cell in answer.picture["cells"])


def test_what_failed_before_is_not_blamed_on_the_change(sqlite, heads, tmp_path):
    broken = APP.replace(
        "    return app\n",
        """
    @app.get("/broken")
    def broken():
        return str(db.session.execute(db.text("SELECT gone FROM nowhere")).all())

    @app.get("/raises")
    def raises():
        raise RuntimeError("always")

    return app
""",
    )
    made = shop(tmp_path, old={"app.py": broken}, new=dict([TAGS]))

    answer = said(made, sqlite, schemas=heads(sqlite, TAGS))

    assert [finding.rule for finding in answer.findings] == ["mixed-versions-work"]
    assert "GET /broken" in " ".join(answer.picture["cells"][0]["failures"])


def test_what_breaks_anew_in_a_route_that_was_broken_is_blamed(sqlite, heads, tmp_path):
    broken = APP.replace(
        '        made = Customer(name=request.get_json()["name"])',
        '        made = Customer(name=request.get_json()["names"])',
    )
    made = shop(tmp_path, old={"app.py": broken}, new={"models.py": WITHOUT_NICK, **dict([DROP_NICK])})

    answer = said(made, sqlite, bodies=ADA, schemas=heads(sqlite, DROP_NICK))

    (finding,) = answer.rules()["old-code-fails-on-new-schema"]
    assert "GET /customers/<int:customer_id> answered 500" in finding.evidence.detail
    assert "POST /customers" not in finding.evidence.detail


def test_an_old_instance_that_migrates_at_start_cannot_start_on_the_new_schema(sqlite, heads, tmp_path):
    migrating = APP.replace("import Migrate\n", "import Migrate, upgrade\n").replace(
        "    Migrate(app, db)\n", "    Migrate(app, db)\n    with app.app_context():\n        upgrade('migrations')\n"
    )
    made = shop(tmp_path, old={"app.py": migrating}, new={"models.py": WITHOUT_NICK, **dict([DROP_NICK])})

    answer = said(made, sqlite, schemas=heads(sqlite, DROP_NICK))

    rules = answer.rules()
    (start,) = rules["code-cannot-start"]
    assert start.verdict is Verdict.DANGEROUS
    assert "the old code does not start on the new schema, since it migrates when it starts" in start.problem
    assert "0002" in start.evidence.detail
    (fails,) = rules["old-code-fails-on-new-schema"]
    assert "no such column: customers.nick" in fails.evidence.detail


def test_code_whose_migration_was_forgotten_fails_on_its_own_schema(sqlite, heads, tmp_path):
    phone = MODELS.replace("    nick =", "    phone = db.Column(db.String(20))\n    nick =")
    made = shop(tmp_path, new={"models.py": phone})

    answer = said(made, sqlite, schemas=heads(sqlite, None))

    (finding,) = answer.findings
    assert (finding.rule, finding.verdict) == ("new-code-fails-on-new-schema", Verdict.DANGEROUS)
    assert "Write the migration that is missing." in finding.instead


def test_an_error_that_the_application_hides_is_found_all_the_same(sqlite, heads, tmp_path):
    hiding = APP.replace(
        "    return app\n",
        """
    @app.errorhandler(Exception)
    def hide(error):
        return {"sorry": True}, 200

    return app
""",
    )
    made = shop(tmp_path, old={"app.py": hiding}, new={"models.py": WITHOUT_NICK, **dict([DROP_NICK])})

    answer = said(made, sqlite, schemas=heads(sqlite, DROP_NICK))

    (finding,) = answer.rules()["old-code-fails-on-new-schema"]
    assert "GET /customers/<int:customer_id> answered 200: no such column: customers.nick" in finding.evidence.detail


def test_rows_that_a_migration_deletes_are_missed_by_old_code(sqlite, heads, tmp_path):
    delete = revision(2, 'op.execute("DELETE FROM orders")\nop.execute("DELETE FROM customers")')
    made = shop(tmp_path, new=dict([delete]))

    answer = said(made, sqlite, schemas=heads(sqlite, delete))

    (finding,) = answer.rules()["old-code-answers-differently"]
    assert finding.verdict is Verdict.CAUTIOUS
    assert finding.evidence.detail.startswith("GET /customers/<int:customer_id>: 200 before the migration, 404 after")


def test_a_base_that_does_not_start_is_told_with_its_reason(sqlite, tmp_path):
    made = shop(tmp_path, old={"app.py": APP.replace("    return app\n", "    raise ValueError('no licence')\n")})

    with pytest.raises(ProbeFailed, match="no licence"):
        said(made, sqlite)
