import pytest

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import GuardSettings
from beastmode_tools.settings_file import parse_settings_file, read_settings, read_settings_file

FULL = """
[guard]
core = ["shop/prices.py", "shop/tax/*.py"]
environment = { FLAVOUR = "test" }
big_tables = ["orders"]
postgres_version = 16
seed = "shop.seed:rows"
timeout = 30
replays = ["/orders?page=2"]
app = "shop:create_app"
migrations = "db/migrations"
"""


def test_every_setting_is_read():
    assert parse_settings_file(FULL).guard == GuardSettings(
        core=("shop/prices.py", "shop/tax/*.py"),
        environment={"FLAVOUR": "test"},
        big_tables=("orders",),
        postgres_version=16,
        seed="shop.seed:rows",
        timeout=30.0,
        replays=("/orders?page=2",),
        app="shop:create_app",
        migrations="db/migrations",
    )


def test_every_setting_of_the_guard_can_be_written_in_the_file():
    fields = set(GuardSettings.__dataclass_fields__)

    assert {name for name in fields if f"\n{name} = " in FULL} == fields


def test_a_project_without_the_file_has_the_defaults(tmp_path):
    assert read_settings(tmp_path) == GuardSettings()
    assert read_settings_file(tmp_path).accepted == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[guard]\n\ncor = []", r"beastmode.toml:3: guard.cor is no setting; did you mean guard.core\?"),
        ("[gaurd]", r"beastmode.toml:1: gaurd is no setting; did you mean guard\?"),
        ("[guard]\nzzz = 1", r"beastmode.toml:2: guard.zzz is no setting; known are core, "),
        ("[guard]\ncore = 'x'", r"beastmode.toml:2: guard.core is 'x', but it has to be a list of texts"),
        ("[guard]\ncore = [1]", r"guard.core is \[1\], but"),
        ("[guard]\ntimeout = 0", r"beastmode.toml:2: guard.timeout is 0, but"),
        ("[guard]\ntimeout = nan", r"guard.timeout is nan, but"),
        ("[guard]\ntimeout = true", r"guard.timeout is True, but"),
        ("[guard]\npostgres_version = '15'", r"whole number"),
        ("[guard]\nseed = 1", r"text in quotes"),
        ("[guard]\nenvironment = { A = 1 }", r"table of texts"),
        ("guard = 3", r"guard has to be a table"),
        ("[guard]\naccepted = 3", r"\[\[guard.accepted\]\]"),
        ("[[guard.accepted]]\nfingerprint = 'a'", r"has no reason"),
        ("[[guard.accepted]]\nreason = 'a'", r"has no fingerprint"),
        ("[[guard.accepted]]\nfingerprint = 'a'\nreason = 'b'\nuntill = 1", r"beastmode.toml:4: .*did you mean"),
        ("[[guard.accepted]]\nfingerprint = 'a'\nreason = 'b'\nuntil = 'soon'", r"beastmode.toml:4: .*date such as"),
        ("[guard", r"no valid TOML: .*line 1"),
        ("[guard]\ncore = []\ncore = []", r"line 3"),
    ],
)
def test_a_slip_is_told_with_its_line_and_what_to_write(text, told):
    with pytest.raises(CouldNotRun, match=told):
        parse_settings_file(text)


@pytest.mark.parametrize("value", ["2027-01-31", "'2027-01-31'", "2027-01-31T00:00:00"])
def test_a_date_may_be_written_in_each_way_that_toml_has(value):
    read = parse_settings_file(f"[[guard.accepted]]\nfingerprint = 'a'\nreason = 'b'\nuntil = {value}")

    assert read.accepted[0]["until"] == "2027-01-31"


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "beastmode.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(CouldNotRun, match="UTF-8"):
        read_settings(tmp_path)
