"""Settings that a project declares itself: read, checked, described and refused as the library's own are."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask

from beastmode import Beastmode
from beastmode.core.environment import read_settings
from beastmode.core.errors import ConfigurationError, SettingsError
from beastmode.core.setting import Secret, choice, setting, text, whole
from beastmode.core.settings import Settings, current_settings, secret_names, settings_table

LONG = "a-secret-of-more-than-thirty-two-bytes"


FEATURES = [("cors", "cors_origins"), ("logs", "log_level"), ("headers", "hsts_seconds"), ("metrics", "metrics_token")]


@dataclass(frozen=True, kw_only=True)
class ShopSettings(Settings):
    """Settings of the shop."""

    shop_name: str = setting(text(), "Corner shop", "What the shop is called.", expects="a name")
    shop_shelves: int = setting(whole(1, 9), 3, "How many shelves there are.", expects="a number from 1 to 9")
    shop_stamp: str = setting(Secret(), "", "Signs the receipts.", expects="a random secret", secret=True, signs=True)

    def problems(self) -> Iterator[str]:
        """What is wrong with values that are each valid."""
        if self.shop_name == "Closet" and self.shop_shelves > 1:
            yield "SHOP_SHELVES is above 1, but a closet has one shelf."


@dataclass(frozen=True, kw_only=True)
class BranchSettings(Settings):
    """Settings of a branch."""

    branch_city: str = setting(text(), "Paris", "Where the branch is.", expects="a city")

    def problems(self) -> Iterator[str]:
        """What is wrong with values that are each valid."""
        if self.branch_city == "Atlantis":
            yield "BRANCH_CITY is under water."


def shop(*kinds, **config):
    app = Flask("shop")
    app.config.update(ENVIRONMENT="testing", **config)
    Beastmode(app, settings=kinds or [ShopSettings])
    return app


def test_a_setting_of_the_project_is_read_from_the_configuration_and_from_the_environment(monkeypatch):
    """`app.config` comes before the environment, which comes before the default."""
    monkeypatch.setenv("SHOP_NAME", "Night shop")
    monkeypatch.setenv("SHOP_SHELVES", "9")

    with shop(SHOP_SHELVES=5).app_context():
        settings = current_settings(ShopSettings)

    assert (settings.shop_name, settings.shop_shelves, settings.shop_stamp) == ("Night shop", 5, "")
    assert settings.environment == "testing"


def test_wrong_values_of_the_project_and_of_the_library_are_listed_together():
    """One start shows every problem, whoever declared the setting."""
    with pytest.raises(SettingsError) as caught:
        shop(SHOP_SHELVES="many", THREADS="none")

    assert caught.value.problems == [
        "THREADS is 'none'; expected a number from 1 to 256.",
        "SHOP_SHELVES is 'many'; expected a number from 1 to 9.",
    ]


def test_each_class_refuses_values_by_its_own_method():
    """No class has to call another's `problems`, and none silences another's."""
    with pytest.raises(SettingsError) as caught:
        shop(ShopSettings, BranchSettings, SHOP_NAME="Closet", BRANCH_CITY="Atlantis")

    assert caught.value.problems == [
        "SHOP_SHELVES is above 1, but a closet has one shelf.",
        "BRANCH_CITY is under water.",
    ]


def test_production_requires_a_strong_secret_where_the_project_signs_with_it():
    """A row with `signs=True` is held to the rules of SECRET_KEY."""
    environ = {"ENVIRONMENT": "production", "SECRET_KEY": LONG}

    with pytest.raises(SettingsError, match="SHOP_STAMP has 5 bytes; production requires"):
        read_settings({}, {**environ, "SHOP_STAMP": "short"}, kinds=[ShopSettings])

    assert read_settings({}, {**environ, "SHOP_STAMP": LONG}, kinds=[ShopSettings]).of(ShopSettings).shop_stamp == LONG
    assert read_settings({}, environ, kinds=[ShopSettings]).is_production, "an unset one signs nothing"


def test_a_secret_of_the_project_is_never_shown():
    """Neither `repr` nor a message has it."""
    with shop(SHOP_STAMP="swordfish").app_context():
        assert "swordfish" not in repr(current_settings(ShopSettings))
    with pytest.raises(SettingsError) as caught:
        shop(SHOP_STAMP="sword\nfish")

    assert caught.value.problems == ["SHOP_STAMP is not usable; expected a random secret."]
    assert "SHOP_STAMP" in secret_names()


def test_the_rows_of_the_project_come_after_those_of_every_application():
    """The table has them in the order in which they are declared."""
    names = [row.name for row in settings_table(BranchSettings, ShopSettings)]

    assert names[0] == "ENVIRONMENT"
    assert names[-4:] == ["BRANCH_CITY", "SHOP_NAME", "SHOP_SHELVES", "SHOP_STAMP"]


def test_a_class_that_was_not_passed_to_the_application_is_named():
    """Whoever reads it learns where to pass it."""
    expected = r"do not include BranchSettings.*settings=\[BranchSettings\]"
    with shop(ShopSettings).app_context(), pytest.raises(ConfigurationError, match=expected):
        current_settings(BranchSettings)
    with Flask("plain").app_context(), pytest.raises(ConfigurationError, match="'plain' has no settings"):
        current_settings(Settings)


def test_a_setting_of_a_feature_that_is_not_used_is_absent():
    """No database: no DATABASE_URL, not even as an attribute, and nobody minds its value."""
    app = shop(DATABASE_URL=7, PASSWORD_RULES="no rules")

    settings = app.extensions["beastmode.settings"]

    assert not hasattr(settings, "database_url")
    assert not hasattr(settings, "password_rules")
    assert settings.log_level == "INFO"


@pytest.mark.parametrize(("feature", "name"), FEATURES)
def test_a_setting_of_a_feature_that_is_left_out_is_absent(feature, name):
    """`without=` takes the settings away with the feature."""
    app = Flask("shop")
    app.config.update({"ENVIRONMENT": "testing", name.upper(): object()})

    Beastmode(app, without=[feature])

    assert not hasattr(app.extensions["beastmode.settings"], name)


@dataclass(frozen=True, kw_only=True)
class TillSettings(Settings):
    """Settings of the till."""

    till_sound: str = setting(
        choice("ring", "none"), "ring", "What it plays.", expects="ring or none", renamed={"bell": "ring"}
    )


def test_a_value_that_was_renamed_works_with_a_warning_that_names_the_new_one():
    """Whoever upgrades is not stopped by a new word, and learns it."""
    with pytest.warns(FutureWarning, match="^TILL_SOUND=bell is now called ring: set TILL_SOUND=ring, which means"):
        settings = read_settings({}, {"ENVIRONMENT": "testing", "TILL_SOUND": "bell"}, kinds=[TillSettings])

    assert settings.of(TillSettings).till_sound == "ring"


def test_two_classes_with_a_setting_of_one_name_are_refused():
    """Whose default would hold depends on an order that nobody sees."""

    @dataclass(frozen=True, kw_only=True)
    class OtherShop(Settings):
        shop_name: str = setting(text(), "Other", "What it is called.", expects="a name")

    with pytest.raises(ConfigurationError, match="SHOP_NAME is a setting of ShopSettings and of OtherShop"):
        shop(ShopSettings, OtherShop)


def test_a_setting_of_the_library_cannot_be_declared_again():
    """A project that used a name of ours would change what ours means."""

    @dataclass(frozen=True, kw_only=True)
    class Loud(Settings):
        log_level: str = setting(text(), "LOUD", "How loud.", expects="a word")

    with pytest.raises(ConfigurationError, match="LOG_LEVEL is a setting of LogSettings and of Loud"):
        shop(Loud)


class NoDataclass(Settings):
    shop_name: str = setting(text(), "Corner shop", "What the shop is called.", expects="a name")


@dataclass(frozen=True, kw_only=True)
class NoRow(Settings):
    shop_name: str = field(default="Corner shop")


@dataclass(frozen=True, kw_only=True)
class UpperCase(Settings):
    SHOP_NAME: str = setting(text(), "Corner shop", "What the shop is called.", expects="a name")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([NoDataclass], r"NoDataclass is not a dataclass; write @dataclass\(frozen=True, kw_only=True\)"),
        ([NoRow], r"NoRow.shop_name is not declared with setting\(...\)"),
        ([UpperCase], "UpperCase.SHOP_NAME: write the name in lower case"),
        ([dict], "dict is not a class of settings"),
        ([{"SHOP_NAME": "x"}], "is not a class of settings"),
        (ShopSettings, r"settings=ShopSettings\): expected a list; write settings=\[ShopSettings\]"),
    ],
)
def test_a_class_whose_settings_would_not_be_read_is_refused(given, said):
    """A row that is silently ignored is worse than an error."""
    app = Flask("shop")
    app.config["ENVIRONMENT"] = "testing"

    with pytest.raises(ConfigurationError, match=said):
        Beastmode(app, settings=given)
