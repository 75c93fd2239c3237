"""Settings, environment variables and files that configure how the project runs."""

import re
from collections.abc import Callable, Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, Rule, row, rule
from beastmode_tools.guard.settings.compare.deployment import risks_of, what_it_does
from beastmode_tools.guard.settings.compare.settings import DeploymentChanged, EnvironmentChanged, SettingChanged
from beastmode_tools.guard.wording import gone_and_new, where
from beastmode_tools.source.files import kind_of

__all__ = ["RULES"]

WEAKER = {
    "DEBUG": True,
    "TESTING": True,
    "FLASK_DEBUG": True,
    "DEBUG_MODE": True,
    "PROPAGATE_EXCEPTIONS": True,
    "WTF_CSRF_ENABLED": False,
    "WTF_CSRF_CHECK_DEFAULT": False,
    "WTF_CSRF_SSL_STRICT": False,
    "JWT_COOKIE_CSRF_PROTECT": False,
    "JWT_CSRF_IN_COOKIES": False,
    "JWT_CSRF_CHECK_FORM": False,
    "SESSION_COOKIE_SECURE": False,
    "SESSION_COOKIE_HTTPONLY": False,
    "REMEMBER_COOKIE_SECURE": False,
    "REMEMBER_COOKIE_HTTPONLY": False,
    "JWT_COOKIE_SECURE": False,
    "JWT_DECODE_VERIFY": False,
    "LOGIN_DISABLED": True,
    "RATELIMIT_ENABLED": False,
    "CORS_SUPPORTS_CREDENTIALS": True,
    "MAIL_USE_TLS": False,
    "MAIL_USE_SSL": False,
    "SECURITY_CONFIRMABLE": False,
    "TALISMAN_ENABLED": False,
    "EXPLAIN_TEMPLATE_LOADING": True,
    "SQLALCHEMY_ECHO": True,
    "PRESERVE_CONTEXT_ON_EXCEPTION": True,
    "TRAP_HTTP_EXCEPTIONS": True,
    "SESSION_PROTECTION": None,
    "REMEMBER_COOKIE_SAMESITE": None,
    "SESSION_COOKIE_SAMESITE": None,
    "JWT_COOKIE_SAMESITE": None,
}  # fmt: skip - a table: the value that protects less
ONLY_NOISY = {"SQLALCHEMY_ECHO", "EXPLAIN_TEMPLATE_LOADING"}
PRODUCTION = re.compile(
    r"SECRET|DATABASE|SQLALCHEMY|DB_|_DB|REDIS|BROKER|CELERY|SERVER_NAME|HOST|PORT|DOMAIN|COOKIE|SESSION|JWT|OAUTH|AUTH|SSL|TLS|CORS|CSRF|CSP|"
    r"PREFERRED_URL_SCHEME|APPLICATION_ROOT|TRUSTED|PROXY|MAIL_(?:SERVER|USERNAME|PASSWORD|USE)|STORAGE|BUCKET|S3_|AWS|STRIPE|PAYPAL|SENTRY|"
    r"PASSWORD|TOKEN|KEY|URL|URI|POOL|TIMEOUT|WORKERS|ENV\b|LOGIN"
)
LIMITS = {"MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS"}
LIFETIMES = re.compile(r"LIFETIME|EXPIRES|EXPIRATION|MAX_AGE|TTL|DURATION")


def subject_of_setting(change: SettingChanged) -> str:
    """Scope and name."""
    return f"{change.path} {change.scope}.{change.name}"


def place_of(change: SettingChanged) -> str:
    """File and line, or the configuration of the started application."""
    return where(change) if change.path else f"app.config[{change.name!r}]"


def is_weaker(change: SettingChanged) -> bool:
    """Whether the new value protects less than the old one did."""
    if change.new is None or change.name not in WEAKER or change.environment != "production":
        return False
    weak = WEAKER[change.name]
    values = [None if each in {"None", "none", "None "} else each for each in (change.old_value, change.new_value)]
    if weak is None and isinstance(values[1], str) and values[1].lower() == "none":
        values[1] = None
    return values[1] is weak and values[0] is not weak


@rule("setting-changed", SettingChanged)
def setting_changed(change: SettingChanged) -> Iterator[Match]:
    """A setting is new or has another value."""
    judged = judged_value(change)
    if judged is not None:
        message, verdict = judged
        fields = {"direction": direction_of(change)}
        yield Match(place_of(change), subject_of_setting(change), fields, message, verdict=verdict)


def judged_value(change: SettingChanged) -> tuple[str, Verdict | None] | None:
    """The message about another value, and its verdict; None where another rule judges it."""
    if change.old is None:
        is_new = not is_weaker(change) and "environ[" not in (change.new or "")
        return ("added", Verdict.SAFE) if is_new else None
    if change.name in LIMITS or (change.new is not None and LIFETIMES.search(change.name)):
        return None if change.environment == "test" else judged_number(change)
    if change.new is None or is_weaker(change):
        return None
    if change.environment != "production":
        return "outside-production", Verdict.SAFE
    return "changed", None if PRODUCTION.search(change.name) else Verdict.CAUTIOUS


