"""Defences of uploads: what is received, what it is taken for, who gets it, and what a browser does with it."""

from defence import Defence

ATTACKS, RESUMABLE, SENT = (
    "attacks/test_attacks_on_uploads.py",
    "uploads/test_resumable.py",
    "uploads/test_sent_files.py",
)
STORED, TROUBLE = "uploads/test_uploads.py", "uploads/test_uploads_in_trouble.py"

DEFENCES = (
    Defence(
        "files beyond the limit",
        "uploads/incoming.py",
        "if self.size > self._most:",
        "if False:",
        f"{ATTACKS} {RESUMABLE}",
    ),
    Defence(
        "bodies that announce too much",
        "uploads/bodies.py",
        "if length is not None and length > most:",
        "if False:",
        ATTACKS,
    ),
    Defence(
        "several files in a form",
        "uploads/bodies.py",
        "        if files:\n            raise",
        "        if False:\n            raise",
        ATTACKS,
    ),
    Defence("empty files", "uploads/bodies.py", "if not body.file.size:", "if False:", ATTACKS),
    Defence(
        "types that are only claimed", "uploads/kinds.py", "if not wanted or wanted in possible:", "if True:", ATTACKS
    ),
    Defence(
        "types of other routes",
        "uploads/steps.py",
        "        refuse_other(media_type, self._declaration.types)\n",
        "",
        ATTACKS,
    ),
    Defence(
        "pixels of one image",
        "uploads/images.py",
        "            if most_pixels is not None:\n",
        "            if False:\n",
        ATTACKS,
    ),
    Defence(
        "pixels of all frames",
        "uploads/images.py",
        "        _refuse_beyond(image.width * image.height * frames, most_pixels)\n",
        "",
        ATTACKS,
    ),
    Defence(
        "metadata of images",
        "uploads/images.py",
        'icc_profile=upright.info.get("icc_profile"), exif=b"", **options)',
        'icc_profile=upright.info.get("icc_profile"), exif=image.getexif(), **options)',
        "uploads/test_images.py",
    ),
    Defence("paths in names", "uploads/names.py", 'given.replace("\\\\", "/").rpartition("/")[2]', "given", ATTACKS),
    Defence(
        "directions in names",
        "uploads/names.py",
        'plain = "".join(each for each in plain if unicodedata.category(each) not in _HIDDEN)',
        "pass",
        ATTACKS,
    ),
    Defence(
        "names of another type",
        "uploads/names.py",
        "if mimetypes.guess_type(plain)[0] == media_type:",
        "if True:",
        ATTACKS,
    ),
    Defence(
        "quotes in names", "uploads/names.py", """re.sub(r'[^ -~]|["\\\\%;]', "_", ascii_name)""", "ascii_name", ATTACKS
    ),
    Defence(
        "pages that are shown",
        "uploads/names.py",
        'kind = "inline" if media_type in _INLINE else "attachment"',
        'kind = "inline"',
        ATTACKS,
    ),
    Defence(
        "scripts of files", "uploads/sending.py", 'response.headers["Content-Security-Policy"] = POLICY', "pass", SENT
    ),
    Defence(
        "files before they are checked",
        "uploads/sending.py",
        "if upload.status != READY:",
        "if False:",
        "uploads/test_images.py uploads/test_resumable.py",
    ),
    Defence("forged URLs", "uploads/links.py", "_signer().loads(token)", "_signer().loads_unsafe(token)[1]", ATTACKS),
    Defence("expired URLs", "uploads/links.py", "if left <= 0:", "if False:", SENT),
    Defence(
        "uploads beyond the quota",
        "uploads/saving.py",
        "if used + size > quota:",
        "if False:",
        f"{ATTACKS} {RESUMABLE}",
    ),
    Defence(
        "uploads at once",
        "uploads/saving.py",
        "work.execute(select(func.pg_advisory_xact_lock(number)))",
        "pass",
        ATTACKS,
    ),
    Defence(
        "parts at another offset",
        "uploads/resumable.py",
        "if upload.status != INCOMPLETE or offset != upload.received:",
        "if False:",
        RESUMABLE,
    ),
    Defence(
        "expired uploads",
        "uploads/resumable.py",
        "upload.expires_at is not None and upload.expires_at < now():",
        "False:",
        RESUMABLE,
    ),
    Defence("files that were not saved", "uploads/steps.py", "if not file.is_saved:", "if False:", STORED),
    Defence(
        "files that others on the machine read",
        "uploads/storage.py",
        "    folder.parent.mkdir(mode=0o700, exist_ok=True)",
        "    folder.parent.mkdir(mode=0o755, exist_ok=True)",
        STORED,
    ),
    Defence(
        "files in the static folder", "uploads/inspecting.py", "if static is not None and (", "if False and (", TROUBLE
    ),
)
