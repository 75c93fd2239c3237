import subject


def test_settings_of_the_shell_do_not_weaken_what_is_measured(monkeypatch):
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.setenv("LOG_LEVEL", "CRITICAL")
    monkeypatch.setenv("PASSWORD_RULES", "composition")
    monkeypatch.setenv("FLASK_DEBUG", "1")

    environment = subject.environment()

    assert environment["ENVIRONMENT"] == "production"
    assert environment["LOG_LEVEL"] == "INFO"
    assert "PASSWORD_RULES" not in environment
    assert "FLASK_DEBUG" not in environment


def test_the_secret_of_tokens_is_the_callers(monkeypatch):
    monkeypatch.setenv("JWT_SECRET_KEY", "chosen-by-whoever-measures-and-long-enough")

    assert subject.environment()["JWT_SECRET_KEY"] == "chosen-by-whoever-measures-and-long-enough"


def test_the_secret_of_all_else_is_new_each_time():
    assert subject.environment()["SECRET_KEY"] != subject.environment()["SECRET_KEY"]


def test_whatever_database_the_address_names_the_benchs_own_is_used(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://bench:pass%40word@db.example:5433/shop")

    address = subject.environment()["DATABASE_URL"]

    assert address == "postgresql+psycopg://bench:pass%40word@db.example:5433/beastmode_bench"
