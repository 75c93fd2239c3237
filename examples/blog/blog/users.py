from datetime import UTC, datetime

from beastmode.api import Blueprint, Deprecation, Filter, Listing
from beastmode.query import Dumped, Loading, loading
from blog import schemas
from blog.models import User

LEGACY_LIMIT = 10_000

users_v1 = Blueprint("users", version="v1", url_prefix="/users", description="The authors.")
users_v2 = Blueprint("users", version="v2", url_prefix="/users", description="The authors.")
users = loading(schemas.User, User)
users_with_profile = loading(schemas.UserWithProfile, User)


@users_v1.get(
    returns=schemas.User,
    many=True,
    envelope=False,
    deprecated=Deprecation(
        since=datetime(2026, 6, 1, tzinfo=UTC),
        sunset=datetime(2027, 6, 1, tzinfo=UTC),
        successor="/api/v2/users",
    ),
)
def list_all_users() -> Dumped:
    """List users without pagination: the first 10,000 by ID."""
    return users.all(limit=LEGACY_LIMIT)


@users_v1.get("/<int:user_id>", returns=schemas.User)
def get_user(user_id: int) -> Dumped:
    """Get a user."""
    return users.get(user_id)


@users_v2.get(
    returns=schemas.UserWithProfile,
    listing=Listing(
        sorts=[User.id, User.created_at, User.email, User.name],
        filters={"is_active": Filter(User.is_active), "name": Filter(User.name, ("eq", "startswith"))},
    ),
)
def list_users() -> Loading:
    """List users with their profiles."""
    return users_with_profile
