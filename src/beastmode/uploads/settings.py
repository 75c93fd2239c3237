from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from beastmode.core.setting import Secret, setting, text, whole
from beastmode.core.settings import Settings

_SCHEMES = ("s3", "gs", "az")
_MB, _GB = 1024**2, 1024**3
_A_SIZE = "a number of bytes"


@dataclass(frozen=True, kw_only=True)
class UploadSettings(Settings):
    """Settings of uploads."""

    storage_url: str | None = setting(
        text(),
        None,
        "Where uploaded files are stored: a bucket, with an optional prefix. If unset, in UPLOAD_FOLDER, which several "
        "machines can only use if they share it.",
        expects="a URL such as s3://bucket/prefix, gs://bucket or az://container",
    )
    storage_endpoint: str | None = setting(
        text(),
        None,
        "The address of an S3-compatible server other than that of AWS, such as MinIO.",
        expects="a URL such as https://minio.example.com",
    )
    storage_region: str | None = setting(
        text(), None, "The region of the bucket; if unset, that of the environment (AWS_REGION).", expects="a name"
    )
    storage_access_key: str = setting(
        Secret(),
        "",
        "The access key ID for S3. If unset, the credentials come from the environment or from the machine.",
        expects="an access key ID",
        secret=True,
    )
    storage_secret_key: str = setting(
        Secret(), "", "The secret access key for S3.", expects="a secret access key", secret=True
    )
    upload_folder: str | None = setting(
        text(),
        None,
        "The folder for uploaded files, and for files while they are received. If unset, `uploads` in the instance "
        "folder of the application.",
        expects="a path",
    )
    upload_max_bytes: int = setting(
        whole(1), 10 * _MB, "The maximum size of an uploaded file, unless its route says otherwise.", expects=_A_SIZE
    )
    upload_quota_bytes: int = setting(
        whole(0), _GB, "How much each account may store; 0 means no limit.", expects=_A_SIZE
    )
    upload_max_pixels: int = setting(
        whole(1),
        50_000_000,
        "The maximum number of pixels of an image, over all its frames. Decoding takes 4 bytes for each.",
        expects="a number of pixels",
    )
    upload_concurrency: int = setting(
        whole(1, 100),
        2,
        "The maximum number of uploaded files that are processed at the same time.",
        expects="a number from 1 to 100",
    )
    upload_url_seconds: int = setting(
        whole(60, 7 * 86_400),
        3600,
        "For how long the URL of an uploaded file is valid.",
        expects="a number of seconds from 60 to 604800",
    )
    upload_resumable_hours: int = setting(
        whole(1, 24 * 365),
        24,
        "How many hours after its last part an incomplete resumable upload is deleted.",
        expects="a number of hours",
    )
    upload_orphan_hours: int = setting(
        whole(1, 24 * 365),
        24,
        "After how many hours a stored file that belongs to no upload is deleted; longer than any request takes.",
        expects="a number of hours",
    )

    def problems(self) -> Iterator[str]:
        """Problems with combinations of values that are valid individually."""
        if self.storage_url is not None and urlsplit(self.storage_url).scheme not in _SCHEMES:
            yield "STORAGE_URL is not the URL of a bucket; expected one such as s3://bucket/prefix."
        if self.storage_endpoint and not self.storage_url:
            yield "STORAGE_ENDPOINT is set, but STORAGE_URL is not; set both."
        if bool(self.storage_access_key) != bool(self.storage_secret_key):
            yield "Only one of STORAGE_ACCESS_KEY and STORAGE_SECRET_KEY is set; set both, or neither."