def judged_number(change: SettingChanged) -> tuple[str, Verdict | None]:
    """The message about another size limit or lifetime, and its verdict."""
    if change.name not in LIMITS:
        is_endless = change.new_value is False or change.new in {"False", "None"}
        return "lifetime", None if is_endless else Verdict.CAUTIOUS
    is_removed = change.new is None or change.new_value is None
    return ("size-limit-removed", None) if is_removed else ("size-limit", Verdict.CAUTIOUS)


def direction_of(change: SettingChanged) -> str:
    """What became of a value, where it is a number."""
    old, new = change.old_value, change.new_value
    if isinstance(old, int | float) and isinstance(new, int | float):
        return "was increased" if new > old else "was reduced"
    return "changed"


@rule("setting-removed", SettingChanged)
def setting_removed(change: SettingChanged) -> Iterator[Match]:
    """A setting that is no longer set."""
    if change.new is not None or change.name in LIMITS:
        return
    is_production = change.environment == "production"
    message, verdict, evidence = "default" if is_production else "outside-production", None, ""
    if change.read_at and is_production:
        message, verdict, evidence = "read", Verdict.DANGEROUS, ", ".join(change.read_at)
    elif not is_production:
        verdict = Verdict.SAFE
    fields = {"reader": next(iter(change.read_at), "")}
    yield Match(place_of(change), subject_of_setting(change), fields, message, evidence, verdict=verdict)


def starts_debugger(change: CallChanged) -> bool:
    """Whether a call that starts the application asks for the debugger, and did not before."""
    old, new = (dict(each).get("debug") is True for each in (change.old_keywords, change.new_keywords))
    return change.name.endswith(".run") and new and not old


def is_required(change: EnvironmentChanged) -> bool:
    """Whether the application fails without a variable that it did not need before."""
    return not change.is_gone and change.new is None and (change.old is not None or change.is_new)


def variable(message: str, when: Callable[[EnvironmentChanged], bool], verdict: Verdict | None = Verdict.SAFE) -> Rule:
    """A rule on how an environment variable is read."""
    return row(
        "environment-variable-changed",
        EnvironmentChanged,
        lambda change: not is_required(change) and when(change),
        where=where,
        subject="environment {name}",
        message=message,
        verdict=verdict,
    )


def required(message: str, when: Callable[[EnvironmentChanged], bool]) -> Rule:
    """A rule on an environment variable that has to be set from now on."""
    return row(
        "environment-variable-required",
        EnvironmentChanged,
        lambda change: is_required(change) and when(change),
        where=where,
        subject="environment {name} required",
        message=message,
    )


@rule("deployment-changed", DeploymentChanged)
def deployment_changed(change: DeploymentChanged) -> Iterator[Match]:
    """How the project is built, started or served in production."""
    if not change.removed and not change.added and change.how == "changed":
        yield Match(where(change), change.path, message="comments", verdict=Verdict.SAFE)
        return
    evidence = gone_and_new([each[:100] for each in change.removed], [each[:100] for each in change.added])
    message, said, verdict = "changed", what_it_does(change.removed, change.added), Verdict.CAUTIOUS
    if risks := risks_of(change.removed, change.added):
        message, said, verdict = "exposes", risks, Verdict.DANGEROUS
    elif change.how == "removed" or (kind_of(change.path) == "settings" and not said):
        said = [f"was {change.how}"]
    elif change.how == "added" or not said:
        message, verdict = "other", Verdict.SAFE
    yield Match(where(change), change.path, {"what": ", ".join(said)}, message, evidence, verdict=verdict)


RULES = (
    setting_changed,
    setting_removed,
    row(
        "setting-weakened",
        SettingChanged,
        is_weaker,
        where=place_of,
        subject=subject_of_setting,
        message="setting",
        verdict=lambda c: Verdict.CAUTIOUS if c.name in ONLY_NOISY else None,
        fields={"before": lambda c: f" (was {c.old})" if c.old else ""},
    ),
    row(
        "setting-weakened",
        CallChanged,
        starts_debugger,
        where=where,
        subject="{path} {scope} debug=True",
        message="debugger",
    ),
    required("new", lambda c: c.old is None),
    required("default-removed", lambda c: c.old is not None),
    variable("unread", lambda c: c.is_gone, None),
    variable("default", lambda c: not c.is_gone and c.old is not None and c.new is not None and not c.is_new, None),
    variable("required-elsewhere", lambda c: not c.is_gone and c.old is None and c.new is None),
    variable("read-elsewhere", lambda c: not c.is_gone and c.old is None and c.new is not None and not c.is_new),
    variable("new-with-default", lambda c: not c.is_gone and c.new is not None and c.is_new),
    deployment_changed,
)
