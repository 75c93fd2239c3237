"""What a user takes along in an export, and what goes with their account."""

from sqlalchemy import bindparam, delete, select

from beastmode.query import Dumped, loading
from beastmode.uploads import delete_uploads_of
from blog import schemas
from blog.api import accounts
from blog.models import Comment, Picture, Post, Profile, User, db
from blog.pictures import delete_pictures

own_posts = loading(schemas.Post, Post).where(Post.user_id == bindparam("user"))
own_comments = loading(schemas.Comment, Comment).where(Comment.user_id == bindparam("user"))


@accounts.exports("posts")
def export_posts(user_id: int) -> Dumped:
    return own_posts.bind(user=user_id).all()


@accounts.exports("comments")
def export_comments(user_id: int) -> Dumped:
    return own_comments.bind(user=user_id).all()


@accounts.before_deletion
def delete_posts(user_id: int) -> None:
    posts = select(Post.id).where(Post.user_id == user_id)
    delete_pictures(Picture.post_id.in_(posts))
    delete_uploads_of(user_id)
    db.session.execute(delete(Comment).where(Comment.post_id.in_(posts) | (Comment.user_id == user_id)))
    db.session.execute(delete(Post).where(Post.user_id == user_id))


@accounts.before_deletion
def delete_profile(user_id: int) -> None:
    user = db.session.get_one(User, user_id)
    if user.profile_id is not None:
        profile_id, user.profile_id = user.profile_id, None
        db.session.flush()
        db.session.execute(delete(Profile).where(Profile.id == profile_id))
