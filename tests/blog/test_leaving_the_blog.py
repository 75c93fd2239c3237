"""People of the blog take their data along, and leave nothing behind."""

import pytest
from sqlalchemy import func, select

from blog.models import Comment, Post, Profile, User, db


@pytest.fixture
def ada_writes(app, factory, ada, eve):
    """Ada and Eve have a post each, on which both have commented."""
    with app.app_context():
        profile = factory(Profile)
        db.session.get(User, ada.id).profile_id = profile.id
        db.session.commit()
    for author in (ada, eve):
        post = factory(Post, user_id=author.id, title=f"By {author.email}")
        for person in (ada, eve):
            factory(Comment, post_id=post.id, user_id=person.id)
    return ada


def test_an_export_has_what_somebody_wrote(ada_writes):
    data = ada_writes.api.get("/api/auth/me/export").json["data"]

    assert data["account"]["email"] == ada_writes.email
    assert [post["title"] for post in data["posts"]] == ["By ada@example.com"]
    assert {comment["user_id"] for comment in data["comments"]} == {ada_writes.id}
    assert len(data["comments"]) == 2


def test_an_account_goes_with_everything_that_is_its_own(app, ada_writes, eve, clock, run_jobs):
    assert ada_writes.api.delete("/api/auth/me").status_code == 202
    clock.advance(days=14)
    run_jobs()

    with app.app_context():
        left = [db.session.scalar(select(func.count()).select_from(model)) for model in (User, Post, Comment, Profile)]
        assert db.session.scalars(select(Post.user_id)).all() == [eve.id]
    assert left == [1, 1, 1, 0]
