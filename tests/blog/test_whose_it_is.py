"""What belongs to somebody else cannot be changed, taken over or passed off as one's own."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import select, text, update

from beastmode.testing import Queries
from blog.api import accounts
from blog.models import Comment, Post, User, db

WORDS = {"title": "Notes", "body": "On the analytical engine."}


@pytest.fixture
def adas_post(ada) -> int:
    return ada.api.post("/api/v1/posts", WORDS).json["data"]["id"]


@pytest.fixture
def adas_comment(ada, adas_post) -> str:
    """The path of a comment of Ada's."""
    made = ada.api.post(f"/api/v1/posts/{adas_post}/comments", {"body": "I agree."}).json["data"]["id"]
    return f"/api/v1/posts/{adas_post}/comments/{made}"


def rows(app, model):
    with app.app_context():
        return db.execute(select(model.__table__).order_by(model.id)).mappings().all()


@pytest.mark.parametrize("field", ["id", "user_id", "created_at", "author", "comments", "is_active", "__class__"])
def test_nobody_sets_what_is_not_theirs_to_set_of_a_post(app, ada, eve, adas_post, field):
    before = rows(app, Post)
    value = {"id": 77, "user_id": eve.id, "created_at": "2000-01-01T00:00:00+00:00"}.get(field, {"id": 1})

    answers = [
        ada.api.post("/api/v1/posts", {**WORDS, field: value}),
        ada.api.patch(f"/api/v1/posts/{adas_post}", {field: value}),
        ada.api.post(f"/api/v1/posts/{adas_post}/comments", {"body": "x", field: value}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all(answer.json["details"] == {field: ["Unknown field."]} for answer in answers)
    assert rows(app, Post) == before
    assert rows(app, Comment) == []


@pytest.mark.parametrize("field", ["id", "is_active", "is_operator", "created_at", "profile_id", "user_id", "role"])
def test_nobody_registers_as_more_than_a_user(app, client, field):
    answer = client.post(
        "/api/auth/register", json={"email": "eve@example.com", "password": "long enough", field: True}
    )

    assert answer.status_code == 422
    assert answer.json["details"] == {field: ["Unknown field."]}
    assert rows(app, User) == []


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_a_post_of_somebody_else_stays_as_it_is(app, eve, adas_post, headers):
    before = rows(app, Post)
    path = f"/api/v1/posts/{adas_post}"

    statuses = [
        eve.api.patch(path, {"title": "Mine"}, headers=headers).status_code,
        eve.api.patch(path, {}, headers=headers).status_code,
        eve.api.delete(path, headers=headers).status_code,
    ]

    assert statuses == [403, 403, 403]
    assert rows(app, Post) == before


def test_a_comment_of_somebody_else_stays_as_it_is_on_ones_own_post_too(app, ada, eve, adas_comment, adas_post):
    eves = eve.api.post(f"/api/v1/posts/{adas_post}/comments", {"body": "I do not."}).json["data"]["id"]
    path_of_eves = f"/api/v1/posts/{adas_post}/comments/{eves}"
    before = rows(app, Comment)

    statuses = [
        eve.api.patch(adas_comment, {"body": "Nonsense."}).status_code,
        eve.api.delete(adas_comment).status_code,
        ada.api.patch(path_of_eves, {"body": "I do."}).status_code,
        ada.api.delete(path_of_eves).status_code,
    ]

    assert statuses == [403, 403, 403, 403]
    assert rows(app, Comment) == before


def test_a_comment_is_found_under_its_own_post_alone(app, ada, adas_comment):
    other = ada.api.post("/api/v1/posts", WORDS).json["data"]["id"]
    path = f"/api/v1/posts/{other}/comments/{adas_comment.rpartition('/')[2]}"
    before = rows(app, Comment)

    assert ada.api.patch(path, {"body": "Moved."}).status_code == 404
    assert ada.api.delete(path).status_code == 404
    assert rows(app, Comment) == before


def test_what_is_not_there_is_not_found_whoever_asks(ada, eve, adas_post):
    for person in (ada, eve):
        assert person.api.patch("/api/v1/posts/4711", {"title": "x"}).status_code == 404
        assert person.api.delete("/api/v1/posts/4711").status_code == 404
        assert person.api.delete(f"/api/v1/posts/{adas_post}/comments/4711").status_code == 404


@pytest.mark.parametrize(
    "change", [lambda api, path: api.patch(path, {"title": "Mine"}), lambda api, path: api.delete(path)]
)
def test_a_post_that_changes_hands_meanwhile_is_no_longer_ones_own(app, ada, eve, adas_post, change):
    """Eve's post goes to Ada while Eve's change waits for it."""
    eves = eve.api.post("/api/v1/posts", WORDS).json["data"]["id"]
    with app.app_context(), ThreadPoolExecutor(1) as pool, db.engine.connect() as holder:
        holder.begin()
        holder.execute(update(Post).where(Post.id == eves).values(user_id=ada.id))
        asked = pool.submit(change, eve.api, f"/api/v1/posts/{eves}")
        wait_for_the_lock(holder)
        holder.commit()

        assert asked.result().status_code == 403

    kept = next(row for row in rows(app, Post) if row["id"] == eves)
    assert (kept["user_id"], kept["title"]) == (ada.id, "Notes")


def wait_for_the_lock(holder):
    """Until somebody waits; SQLite shows nobody who does."""
    if holder.dialect.name == "sqlite":
        sleep(0.2)
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with holder.engine.connect() as watcher:
        while not watcher.execute(waiting).scalar():
            watcher.rollback()


def test_a_token_of_somebody_who_is_gone_writes_nothing(app, eve):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(User.__table__.delete().where(User.id == eve.id))

    answers = [eve.api.get("/api/auth/me"), eve.api.post("/api/v1/posts", WORDS)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert rows(app, Post) == []


def test_a_moderator_changes_and_deletes_what_belongs_to_others(app, ada, eve, adas_post, adas_comment):
    """The permission overrules ownership, on a row written by statement and on one that is loaded for its cascade."""
    path = f"/api/v1/posts/{adas_post}"
    before = [eve.api.patch(path, {"title": "Hidden"}).status_code, eve.api.delete(path).status_code]
    with app.app_context():
        accounts.grant_role(eve.id, "moderator")

    after = [
        eve.api.patch(path, {"title": "Hidden"}),
        eve.api.patch(path, {}),
        eve.api.patch(adas_comment, {"body": "Removed."}),
        eve.api.delete(adas_comment),
        eve.api.delete(path),
    ]

    assert before == [403, 403]
    assert [answer.status_code for answer in after] == [200] * 5
    assert after[1].json["data"]["title"] == "Hidden"
    assert rows(app, Post) == []


def test_owners_cost_no_look_at_their_roles(app, ada, adas_post):
    """The role is looked up only if the row belongs to somebody else."""
    with Queries(app)() as queries:
        ada.api.patch(f"/api/v1/posts/{adas_post}", {"title": "Mine"})

    assert [statement.split()[0] for statement in queries] == ["UPDATE"]


def test_a_moderator_gets_404_where_there_is_nothing(app, eve):
    """The permission makes no row exist."""
    with app.app_context():
        accounts.grant_role(eve.id, "moderator")

    answers = [eve.api.patch("/api/v1/posts/404", {"title": "x"}), eve.api.delete("/api/v1/posts/404")]

    assert [answer.status_code for answer in answers] == [404, 404]
