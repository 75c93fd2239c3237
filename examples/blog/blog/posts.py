from typing import Any

from beastmode.api import Answer, Blueprint, Filter, Listing
from beastmode.core.identity import current_identity
from beastmode.db import transaction
from beastmode.idempotency import idempotent
from beastmode.query import Dumped, Loading, loading
from blog import schemas
from blog.models import Picture, Post
from blog.pictures import delete_pictures

posts = Blueprint("posts", version="v1", url_prefix="/posts", description="Blog posts.", defaults=[idempotent()])
post_details = loading(schemas.PostDetail, Post)
all_posts = loading(schemas.Post, Post).owned_by(Post.user_id, or_permission="posts:moderate")


@posts.get(
    returns=schemas.Post,
    listing=Listing(
        sorts=[Post.id, Post.created_at, Post.title],
        filters={"user_id": Filter(Post.user_id), "title": Filter(Post.title, ("eq", "contains"))},
    ),
)
def list_posts() -> Loading:
    """List posts."""
    return all_posts


@posts.get("/<int:post_id>", returns=schemas.PostDetail)
def get_post(post_id: int) -> Dumped:
    """Get a post with its author and comments."""
    return post_details.get(post_id)


@posts.post(accepts=schemas.Post, returns=schemas.Post, status=201)
def create_post(new: dict[str, Any]) -> Dumped:
    """Create a post."""
    return all_posts.insert(user_id=current_identity().id, **new)


@posts.patch("/<int:post_id>", accepts=schemas.Post(partial=True), returns=schemas.Post, errors=(403,))
def change_post(changes: dict[str, Any], post_id: int) -> Dumped:
    """Update your own post, or any as a moderator."""
    return all_posts.update(post_id, changes)


@posts.delete("/<int:post_id>", errors=(403,))
def delete_post(post_id: int) -> Answer:
    """Delete your own post and its comments, or any as a moderator."""
    with transaction():
        delete_pictures(Picture.post_id == post_id)
        all_posts.delete(post_id)
    return Answer(message="Post deleted")
