"""Whether an application draws random numbers at startup decides how often it is started."""

import pytest

APP = "from flask import Flask\n{}\ndef create_app():\n    app = Flask(__name__)\n{}    return app\n"


@pytest.mark.parametrize(
    ("imported", "asked"),
    [
        ("import random", "random.choice('ab')"),
        ("from random import randint", "randint(1, 2)"),
        ("import random", "random.SystemRandom().choice('ab')"),
        ("import secrets", "secrets.token_hex(4)"),
        ("import uuid", "uuid.uuid4()"),
        ("import os", "os.urandom(1)"),
    ],
)
def test_what_the_project_draws_is_noticed(boot, imported, asked):
    """A value decided by it may be the same at two starts by chance."""
    assert boot({"app.py": APP.format(imported, f"    app.config['DRAWN'] = str({asked})\n")}).draws


def test_what_a_package_draws_for_itself_is_left_out(boot):
    """Packages number their objects while they are imported; starting four times more would show nothing new."""
    package = "import random, uuid\nNUMBER, NAME = random.random(), uuid.uuid4()\n"
    files = {"lib/site-packages/numbered.py": package}
    folder = "sys.path.append(str(pathlib.Path(__file__).parent / 'lib/site-packages'))"

    assert not boot(files | {"app.py": APP.format(f"import sys, pathlib\n{folder}\nimport numbered", "")}).draws


def test_what_a_package_elsewhere_draws_is_left_out_too(boot, tmp_path):
    """An editable one is installed outside of the environment."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "apart.py").write_text("import secrets\ndef token():\n    return secrets.token_hex(4)\n")
    found = f"import sys\nsys.path.append({str(tmp_path / 'elsewhere')!r})\nimport apart"

    assert not boot({"app.py": APP.format(found, "    app.config['TOKEN'] = apart.token()\n")}).draws


def test_an_application_that_draws_nothing_is_told_so(boot):
    """Two starts of each side are enough then."""
    assert not boot({"app.py": APP.format("import random", "")}).draws
