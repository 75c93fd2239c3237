"""Calls every operation of the blog by the client that was generated for Python; prints the operations, one a line.

Run by the generator's own interpreter: FOLDER of the client, its package's name, the server's URL, the users' list.
"""

import importlib
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path

folder, package, url, users_list = sys.argv[1:]
sys.path.insert(0, folder)
clients = importlib.import_module(f"{package}.client")
models = importlib.import_module(f"{package}.models")


def call(operation, status, client, *path, **options):
    """What an operation answers, which must have this status and be read by the client's own models."""
    group = next(Path(folder, package, "api").glob(f"*/{operation}.py")).parent.name
    module = importlib.import_module(f"{package}.api.{group}.{operation}")
    answer = module.sync_detailed(*path, client=client, **options)
    assert answer.status_code == status, f"{operation}: {answer.status_code} {answer.content}"
    assert answer.parsed is not None, f"{operation}: {answer.content} was not understood"
    print(operation)  # noqa: T201 - it is what the test reads
    return answer.parsed


def picture_body():
    """A form with the smallest PNG that there is."""
    types = importlib.import_module(f"{package}.types")
    content = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
    return models.PicturesAddPictureBody(file=types.File(BytesIO(content), "dot.png", "image/png"))


nobody = clients.Client(base_url=url, raise_on_unexpected_status=True)
person = {"email": "ada@example.com", "password": "analytical-engine-1843"}
registered = call("auth_register", 201, nobody, body=models.RegistrationInput(**person, name="Ada"))
grant = call("auth_login", 200, nobody, body=models.LoginInput(**person)).data
grant = call("auth_refresh", 200, nobody, body=models.RefreshInput(refresh_token=grant.refresh_token)).data
ada = clients.AuthenticatedClient(base_url=url, token=grant.token, raise_on_unexpected_status=True)
assert call("auth_me", 200, ada).data.id == registered.data.id

post = call("posts_create_post", 201, ada, body=models.PostInput(title="Notes", body="On the engine")).data
changed = call("posts_change_post", 200, ada, post.id, body=models.PostPartialInput(title="Notes, again")).data
assert (changed.id, changed.title) == (post.id, "Notes, again")
comment = call("comments_create_comment", 201, ada, post.id, body=models.CommentInput(body="Well said")).data
call("comments_change_comment", 200, ada, post.id, comment.id, body=models.CommentPartialInput(body="Very well said"))
assert call("posts_get_post", 200, ada, post.id).data.comments[0].body == "Very well said"
assert call("posts_list_posts", 200, ada, sort="-title", per_page=5).data.pagination.total == 1
assert call("comments_list_comments", 200, ada, post.id, cursor="").data.items[0].id == comment.id
picture = call("pictures_add_picture", 201, ada, post.id, body=picture_body()).data
assert [each.id for each in call("pictures_list_pictures", 200, ada, post.id).data] == [picture.id]
call("pictures_delete_picture", 200, ada, post.id, picture.id)
call("comments_delete_comment", 200, ada, post.id, comment.id)
call("posts_delete_post", 200, ada, post.id)
assert call("users_get_user", 200, ada, registered.data.id).data.id == registered.data.id
call(users_list, 200, ada)
call("front_page_list_latest_posts", 200, nobody)

key = call("auth_create_key", 201, ada, body=models.NewKeyInput.from_dict({"name": "CI", "scopes": ["read"]})).data
call("auth_list_keys", 200, ada)
call("auth_revoke_key", 200, ada, key.id)
assert call("auth_update_me", 200, ada, body=models.AccountChangesInput(name="Ada L.")).data.name == "Ada L."
call("auth_export_me", 200, ada)
call("auth_list_sessions", 200, ada)
call("auth_end_session", 404, ada, "A" * 22)
call("auth_reset_password", 200, nobody, body=models.ResetInput(email=person["email"]))
made_up = {"token": "a-token-that-nobody-was-sent"}
call("auth_confirm_reset", 400, nobody, body=models.NewPasswordInput(**made_up, password="analytical-engine-1844"))
call("auth_verify_email", 400, nobody, body=models.VerifyEmailInput(**made_up))
call("auth_resend_verification", 200, ada)
other = models.ChangeEmailInput(email="lovelace@example.com", password=person["password"])
call("auth_change_email", 200, ada, body=other)
changed = models.ChangePasswordInput(current_password=person["password"], new_password="analytical-engine-1844")
call("auth_change_password", 200, ada, body=changed)
call("auth_delete_me", 202, ada)
call("auth_logout", 200, ada)
grant = call("auth_login", 200, nobody, body=models.LoginInput(person["email"], "analytical-engine-1844")).data
ada = clients.AuthenticatedClient(base_url=url, token=grant.token, raise_on_unexpected_status=True)
call("auth_logout_all", 200, ada)
