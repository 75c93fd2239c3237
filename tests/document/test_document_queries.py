"""The cost of a list, as a number of statements: a duration differs from machine to machine."""

import pytest
from sqlalchemy import select

from beastmode.db import transaction
from blog.models import Comment, Post, Profile, User, db


@pytest.fixture
def reader(api, factory):
    factory.account("reader@example.com", "password123")
    api.login("reader@example.com", "password123")
    return api


@pytest.fixture
def crowd(app):
    """100 users with profiles, each with a post that has three comments."""
    with app.app_context(), transaction():
        for number in range(100):
            profile = Profile(bio="...", avatar_url="https://cdn.example.com/a.png")
            user = User(email=f"user{number}@test.com", name=f"user{number}", profile=profile)
            post = Post(author=user, title=f"Post {number}", body="...")
            db.session.add(post)
            db.session.flush()
            post.comments = [Comment(user_id=user.id, body="...") for _ in range(3)]


def test_a_hundred_users_are_found_by_one_statement(app, crowd, queries):
    with app.app_context(), queries() as seen:
        found = db.session.scalars(select(User).where(User.email.like("%@test.com"))).all()

    assert len(found) == 100
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/users", 1),
        ("/api/v1/users/7", 1),
        ("/api/v2/users?per_page=100", 1),
        ("/api/v1/posts?per_page=100", 1),
        ("/api/v1/posts/7", 2),
        ("/api/v1/posts/7/comments", 2),
        ("/api/auth/me", 1),
    ],
)
def test_a_request_costs_no_more_statements_however_much_it_shows(reader, crowd, queries, path, most):
    with queries() as seen:
        response = reader.get(path)

    assert response.status_code == 200
    assert len(seen) <= most, seen


def test_writing_costs_one_statement(reader, queries):
    with queries() as seen:
        response = reader.post("/api/v1/posts", {"title": "Hello", "body": "World"})

    assert response.status_code == 201
    assert len(seen) == 1, seen


def test_a_request_that_is_refused_at_the_door_costs_none(client, queries):
    with queries() as seen:
        response = client.get("/api/v1/posts")

    assert response.status_code == 401
    assert seen == []
