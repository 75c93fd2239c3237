from beastmode.accounts import Accounts, ApiKeys, Bearer
from beastmode.api import Api, Version
from blog.comments import comments
from blog.front_page import front_page
from blog.models import User
from blog.pictures import pictures
from blog.posts import posts
from blog.users import users_v1, users_v2

api = Api("Blog", versions=[Version("v1"), Version("v2")])
api.register(users_v1, users_v2, posts, comments, pictures, front_page)
accounts = Accounts(User, roles={"moderator": ["posts:moderate", "comments:moderate"]})
authenticators = [Bearer(), ApiKeys(prefix="blog")]
