from beastmode.api import Blueprint
from beastmode.cache import cached_response
from beastmode.query import Dumped, loading
from blog import schemas
from blog.models import Post

LATEST = 10

front_page = Blueprint("front_page", version="v1", url_prefix="/posts", description="What visitors see first.")
latest_posts = loading(schemas.Post, Post).order_by(Post.id.desc())


@front_page.get("/latest", returns=schemas.Post, many=True, public=True)
@cached_response(60, public=True, tags=[Post])
def list_latest_posts() -> Dumped:
    """List the ten latest posts, for everyone."""
    return latest_posts.all(limit=LATEST)
