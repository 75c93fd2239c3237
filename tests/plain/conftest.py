import pytest
from werkzeug.security import generate_password_hash

from apps.plain import complete, create_app, new_app
from apps.plain.models import Book, Member, db
from beastmode import Api, Beastmode

PASSWORD_HASH = generate_password_hash("analytical", method="pbkdf2:sha256:1")  # the ordinary one takes its time
BOOKS = ("Cranford", "Emma", "Middlemarch")


@pytest.fixture
def make_site(tmp_path):
    """Makes the site, with `Beastmode` called "never", "first" of all or "last", its parts, and settings."""
    made = []

    def make(beastmode="last", without=(), api=None, **config):
        address = f"sqlite:///{tmp_path / f'site-{len(made)}.db'}"
        settings = {"TESTING": True, "PROPAGATE_EXCEPTIONS": False, "SQLALCHEMY_DATABASE_URI": address}
        if beastmode == "never":
            app = create_app(settings | config)
        else:
            app = new_app(settings | {"ENVIRONMENT": "testing"} | config)
            if beastmode == "first":
                Beastmode(app, without=without, api=api)
            complete(app)
            if beastmode == "last":
                Beastmode(app, without=without, api=api)
        stock_up(app)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def plain(make_site):
    """The site as it is without beastmode."""
    return make_site("never")


@pytest.fixture(params=["first", "last"])
def fitted(request, make_site):
    """The site with beastmode, put in before everything else or after it."""
    return make_site(request.param)


@pytest.fixture
def visitor(make_site):
    """A visitor of the site with beastmode."""
    return make_site().test_client()


@pytest.fixture
def api_visitor(make_site):
    """A visitor of the site that was given an API of ours too."""
    return make_site(api=Api("Library")).test_client()


def stock_up(app):
    with app.app_context():
        db.create_all()
        db.session.add_all([Member(name="Ada", password_hash=PASSWORD_HASH), *(Book(title=title) for title in BOOKS)])
        db.session.commit()
