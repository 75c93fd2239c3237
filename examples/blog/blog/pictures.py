from sqlalchemy import ColumnElement, bindparam, delete, select

from beastmode import Problem
from beastmode.api import Answer, Blueprint
from beastmode.core.identity import current_identity
from beastmode.db import transaction
from beastmode.query import Dumped, loading
from beastmode.uploads import IMAGES, ReceivedFile, delete_upload, receives_file, save_upload
from blog import schemas
from blog.models import Picture, Post, db

pictures = Blueprint(
    "pictures", version="v1", url_prefix="/posts/<int:post_id>/pictures", description="Pictures of posts."
)
post_pictures = loading(schemas.Picture, Picture).where(Picture.post_id == bindparam("post"))


@pictures.get(returns=schemas.Picture, many=True, errors=(404,))
def list_pictures(post_id: int) -> Dumped:
    """List the pictures of a post, with URLs that expire."""
    _author_of(post_id)
    return post_pictures.bind(post=post_id).all()


@pictures.post(returns=schemas.Picture, status=201, errors=(403, 404))
@receives_file(IMAGES, max_bytes=8_000_000, thumbnails=(320, 1280))
def add_picture(file: ReceivedFile, post_id: int) -> Picture:
    """Add a picture to your own post."""
    _refuse_others(post_id)
    with transaction() as session:
        picture = Picture(post_id=post_id, upload=save_upload(file))
        session.add(picture)
        session.flush()
    return picture


@pictures.delete("/<int:picture_id>", errors=(403, 404))
def delete_picture(post_id: int, picture_id: int) -> Answer:
    """Delete a picture of your own post; moderators may delete those of others."""
    if not current_identity().has_permission("posts:moderate"):
        _refuse_others(post_id)
    if not delete_pictures((Picture.post_id == post_id) & (Picture.id == picture_id)):
        raise Problem(404, "Resource not found")
    return Answer(message="Picture deleted")


def delete_pictures(condition: ColumnElement[bool]) -> int:
    """Delete pictures and their files; how many."""
    with transaction() as session:
        uploads = session.execute(delete(Picture).where(condition).returning(Picture.upload_id)).scalars().all()
        for upload_id in uploads:
            delete_upload(upload_id)
    return len(uploads)


def _refuse_others(post_id: int) -> None:
    if _author_of(post_id) != current_identity().id:
        raise Problem(403, "Only the owner may change this")


def _author_of(post_id: int) -> int:
    author: int | None = db.execute(select(Post.user_id).where(Post.id == post_id)).scalar()
    if author is None:
        raise Problem(404, "Resource not found")
    return author
