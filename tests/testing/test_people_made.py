import pytest
from sqlalchemy import select

from beastmode.core.errors import Problem
from blog.models import Comment, Post, User, db


def test_an_account_can_log_in_and_says_who_it_is(api, factory):
    ada = factory.account("Ada@Example.com", "correct horse battery")

    login = api.login("ada@example.com", "correct horse battery")
    account = api.get("/api/auth/me").json["data"]

    assert login.status_code == 200
    assert account == {
        "id": ada.id,
        "email": "ada@example.com",
        "name": "Ada",
        "is_active": True,
        "created_at": ada.created_at.isoformat(),
        "email_verified": False,
        "deletes_at": None,
    }


def test_accounts_that_nothing_is_said_of_differ(api, factory):
    first, second = factory.account(), factory.account()

    assert (first.email, second.email) == ("user1@example.com", "user2@example.com")
    assert api.login(second.email, factory.password).status_code == 200


def test_an_account_takes_the_other_columns_of_its_model(api, factory):
    gone = factory.account(name="Eve", is_active=False)

    assert (gone.name, gone.is_active) == ("Eve", False)
    assert api.login(gone.email, factory.password).status_code == 401


@pytest.mark.parametrize("app_config", [{"PASSWORD_RULES": "composition"}])
def test_the_password_of_accounts_is_good_by_all_rules(api, factory):
    ada = factory.account()

    assert api.login(ada.email, factory.password).status_code == 200


def test_a_password_that_nobody_could_choose_makes_no_account(app, factory):
    with pytest.raises(Problem, match="Validation failed"):
        factory.account("ada@example.com", "short")

    with app.app_context():
        assert db.session.scalars(select(User)).all() == []


def test_a_comment_brings_its_post_and_both_bring_their_people(factory):
    comment = factory(Comment)

    post = factory(Post)

    assert (comment.post_id, post.id) == (1, 2)
    assert len({comment.user_id, post.user_id}) == 2
