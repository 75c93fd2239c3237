"""An application that receives files in every way: uploads of one's own, reports, and pictures of posts."""

from io import BytesIO

from flask import Flask, Response
from PIL import Image
from sqlalchemy import select

from beastmode import Api, Beastmode, Blueprint, Database, Problem, transaction
from beastmode.core.identity import Identity, current_identity, set_authenticator
from beastmode.jobs import Jobs
from beastmode.uploads import (
    IMAGES,
    ReceivedFile,
    Upload,
    Uploaded,
    Uploads,
    receives_file,
    save_upload,
    send_upload,
    upload_routes,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
MOST = 200_000


def gallery(url: str, folder, scan=None, **settings) -> Flask:
    """The application; callers name themselves in X-User."""
    app = Flask("gallery")
    app.config.update(ENVIRONMENT="testing", LOG_LEVEL="CRITICAL", DATABASE_URL=url, UPLOAD_FOLDER=str(folder))
    app.config.update(settings)
    database = Database()
    api = Api("Gallery")
    api.register(upload_routes(version="v1", types=["*/*"], max_bytes=MOST, thumbnails=(32,)))
    api.register(pictures(database))
    set_authenticator(app, lambda asked: Identity("account", asked.headers.get("X-User", "ada")))
    Beastmode(app, database=database, api=api, jobs=Jobs(), uploads=Uploads(scan=scan))
    return app


def pictures(database) -> Blueprint:
    routes = Blueprint("pictures", version="v1", url_prefix="/pictures")

    @routes.post(returns=Uploaded, status=201)
    @receives_file(IMAGES, max_bytes=20_000, thumbnails=(16, 64))
    def add_picture(file: ReceivedFile) -> Upload:
        """Add a picture."""
        return save_upload(file)

    @routes.post("/refused")
    @receives_file(IMAGES)
    def refuse_picture(file: ReceivedFile) -> None:
        """Refuse a picture."""
        raise Problem(403, f"No {file.name}, with {dict(file.fields)}")

    @routes.post("/any", returns=Uploaded, status=201)
    @receives_file(["*/*"])
    def add_any(file: ReceivedFile) -> Upload:
        """Add a file of any type."""
        return save_upload(file)

    @routes.post("/failing")
    @receives_file(["*/*"])
    @transaction
    def fail_after_saving(file: ReceivedFile) -> None:
        """Save a file, and fail."""
        save_upload(file)
        raise Problem(409, "No")

    @routes.get("/<picture_id>/thumbnail/<int:longest>", errors=(404, 409))
    def thumbnail(picture_id: str, longest: int) -> Response:
        """Anyone's thumbnail."""
        return send_upload(database.session.scalars(select(Upload).where(Upload.id == picture_id)).one(), longest)

    @routes.get("/me")
    def me() -> dict[str, str]:
        """Who calls."""
        return {"key": current_identity().key}

    return routes


def picture(kind="PNG", size=(40, 30), color="red", **options) -> bytes:
    """An image file."""
    file = BytesIO()
    Image.new("RGB", size, color).save(file, kind, **options)
    return file.getvalue()
