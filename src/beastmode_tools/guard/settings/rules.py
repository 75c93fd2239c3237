"""Settings, environment variables and files that decide how the project runs."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.settings.compare.settings import DeploymentChanged, EnvironmentChanged, SettingChanged
from beastmode_tools.guard.wording import gone_and_new, where

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


@rule("limit-raised", Verdict.CAUTIOUS, SettingChanged)
def limit_raised(change: SettingChanged) -> Iterator[Found]:
    """How much a caller may send differs."""
    if change.name not in LIMITS or change.environment == "test" or change.old is None:
        return
    if change.new is None or change.new_value is None:
        problem, verdict = f"{change.name} is gone: a caller may send as much as the server takes", Verdict.DANGEROUS
    else:
        problem, verdict = f"{change.name} was {change.old} and is {change.new}", Verdict.CAUTIOUS
    instead = "Keep a limit that fits the largest real upload; a proxy in front has one as well."
    yield Found(place_of(change), problem, instead, subject_of_setting(change), verdict=verdict)


@rule("lifetime-changed", Verdict.CAUTIOUS, SettingChanged)
def lifetime_changed(change: SettingChanged) -> Iterator[Found]:
    """Sessions, tokens or cached values live longer or shorter."""
    if not LIFETIMES.search(change.name) or change.environment == "test" or change.old is None or change.new is None:
        return
    old, new = change.old_value, change.new_value
    how = "was"
    if isinstance(old, int | float) and isinstance(new, int | float):
        how = "is longer: it was" if new > old else "is shorter: it was"
    problem = f"{change.name} {how} {change.old} and is {change.new}"
    instead = (
        "Longer: a stolen session stays good for longer. Shorter: people are signed out in the middle of their work."
    )
    verdict = Verdict.DANGEROUS if new is False or change.new in {"False", "None"} else None
    yield Found(place_of(change), problem, instead, subject_of_setting(change), verdict=verdict)


def is_weaker(change: SettingChanged) -> bool:
    """Whether the new value protects less than the old one did."""
    if change.new is None or change.name not in WEAKER or change.environment != "production":
        return False
    weak = WEAKER[change.name]
    values = [None if each in {"None", "none", "None "} else each for each in (change.old_value, change.new_value)]
    if weak is None and isinstance(values[1], str) and values[1].lower() == "none":
        values[1] = None
    return values[1] is weak and values[0] is not weak


@rule("setting-weakened", Verdict.DANGEROUS, SettingChanged, CallChanged)
def setting_weakened(change: SettingChanged | CallChanged) -> Iterator[Found]:
    """A setting that protects is switched off, or one that shows the inside is switched on."""
    if isinstance(change, CallChanged):
        if (
            change.name.endswith(".run")
            and dict(change.new_keywords).get("debug") is True
            and dict(change.old_keywords).get("debug") is not True
        ):
            problem = f"the debugger runs wherever this file is started: {change.new}"
            instead = "Start it by `flask run --debug` on a desk only: the debugger runs what its visitor types."
            yield Found(where(change), problem, instead, f"{change.path} {change.scope} debug=True")
        return
    if is_weaker(change):
        problem = f"{change.name} is {change.new} now{f', was {change.old}' if change.old else ''}: it protects less"
        verdict = Verdict.CAUTIOUS if change.name in ONLY_NOISY else None
        instead = "Set it so in a class or file for development only, never where production reads it."
        yield Found(place_of(change), problem, instead, subject_of_setting(change), verdict=verdict)


@rule("setting-changed", Verdict.DANGEROUS, SettingChanged)
def setting_changed(change: SettingChanged) -> Iterator[Found]:
    """A setting has another value."""
    if (
        change.old is None
        or change.new is None
        or is_weaker(change)
        or change.name in LIMITS
        or LIFETIMES.search(change.name)
    ):
        return
    problem = f"{change.name} was {change.old} and is {change.new}"
    if change.environment != "production":
        yield Found(
            place_of(change),
            f"{problem}, in {change.environment} only",
            "",
            subject_of_setting(change),
            verdict=Verdict.SAFE,
        )
        return
    verdict = None if PRODUCTION.search(change.name) else Verdict.CAUTIOUS
    instead = "Old and new processes run side by side during a deploy: can both live with the new value, and go back?"
    yield Found(place_of(change), problem, instead, subject_of_setting(change), verdict=verdict)


@rule("setting-added", Verdict.SAFE, SettingChanged)
def setting_added(change: SettingChanged) -> Iterator[Found]:
    """A new setting."""
    if change.old is None and not is_weaker(change) and "environ[" not in (change.new or ""):
        yield Found(place_of(change), f"the setting {change.name} is new: {change.new}", "", subject_of_setting(change))


@rule("setting-removed", Verdict.CAUTIOUS, SettingChanged)
def setting_removed(change: SettingChanged) -> Iterator[Found]:
    """A setting that is gone."""
    if change.new is not None or change.name in LIMITS:
        return
    if change.read_at and change.environment == "production":
        problem = f"the setting {change.name} is gone, and {change.read_at[0]} still reads it"
        instead = f"Keep {change.name} until nothing reads it."
        evidence = ", ".join(change.read_at)
        yield Found(place_of(change), problem, instead, subject_of_setting(change), evidence, verdict=Verdict.DANGEROUS)
        return
    problem = f"the setting {change.name} is gone; the library's own default holds now"
    verdict = Verdict.SAFE if change.environment != "production" else None
    instead = "Look up what the default is." if verdict is None else ""
    yield Found(place_of(change), problem, instead, subject_of_setting(change), verdict=verdict)


@rule("environment-variable-required", Verdict.DANGEROUS, EnvironmentChanged)
def environment_variable_required(change: EnvironmentChanged) -> Iterator[Found]:
    """The program fails without a variable that it could do without before."""
    if change.is_gone or change.new is not None:
        return
    if change.old is None and not change.is_new:
        return
    became = f"has no default any more (it was {change.old})" if change.old is not None else "is new"
    problem = f"the environment variable {change.name} {became}: where it is not set, the program fails"
    instead = (
        f"Set {change.name} everywhere before the deploy, or give it a default: os.environ.get('{change.name}', ...)."
    )
    yield Found(where(change), problem, instead, f"environment {change.name} required")


@rule("environment-variable-changed", Verdict.CAUTIOUS, EnvironmentChanged)
def environment_variable_changed(change: EnvironmentChanged) -> Iterator[Found]:
    """A variable is read with another default, or no longer."""
    subject = f"environment {change.name}"
    if change.is_gone:
        problem = f"{change.path} no longer reads the environment variable {change.name}"
        yield Found(where(change), problem, "Whoever sets it expects it to matter: say what to set now.", subject)
    elif change.new is None and change.old is None and not change.is_new:
        problem = f"the environment variable {change.name}, which the project needed before, is read in another place"
        yield Found(where(change), problem, "", subject, verdict=Verdict.SAFE)
    elif change.new is not None and change.old is None and not change.is_new:
        problem = f"the environment variable {change.name} is read in another place as well"
        yield Found(where(change), problem, "", subject, verdict=Verdict.SAFE)
    elif change.new is not None and change.is_new:
        problem = f"the environment variable {change.name} is new, with a default"
        yield Found(where(change), problem, "", subject, verdict=Verdict.SAFE)
    elif change.old is not None and change.new is not None:
        problem = f"where {change.name} is not set, {change.new} is taken instead of {change.old}"
        yield Found(where(change), problem, "Set the variable where the old value is needed.", subject)


@rule("deployment-changed", Verdict.DANGEROUS, DeploymentChanged)
def deployment_changed(change: DeploymentChanged) -> Iterator[Found]:
    """How the project is built, started or served in production differs."""
    evidence = gone_and_new([each[:100] for each in change.removed], [each[:100] for each in change.added])
    problem = f"{change.path}, which decides how the project runs, was {change.how}"
    if not change.removed and not change.added and change.how == "changed":
        yield Found(where(change), f"{problem}: comments and layout only", "", change.path, verdict=Verdict.SAFE)
        return
    instead = "Try it in a place like production first, and keep the old image or file to go back to."
    is_mild = change.how == "added" or change.path.endswith(".dockerignore")
    verdict = Verdict.CAUTIOUS if is_mild else None
    yield Found(where(change), problem, instead, change.path, evidence, verdict=verdict)


RULES = (
    limit_raised,
    lifetime_changed,
    setting_weakened,
    setting_changed,
    setting_added,
    setting_removed,
    environment_variable_required,
    environment_variable_changed,
    deployment_changed,
)
