"""What a piece of code works on, told by the packages and the names that it uses."""

import ast
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from beastmode_tools.guard.code.compare.normal import Piece
from beastmode_tools.source.syntax import dotted, last_name, resolved

__all__ = ["TOPICS", "Setting", "topics_of_name", "topics_of_piece"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a piece of code: the file's imports, and the words of its function's, class's and file's name."""

    imports: dict[str, str]
    name: str


@dataclass(frozen=True, slots=True)
class Topic:
    """How a topic is recognised.

    Args:
        packages: Whoever uses one of these works on it.
        names: Matched against each part of each dotted name.
        scope: Matched against the name of the function, its class and its file; everything inside belongs to it then.
    """

    packages: tuple[str, ...]
    names: re.Pattern[str]
    scope: re.Pattern[str]


def packages(names: str) -> tuple[str, ...]:
    """The names of packages and of what stands in them, written with spaces between."""
    return tuple(names.split())


NEVER = re.compile(r"(?!)")


def words(text: str) -> re.Pattern[str]:
    """A pattern for whole words of a snake_case name."""
    return re.compile(rf"(?:^|[._/])(?:{text})(?:$|[._/])", re.IGNORECASE)


TOPICS = {
    "authentication": Topic(
        packages(
            "jwt flask_jwt_extended flask_jwt flask_login itsdangerous authlib flask_httpauth jose "
            "flask_security flask_principal passlib bcrypt flask_bcrypt argon2 werkzeug.security pyotp "
            "webauthn oauthlib requests_oauthlib flask_dance ldap3 flask_praetorian joserfc"
        ),
        words(
            r"current_user|login_user|logout_user|"
            r"(?:check|verify|hash|generate|set|reset)_?(?:user_)?password(?:_hash)?|is_authenticated|"
            r"is_admin|is_superuser|is_staff|has_(?:role|permission|scope)s?|permissions?|roles?|access_token|"
            r"refresh_token|auth_token|api_key|authorization|authenticate|authorize|verify_token|user_loader|"
            r"session_token"
        ),
        words(
            r"auth|authn|authz|login|log_in|logout|log_out|sign_?in|sign_?out|authenticate\w*|authori[sz]e\w*|"
            r"\w*password\w*|permissions?|\w+_permissions?|roles?|\w*_required|require_\w+|requires_\w+|"
            r"\w*tokens?|token_\w+|(?:load|current|get_current)_user|user_loader|auth_?service|"
            r"is_(?:admin|allowed|owner)|can_\w+|has_(?:role|permission)\w*"
        ),
    ),
    "payment": Topic(
        packages(
            "stripe paypalrestsdk braintree adyen Adyen square razorpay mollie paypalcheckoutsdk "
            "gocardless_pro payjp midtransclient"
        ),
        words(r"(?:create_)?(?:charge|refund|payout|payment_intent|payment_method)s?|PaymentIntent|Charge|Refund"),
        words(
            r"\w*payments?\w*|billing|checkout|charge\w*|refund\w*|payouts?|invoic\w+|pay|pay_\w+|"
            r"subscriptions?_billing"
        ),
    ),
    "mail": Topic(
        packages(
            "smtplib flask_mail flask_mailman flask_mailing sendgrid mailgun twilio postmarker mailjet_rest "
            "yagmail resend slack_sdk firebase_admin pyfcm email.mime email.message sparkpost vonage "
            "pywebpush telegram"
        ),
        words(r"mail|mailer|smtp|\w*send_?(?:e?mail|sms|push|message|notification)\w*|MAIL_\w+|notify\w*"),
        words(
            r"\w*e?mail(?:s|er|ing)?|e?mail_\w+|\w*notif(?:y|ication|ications|ier)\w*|sms|\w+_sms|send_sms\w*|"
            r"send_\w*e?mail\w*|newsletter"
        ),
    ),
    "upload": Topic(
        packages(
            "werkzeug.utils.secure_filename minio google.cloud.storage azure.storage obstore flask_uploads "
            "flask_reuploaded cloudinary PIL magic puremagic storages"
        ),
        words(
            r"secure_filename|allowed_file|UPLOAD_\w+|ALLOWED_EXTENSIONS|put_object|upload_file(?:obj)?|"
            r"download_file|get_object|send_from_directory|FileStorage|MAX_CONTENT_LENGTH|"
            r"generate_presigned_\w+"
        ),
        words(
            r"\w*uploads?\w*|storage|\w+_storage|storage_\w+|attachments?|"
            r"save_\w*(?:file|image|avatar|picture)\w*|avatar_\w+|\w+_avatar"
        ),
    ),
    "third-party": Topic(
        packages(
            "requests httpx urllib.request urllib3 aiohttp boto3 botocore zeep googleapiclient google.cloud "
            "openai anthropic tweepy github algoliasearch elasticsearch opensearchpy pika kafka "
            "confluent_kafka suds hubspot simple_salesforce jira pymsteams azure geopy googlemaps grpc "
            "paramiko xmlrpc.client http.client pysolr meilisearch shopify plaid intercom segment analytics "
            "mixpanel launchdarkly"
        ),
        NEVER,
        words(r"webhooks?|\w+_webhook|integrations?|\w+_client|\w+_gateway|external_\w+"),
    ),
    "cache": Topic(
        packages(
            "flask_caching cachetools dogpile aiocache diskcache pymemcache werkzeug.contrib.cache cachelib "
            "functools.lru_cache functools.cache"
        ),
        words(r"\w*cache\w*|memoize\w*|cached\w*|lru_cache|CACHE_\w+|delete_memoized"),
        words(r"\w*cache\w*"),
    ),
    "logging": Topic(
        packages(
            "logging structlog loguru sentry_sdk prometheus_client prometheus_flask_exporter statsd datadog "
            "ddtrace newrelic opentelemetry rollbar bugsnag elasticapm logstash"
        ),
        words(r"log|logs|_log|logger|_logger|LOG|LOGGER|audit_log|metrics?|statsd|tracer|span"),
        words(r"setup_logging|configure_logging|init_logging|log_(?:request|response|\w+)|metrics"),
    ),
    "wiring": Topic(
        (),
        words(
            r"register_blueprint|register_api|add_namespace|add_resource|add_url_rule|init_app|add_command|"
            r"register_error_handler|register_blueprints|register_extensions|register_commands|init_\w+"
        ),
        NEVER,
    ),
    "query": Topic(
        packages(
            "sqlalchemy.orm.joinedload sqlalchemy.orm.selectinload sqlalchemy.orm.subqueryload "
            "sqlalchemy.orm.load_only sqlalchemy.orm.contains_eager sqlalchemy.orm.defer "
            "sqlalchemy.orm.raiseload sqlalchemy.orm.lazyload sqlalchemy.select sqlalchemy.func "
            "sqlalchemy.text sqlalchemy.exists sqlalchemy.orm.noload"
        ),
        words(
            r"query|filter_by|outerjoin|order_by|group_by|having|paginate|with_entities|joinedload|"
            r"selectinload|subqueryload|load_only|contains_eager|with_for_update|execution_options|yield_per|"
            r"select_from|first_or_404|get_or_404|one_or_none|one_or_404|scalar_one_or_none|scalar_one|"
            r"scalars|subquery|with_hint|bulk_save_objects|bulk_insert_mappings|bulk_update_mappings|select|"
            r"unique_results|undefer|raiseload"
        ),
        words(r"\w*quer(?:y|ies)\w*|repositor(?:y|ies)|\w+_repository|dao|\w+_dao|selectors?"),
    ),
}
"""In the order in which a person would name them."""

INSTALLS = re.compile(r"(?:register|install|attach|configure|setup|set_up|init)(?:_\w+)?$")
QUERY_ROOTS = re.compile(r"(?:^|\.)(?:session|query|select|db|cur|cursor|conn|connection|engine)(?:\.|$)")
QUERY_STEPS = re.compile(
    r"\.(?:filter|options|join|distinct|limit|offset|all|first|one|count|scalar|exists|get|execute|delete|update)(?:\.|$)"
)


LOG = re.compile(r"(?:^|\.)_?log(?:ger)?\.(?:debug|info|warn|warning|error|exception|critical)$", re.IGNORECASE)
"""Calls of what projects call their logger."""


def topics_of_name(name: str) -> frozenset[str]:
    """The topics that a function's, class's or file's name says."""
    return frozenset(topic for topic, how in TOPICS.items() if how.scope.search(name))


def topics_of_piece(piece: Piece, setting: Setting) -> frozenset[str]:
    """What a statement works on; the head of a block takes what all of the block works on."""
    if installs(piece.node):
        return frozenset({"wiring"})
    if piece.kind != "statement" and only_tells(piece.node, setting):
        return frozenset({"logging"})
    if piece.kind != "statement":
        inside = [
            topics_of_code([each], setting)
            for part in ("body", "orelse", "finalbody")
            for each in getattr(piece.node, part, [])
        ]
        shared = frozenset.intersection(*inside) if inside else frozenset[str]()
        return shared | topics_of_code(heads(piece.node), setting)
    return topics_of_code([piece.node], setting)


def installs(node: ast.AST) -> bool:
    """Whether a statement only hands the application to something that registers itself: `commands.register(app)`."""
    match node:
        case ast.Expr(value=ast.Call(func=function, args=[ast.Name(id="app" | "application" | "flask_app"), *_])):
            return bool(INSTALLS.match(last_name(function)))
        case _:
            return False


def only_tells(node: ast.AST, setting: Setting) -> bool:
    """Whether a block catches errors only to log them and lets them go on."""
    handlers = node.handlers if isinstance(node, ast.Try) else [node] if isinstance(node, ast.ExceptHandler) else []
    if not handlers or (isinstance(node, ast.Try) and (node.orelse or node.finalbody)):
        return False
    return all(
        isinstance(each.body[-1], ast.Raise) and all(is_only_logging(inner, setting) for inner in each.body)
        for each in handlers
    )


def heads(node: ast.AST) -> list[ast.AST]:
    """The expressions in the head of a block."""
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr | ast.withitem)]


