"""Somebody who uploads files to an application."""

from io import BytesIO

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from beastmode.testing.job_runs import run_due
from beastmode.uploads import sweep_uploads


class Uploader:
    """A caller of an application.

    Args:
        app: The application.
        name: Who calls.
        root: The version that is called.
    """

    def __init__(self, app, name="ada", root="/api/v1"):
        self.app = app
        self.root = root
        self._client = app.test_client()
        self._headers = {"X-User": name}

    def send(self, content, name="a.png", media_type=None, path="/uploads", **fields):
        """Send a file in a form."""
        file = FileStorage(BytesIO(content), name, content_type=media_type)
        # In memory: Werkzeug's client would leave a temporary file open.
        boundary, form = encode_multipart({"file": file, **fields})
        return self.call("POST", path, data=form, content_type=f"multipart/form-data; boundary={boundary}")

    def send_raw(self, content, media_type="application/octet-stream", path="/uploads", **headers):
        """Send a file as the body."""
        return self.call("POST", path, data=content, content_type=media_type, headers=headers)

    def upload(self, content, *args, **options):
        """Send a file, process it, and return its upload."""
        response = self.send(content, *args, **options)
        assert response.status_code == 201, response.json
        self.work()
        return self.get(response.json["data"]["id"])

    def get(self, upload_id):
        """An upload."""
        return self.call("GET", f"/uploads/{upload_id}").json["data"]

    def download(self, upload_id, **headers):
        """The content of an upload."""
        return self.call("GET", f"/uploads/{upload_id}/content", headers=headers)

    def call(self, method, path, headers=(), **options):
        """Send a request."""
        named = {name.replace("_", "-"): str(value) for name, value in dict(headers).items()}
        headers = {**self._headers, **named}
        # Buffered: the application closes what it has opened before the test reads the response.
        return self._client.open(self.root + path, method=method, headers=headers, buffered=True, **options)

    def open(self, url, **headers):
        """Follow a URL, without saying who calls."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().get(url, headers=named, buffered=True)

    def sweep(self):
        """Delete what belongs to nothing; how much."""
        with self.app.app_context():
            return sweep_uploads()

    def work(self):
        """Run the jobs that are due; how many."""
        return run_due(self.app)
