"""`flask --app blog seed`: enough rows to see something."""

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from beastmode.db import transaction
from blog.api import accounts
from blog.models import Comment, Post, Profile, User, db

EMAIL = "ada@example.com"
PASSWORD = "analytical-engine-1843"
PEOPLE = ("ada@example.com", "grace@example.com", "linus@example.com")


@click.command()
@with_appcontext
def seed() -> None:
    """Add three people with posts and comments, unless they are there already; not in production."""
    if current_app.extensions["beastmode.settings"].is_production:
        raise click.ClickException("ENVIRONMENT is production, and the password of these people is in the source.")
    if db.session.scalar(select(User.id).where(User.email == EMAIL)) is not None:
        return
    with transaction():
        people = [add_person(email) for email in PEOPLE]
        for number, author in enumerate(people * 4, start=1):
            post = Post(user_id=author.id, title=f"Post number {number}", body="Lorem ipsum dolor sit amet. " * 8)
            post.comments = [Comment(user_id=person.id, body=f"A thought of {person.name}.") for person in people]
            db.session.add(post)


def add_person(email: str) -> User:
    user = accounts.create_user(email, PASSWORD)
    user.profile = Profile(bio=f"Writes as {user.name}.", avatar_url=f"https://cdn.example.com/a/{user.name}.png")
    return user
