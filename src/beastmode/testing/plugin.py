"""The pytest plugin: loaded wherever beastmode is installed, it adds fixtures if a project names its application."""

import pytest

OPTION = "beastmode_app"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that names the project's application factory.

    Args:
        parser: pytest's own.
    """
    parser.addini(
        OPTION,
        'The function that creates the application under test from a mapping of settings, such as "blog:create_app".',
    )


def pytest_configure(config: pytest.Config) -> None:
    """Brings in the fixtures of beastmode.testing, if the option is set.

    Args:
        config: pytest's own.

    Raises:
        UsageError: The option names no function of a module.
    """
    target = config.getini(OPTION)
    # Not unconditionally: `app` and `client` are names that other plugins, and projects without beastmode, use too.
    if not target:
        return
    module, _, function = target.partition(":")
    if not (module and function):
        raise pytest.UsageError(f'{OPTION} is {target!r}; expected a module and a function, such as "blog:create_app".')
    config.pluginmanager.import_plugin("beastmode.testing.fixtures")