def topics_of_code(nodes: Iterable[ast.AST], setting: Setting) -> frozenset[str]:
    """What the code works on, by each dotted name in it."""
    found: set[str] = set()
    for node in nodes:
        if is_only_logging(node, setting):
            found.add("logging")
            continue
        for name in names_in(node, setting.imports):
            found |= topics_of_dotted(name)
        found |= topics_of_imports(node)
    return frozenset(found)


@functools.lru_cache(maxsize=8192)
def topics_of_dotted(name: str) -> frozenset[str]:
    """The topics that a dotted name belongs to."""
    found = {topic for topic, how in TOPICS.items() if topic != "logging" and speaks_of(name, how)}
    if QUERY_ROOTS.search(name) and QUERY_STEPS.search(name):
        found.add("query")
    if name.endswith("request.files") or ".request.files." in f".{name}.":
        found.add("upload")
    return frozenset(found)


def topics_of_imports(node: ast.AST) -> set[str]:
    """What an import inside of a function brings."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return set()
    source = f"{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
    names = [f"{source}{alias.name}" for alias in node.names]
    return {topic for topic, how in TOPICS.items() for name in names if speaks_of(name, how)}


def is_only_logging(node: ast.AST, setting: Setting) -> bool:
    """Whether a statement only writes to a log or counts something."""
    match node:
        case ast.Raise(exc=None):
            return True  # the error goes on as it came: what stands before it only says so
        case ast.Expr(value=ast.Call() as call):
            name = resolved(call.func, setting.imports)
            return speaks_of(name, TOPICS["logging"]) or bool(LOG.search(name))
        case ast.Assign(value=ast.Call() as call):
            return resolved(call.func, setting.imports).endswith("logging.getLogger")
        case _:
            return False


def names_in(node: ast.AST, imports: dict[str, str]) -> set[str]:
    """Each chain of names in the code, longest form only, imports resolved; and names of settings in strings."""
    found: set[str] = set()
    inner: set[int] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute | ast.Call | ast.Subscript):
            inner.add(id(getattr(child, "value", None) or getattr(child, "func", None)))
        if isinstance(child, ast.Attribute | ast.Name | ast.Call) and id(child) not in inner:
            found.add(resolved(child, imports))
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and child.value.isupper():
            found.add(child.value)
        elif isinstance(child, ast.Subscript) and id(child) not in inner and dotted(child):
            found.add(resolved(child, imports))
    return found


def speaks_of(name: str, topic: Topic) -> bool:
    """Whether a dotted name belongs to the topic."""
    if any(name == package or name.startswith(f"{package}.") for package in topic.packages):
        return True
    return bool(topic.names.search(name))
