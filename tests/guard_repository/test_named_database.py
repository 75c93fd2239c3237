"""Code alone is run on the kind of database that the project's settings name."""

import pytest

from beastmode_tools.source.named_database import named_database


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"config.py": "URL = 'postgresql+psycopg2://shop@db/shop'\n"}, "postgresql"),
        ({"requirements/prod.txt": "Flask==3.1\npsycopg2-binary==2.9\n"}, "postgresql"),
        ({"docker-compose.yml": "services:\n  db:\n    image: postgres:16\n"}, "postgresql"),
        ({".env.example": "DATABASE_URL=postgres://localhost/shop\n"}, "postgresql"),
        ({"config.py": "URL = 'sqlite:///shop.db'\n", "requirements.txt": "Flask==3.1\n"}, None),
        ({"shop/views.py": "TEXT = 'moved from postgresql://old'\n", "README.md": "image: postgres"}, None),
    ],
    ids=["settings", "a driver", "a container", "an example", "SQLite", "other files"],
)
def test_settings_and_drivers_tell_the_kind_of_database(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert named_database(tmp_path) == expected
