import pytest

from beastmode_tools.guard.finding import Evidence, Finding, Verdict
from beastmode_tools.guard.migrations.compare.operations import AddColumn, Column, DropColumn, DropTable
from beastmode_tools.guard.migrations.compare.parts import Known, Place
from beastmode_tools.guard.mixed.compare.facts import Matrix
from beastmode_tools.guard.mixed.compare.replayed import Answered, Replayed, SqlError
from beastmode_tools.guard.mixed.compare.usage import DroppedInUse, DroppedOutOfUse, UsePlace, judge_drops
from beastmode_tools.guard.mixed.read.usage import Sources, uses
from beastmode_tools.guard.mixed.rules import drops
from beastmode_tools.guard.report.replaced import without_replaced
from beastmode_tools.guard.rule import judge

MODELS = """
class User(db.Model):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String)
"""
OTHER = """
class Team(db.Model):
    __tablename__ = "teams"
    nick = Column(String)
"""


@pytest.mark.parametrize(
    ("files", "how"),
    [
        ({"models.py": 'class User(db.Model):\n    __tablename__ = "users"\n    nick = Column(String)\n'}, "maps"),
        ({"models.py": "class Users(db.Model):\n    nick = db.Column(db.String(9))\n"}, "maps"),
        (
            {"models.py": 'class User(Base):\n    __tablename__ = "users"\n    handle = mapped_column("nick")\n'},
            "maps",
        ),
        ({"models.py": 'class User(Base):\n    __tablename__ = "users"\n    nick: Mapped[str | None]\n'}, "maps"),
        (
            {
                "models.py": "class Nicked:\n    nick = Column(String)\n\n"
                'class User(Nicked, Base):\n    __tablename__ = "users"\n'
            },
            "maps",
        ),
        ({"tables.py": 'users = Table("users", metadata, Column("id", Integer), Column("nick", String))\n'}, "maps"),
        (
            {"models.py": MODELS, "views.py": "from models import User\nnames = [user.nick for user in User.query]\n"},
            "reads",
        ),
        ({"models.py": MODELS, "views.py": "def rename(user, nick):\n    user.nick = nick\n"}, "writes"),
        ({"models.py": MODELS, "jobs.py": 'sql = "SELECT id, nick FROM users WHERE id = :id"\n'}, "names it in SQL"),
        (
            {"models.py": MODELS, "jobs.py": 'sql = f"UPDATE users SET nick = NULL WHERE id = {user_id}"\n'},
            "names it in SQL",
        ),
        ({"models.py": MODELS, "jobs.py": 'sql = "INSERT INTO users VALUES (1, 2, 3)"  # nick\n'}, "names it in SQL"),
        ({"models.py": MODELS, "report.sql": "SELECT u.nick\nFROM users u;\n"}, "names it in SQL"),
        ({"models.py": MODELS, "views.py": "from models import User\nUser.query.filter_by(nick='a')\n"}, "keyword"),
        ({"models.py": MODELS, "views.py": "from models import User\nUser(nick='a')\n"}, "keyword"),
        ({"models.py": MODELS, "views.py": "from models import User\nvalue = getattr(User, 'nick')\n"}, "string"),
        ({"models.py": MODELS, "views.py": 'posts = relationship("Post", order_by="User.nick")\n'}, "string"),
        ({"models.py": MODELS + OTHER, "views.py": "from models import User\nshow(user.nick)\n"}, "reads"),
        ({"models.py": MODELS, "templates/user.html": "<p>{{ user.nick|title }}</p>\n"}, "template"),
        ({"models.py": MODELS, "templates/test_results.html": "<p>{{ user.nick|title }}</p>\n"}, "template"),
        ({"models.py": MODELS, "build/plan.py": "def rename(user, nick):\n    user.nick = nick\n"}, "writes"),
        (
            {
                "models.py": MODELS,
                "schemas.py": "class UserSchema:\n    class Meta:\n        model = User\n"
                '        fields = ("id", "nick")\n',
            },
            "string",
        ),
    ],
    ids=[
        "a column of a model",
        "a model that Flask-SQLAlchemy names",
        "an attribute of another name",
        "an annotation alone",
        "a mixin",
        "a table",
        "an attribute that is read",
        "an attribute that is written",
        "a query as text",
        "a query in an f-string",
        "an insert by position",
        "a file of SQL",
        "a filter",
        "a constructor",
        "a name given to getattr",
        "a relationship's order",
        "a name that another model has too",
        "a template",
        "a template about tests",
        "a package that is named as what tools build",
        "a list of fields",
    ],
)
def test_a_column_in_use_is_found_where_it_is_used(tmp_path, files, how):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    places = uses(tmp_path, "users", "nick")

    assert any(how in place.how for place in places), places
    assert all("nick" in place.text or "INSERT" in place.text for place in places)


@pytest.mark.parametrize(
    "files",
    [
        {"models.py": MODELS},
        {"models.py": MODELS + OTHER, "views.py": "for team in teams:\n    show(team.nick)\n"},
        {"models.py": MODELS + OTHER, "views.py": "from models import Team\nTeam.query.filter_by(nick='a')\n"},
        {"models.py": MODELS, "views.py": '"""Nobody has a nick any more."""\nlabel = "nick"\n'},
        {"models.py": MODELS, "views.py": "# user.nick is gone\nNICK = 3\n"},
        {"models.py": MODELS, "tests/test_users.py": "def test_nick(user):\n    assert user.nick\n"},
        {"models.py": MODELS, "conftest.py": "user.nick = 'a'\n"},
        {"models.py": MODELS, "e2e/journeys.py": "user.nick = 'a'\n"},
        {"models.py": MODELS, "user_tests.py": "user.nick = 'a'\n"},
        {"models.py": MODELS, "migrations/versions/0001.py": "op.execute('UPDATE users SET nick = 1')\n"},
        {"models.py": MODELS, "views.py": 'sql = "SELECT nick FROM teams"\n'},
        {"models.py": MODELS, "templates/user.html": "<p>The user.nick of old</p>\n"},
        {"models.py": MODELS, "views.py": "def answer(user):\n    return {'nick': None}\n"},
    ],
    ids=[
        "a model without it",
        "another model's",
        "a filter of another model",
        "a sentence and a label",
        "a comment",
        "a test",
        "a fixture",
        "a helper of tests",
        "tests by the file's name",
        "a migration",
        "another table's query",
        "text of a template",
        "a key of an answer",
    ],
)
def test_a_column_that_nobody_uses_has_no_places(tmp_path, files):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert uses(tmp_path, "users", "nick", migrations="migrations") == []


