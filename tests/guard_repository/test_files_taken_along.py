"""What git ignores and an application needs is in both copies, and no answer repeats what it holds."""

import pytest

from beastmode_tools.source.repository import two_sides
from beastmode_tools.source.taken_along import values_of

IGNORED = {
    ".env": "PAYMENT_KEY=aB3dE5fG7hJ9\nMODE=production\n",
    "instance/config.py": "SECRET_KEY = 'zY8xW6vU4tS2'\n",
    "shop/_version.py": "version = '1.2'\n",
    "keys/jwt.pem": "-----BEGIN PRIVATE KEY-----\n",
}
LEFT = {
    "instance/shop.db": "data",
    ".venv/lib/module.py": "",
    "node_modules/x/package.json": "{}",
    "other/pyvenv.cfg": "",
    "other/lib/module.py": "",
    "debug.log": "",
}
RULES = "".join(
    f"{name}\n" for name in (".env", "instance/", "_version.py", "keys/", ".venv/", "node_modules/", "*.log")
)


@pytest.fixture
def sides(repository):
    """Both copies of the work tree as it is."""
    return lambda: two_sides(repository.project(), None)


def test_settings_keys_and_generated_modules_are_on_both_sides_and_data_and_packages_on_none(repository, sides):
    repository.commit({"app.py": "one\n", ".gitignore": RULES + "other/\nuploads/\n", "shop/__init__.py": ""})
    repository.write({**IGNORED, **LEFT, "uploads/picture.png": b"\x89PNG"})

    with sides() as comparison:
        copies = (comparison.old, comparison.new)
        both = [{path for path in (*IGNORED, *LEFT) if (side.folder / path).exists()} for side in copies]
        folders = [(side.folder / "uploads").is_dir() for side in copies]

        assert both == [set(IGNORED), set(IGNORED)]
        assert folders == [True, True]
        assert comparison.changes == ()


def test_a_file_that_one_side_has_stays_as_git_has_it_there(repository, sides):
    repository.commit({"app.py": "", "settings.cfg": "as it was\n"})
    repository.git("rm", "--quiet", "settings.cfg")
    repository.write({".gitignore": "settings.cfg\n", "settings.cfg": "of this machine\n"})

    with sides() as comparison:
        texts = [(side.folder / "settings.cfg").read_text() for side in (comparison.old, comparison.new)]

        assert texts == ["as it was\n", "of this machine\n"]


def test_values_of_such_files_are_known_and_ordinary_words_are_not(repository, sides):
    repository.commit({"app.py": "", ".gitignore": RULES})
    repository.write(IGNORED)

    with sides() as comparison:
        values = set(values_of(comparison.taken, comparison.new.root))

        assert {"aB3dE5fG7hJ9", "zY8xW6vU4tS2"} <= values
        assert "production" not in values
