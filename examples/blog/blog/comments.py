from typing import Any

from sqlalchemy import bindparam

from beastmode.api import Answer, Blueprint, Listing
from beastmode.core.identity import current_identity
from beastmode.db import transaction
from beastmode.idempotency import idempotent
from beastmode.limits import rate_limit
from beastmode.query import Dumped, Loading, loading
from blog import schemas
from blog.models import Comment
from blog.posts import all_posts

comments = Blueprint(
    "comments",
    version="v1",
    url_prefix="/posts/<int:post_id>/comments",
    description="Comments on posts.",
    defaults=[idempotent()],
)
post_comments = (
    loading(schemas.Comment, Comment)
    .where(Comment.post_id == bindparam("post"))
    .owned_by(Comment.user_id, or_permission="comments:moderate")
)


@comments.get(returns=schemas.Comment, listing=Listing(sorts=[Comment.id, Comment.created_at]))
def list_comments(post_id: int) -> Loading:
    """List the comments of a post."""
    all_posts.get(post_id)
    return post_comments.bind(post=post_id)


@comments.post(accepts=schemas.Comment, returns=schemas.Comment, status=201)
@rate_limit(limit=60, window=60)
@transaction
def create_comment(new: dict[str, Any], post_id: int) -> Dumped:
    """Comment on a post."""
    all_posts.get(post_id)
    return post_comments.insert(post_id=post_id, user_id=current_identity().id, **new)


@comments.patch("/<int:comment_id>", accepts=schemas.Comment(partial=True), returns=schemas.Comment, errors=(403,))
def change_comment(changes: dict[str, Any], post_id: int, comment_id: int) -> Dumped:
    """Update your own comment, or any as a moderator."""
    return post_comments.bind(post=post_id).update(comment_id, changes)


@comments.delete("/<int:comment_id>", errors=(403,))
def delete_comment(post_id: int, comment_id: int) -> Answer:
    """Delete your own comment, or any as a moderator."""
    post_comments.bind(post=post_id).delete(comment_id)
    return Answer(message="Comment deleted")