@pytest.mark.parametrize(
    ("text", "is_used"),
    [
        ('class Tag(Base):\n    __tablename__ = "tags"\n    id = Column(Integer)\n', True),
        ('links = Table("tags", metadata, Column("id", Integer))\n', True),
        ('tag_id = Column(ForeignKey("tags.id"))\n', True),
        ('tags = relationship("Tag", secondary="tags")\n', True),
        ('sql = text("DELETE FROM tags")\n', True),
        ('title = "All tags"\ntags = []\n', False),
        ('class Post(Base):\n    __tablename__ = "posts"\n    tags = Column(JSON)\n', False),
    ],
)
def test_a_table_is_in_use_where_something_names_it_as_a_table(tmp_path, text, is_used):
    (tmp_path / "code.py").write_text(text, encoding="utf-8")

    assert bool(uses(tmp_path, "tags")) is is_used


def test_files_that_cannot_be_parsed_do_not_stop_the_search(tmp_path):
    (tmp_path / "broken.py").write_text("def (nick:\n", encoding="utf-8")
    (tmp_path / "models.py").write_text(MODELS.replace("email", "nick"), encoding="utf-8")

    (place,) = Sources(tmp_path).uses("users", "nick")

    assert str(place) == "models.py:5 maps the column as User.nick"


DROP = DropColumn(table="users", column="nick", place=Place("0002", "migrations/versions/0002.py", 9))
RUN = Replayed(answered=(Answered("/users", "GET", "/users", 200),))
BROKEN = Replayed(
    answered=(Answered("/users", "GET", "/users", 500, errors=(SqlError("no such column: users.nick", ""),)),)
)
PLACE = UsePlace("models.py", 5, "maps the column as User.nick", "nick = Column(String)")


def cells(old_new=RUN):
    return Matrix("sqlite", {("old", "old"): RUN, ("old", "new"): old_new, ("new", "old"): RUN, ("new", "new"): RUN})


def test_a_drop_that_nobody_uses_and_old_code_survives_is_cautious():
    changes = list(judge_drops([DROP], {"users.nick": []}, [cells()]))

    (finding,) = judge(drops.RULES, changes)
    assert changes == [DroppedOutOfUse(DROP, "users.nick", ("sqlite",))]
    assert (finding.verdict, finding.subject) == (Verdict.CAUTIOUS, "drop_column users.nick")
    assert finding.where == "migrations/versions/0002.py:9"


def test_a_drop_that_the_sources_use_is_dangerous_with_the_places():
    changes = list(judge_drops([DROP], {"users.nick": [PLACE]}, [cells()]))

    (finding,) = judge(drops.RULES, changes)
    assert (finding.verdict, finding.evidence.kind) == (Verdict.DANGEROUS, "read")
    assert "models.py:5 maps the column as User.nick" in finding.evidence.detail


def test_a_drop_that_no_source_names_but_old_code_fails_without_is_dangerous():
    changes = list(judge_drops([DROP], {"users.nick": []}, [cells(BROKEN)]))

    (finding,) = judge(drops.RULES, changes)
    assert (finding.verdict, finding.evidence.kind) == (Verdict.DANGEROUS, "proved")
    assert "GET /users: no such column: users.nick" in finding.evidence.detail


@pytest.mark.parametrize(
    "operation",
    [
        DropColumn(table="users", column="nick", place=Place("0002", "m.py", 9, "downgrade")),
        DropColumn(table="users", column="nick", place=Place("0002", "m.py"), known=Known(new_column=True)),
        DropTable(table="users", place=Place("0002", "m.py"), known=Known(new_table=True)),
        AddColumn(table="users", column=Column("nick", "TEXT"), place=Place("0002", "m.py")),
    ],
    ids=["a downgrade's", "of a new column", "of a new table", "no drop"],
)
def test_what_takes_nothing_away_that_was_there_is_not_judged(operation):
    assert list(judge_drops([operation], {"users.nick": [PLACE], "users": [PLACE]}, [cells()])) == []


def test_a_drop_that_was_not_run_keeps_the_verdict_of_its_operation():
    assert list(judge_drops([DROP], {"users.nick": []}, [])) == []
    assert isinstance(next(judge_drops([DROP], {"users.nick": [PLACE]}, [])), DroppedInUse)


def test_a_judged_drop_takes_the_place_of_what_its_operation_said():
    def finding(rule, subject):
        return Finding(rule, Verdict.DANGEROUS, "m.py:9", "", Evidence("read", ""), "", subject)

    kept = finding("column-dropped", "drop_column users.other")
    other = finding("not-null-without-default", "add_column users.nick")
    findings = [finding("column-dropped", "drop_column users.nick"), kept, other]

    left = list(without_replaced(findings, [DroppedOutOfUse(DROP, "users.nick", ("sqlite",))]))

    assert left == [kept, other]
