from marshmallow import fields
from marshmallow.validate import Length

from beastmode.api import Schema
from beastmode.uploads import Uploaded


class Profile(Schema):
    id = fields.Int()
    bio = fields.Str()
    avatar_url = fields.Str()


class User(Schema):
    id = fields.Int()
    email = fields.Str()
    name = fields.Str()
    is_active = fields.Bool()
    created_at = fields.DateTime()


class UserWithProfile(User):
    profile = fields.Nested(Profile, allow_none=True)


class Comment(Schema):
    id = fields.Int(dump_only=True)
    post_id = fields.Int(dump_only=True)
    user_id = fields.Int(dump_only=True)
    body = fields.Str(required=True, validate=Length(1, 10_000))
    created_at = fields.DateTime(dump_only=True)


class Post(Schema):
    id = fields.Int(dump_only=True)
    user_id = fields.Int(dump_only=True)
    title = fields.Str(required=True, validate=Length(1, 200))
    body = fields.Str(required=True, validate=Length(1, 10_000))
    created_at = fields.DateTime(dump_only=True)


class PostDetail(Post):
    author = fields.Nested(User)
    comments = fields.List(fields.Nested(Comment))


class Picture(Schema):
    id = fields.Int()
    post_id = fields.Int()
    upload = fields.Nested(Uploaded)
