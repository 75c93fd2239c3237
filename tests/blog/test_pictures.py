"""Pictures of posts: only their author adds and deletes them, and everybody who is logged in sees them."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from beastmode.uploads import Upload
from blog.models import Picture, Post, db


@pytest.fixture
def app_config(tmp_path):
    return {"UPLOAD_FOLDER": str(tmp_path)}


@pytest.fixture
def post_id(ada, factory):
    return factory(Post, user_id=ada.id).id


@pytest.fixture
def add_picture(app):
    """Adds a picture to a post; the response."""
    file = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(file, "JPEG")

    def add_picture(person, post_id):
        return app.test_client().post(
            f"/api/v1/posts/{post_id}/pictures",
            data=file.getvalue(),
            content_type="image/jpeg",
            headers={
                "Authorization": f"Bearer {person.api.auth_token}",
                "Content-Disposition": 'attachment; filename="engine.jpg"',
            },
        )

    return add_picture


def test_a_picture_of_a_post_is_listed_with_thumbnails(ada, eve, post_id, add_picture):
    """Anyone who may read the post gets URLs of the picture and of its thumbnails."""
    added = add_picture(ada, post_id)

    (picture,) = eve.api.get(f"/api/v1/posts/{post_id}/pictures").json["data"]

    assert added.status_code == 201, added.json
    assert (picture["upload"]["status"], picture["upload"]["name"]) == ("ready", "engine.jpg")
    assert [(each["width"], each["height"]) for each in picture["upload"]["thumbnails"]] == [(320, 240), (640, 480)]


def test_only_the_author_adds_and_deletes_pictures(ada, eve, post_id, add_picture):
    """Others get 403, and nothing is stored."""
    picture = add_picture(ada, post_id).json["data"]

    responses = [add_picture(eve, post_id), eve.api.delete(f"/api/v1/posts/{post_id}/pictures/{picture['id']}")]

    assert [each.status_code for each in responses] == [403, 403]


def test_a_deleted_post_takes_its_pictures_along(app, ada, post_id, add_picture, tmp_path):
    """Their rows and files are deleted with it."""
    add_picture(ada, post_id)

    response = ada.api.delete(f"/api/v1/posts/{post_id}")

    assert response.status_code == 200
    with app.app_context():
        assert [db.execute(select(func.count()).select_from(model)).scalar() for model in (Picture, Upload)] == [0, 0]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
