"""What kind of file a path names."""

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

__all__ = [
    "is_example",
    "is_inert",
    "is_migration",
    "is_settings_file",
    "is_test",
    "is_tool",
    "kind_of",
    "matches",
    "module_name",
    "package_of",
]

TEST = re.compile(r"(?:^|/)(?:tests?|testing|e2e)/|(?:^|/)(?:test_[^/]*|[^/]*_(?:tests?|spec)|conftest)\.py$")
"""What pytest collects by its names, and everything in the folders that are called after tests. A page or a statement
named `test_results.html` is served like any other, and a folder `specs` holds descriptions of an API far more often
than tests: those are told by their own names."""
MIGRATION = re.compile(
    r"(?:^|/)(?:migrations?|alembic)/(?:.*/)?(?:versions?/.*|env\.py|script\.py\.mako|alembic\.ini)$|(?:^|/)alembic\.ini$"
)
SETTINGS_FILE = re.compile(
    r"(?:^|/)(?:config|settings|default_settings|default_config|flask_config)(?:/[^/]+|[^/]*)\.py$"
)
TOOL = re.compile(r"(?:^|/)(?:scripts?|tools?|bin|bench(?:marks?)?|examples?|docs?|notebooks?|\.github|contrib)/")
INERT = frozenset(("documentation", "test", "gate"))
SERVED = re.compile(
    r"\.(?:css|scss|sass|less|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|otf|eot|map|mp[34]|pdf|jsx?|mjs|cjs|tsx?|vue|svelte)$"
    r"|\.(?:po|pot|mo)$",
    re.IGNORECASE,
)
"""What is sent as it is, or shown in another language: no code of the application does something else because of it.
Data in the same folders (a manifest, a schema) may be read when it starts."""
STARTED_WITH = (".py", ".wsgi", ".json", ".toml")
"""Deployment files that an application may be, or may read; the others are read by what runs it."""
EXAMPLE = re.compile(r"(?:^|[./_-])(?:example|sample|template|dist|tmpl)s?(?:[./_-]|$)", re.IGNORECASE)

KINDS = (
    (
        "interface",
        r"(?:^|/)(?:openapi|swagger|apidocs?|flasgger)/(?:.*/)?(?![^/]*(?:openapi|swagger))[^/]+\.(?:ya?ml|json)$",
    ),
    (
        "gate",
        r"(?:^|/)(?:\.github/workflows/.*|\.gitlab-ci\.ya?ml|\.circleci/.*|azure-pipelines\.ya?ml|Jenkinsfile|\.travis\.ya?ml|bitbucket-pipelines\.yml|\.drone\.yml|\.pre-commit-config\.yaml|tox\.ini|noxfile\.py|\.coveragerc|codecov\.ya?ml|\.codecov\.ya?ml|pytest\.ini|ruff\.toml|\.ruff\.toml|mypy\.ini|\.flake8|\.pylintrc|pylintrc|\.bandit|bandit\.ya?ml|Makefile|beastmode\.toml|\.ci/.*|CODEOWNERS|\.safety-policy\.yml|\.semgrep.*|sonar-project\.properties|\.claude/settings[^/]*\.json|\.cursor/hooks\.json|\.github/hooks/.*)$",
    ),
    (
        "dependencies",
        r"(?:^|/)(?:requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|constraints[^/]*\.txt|pyproject\.toml|Pipfile|Pipfile\.lock|poetry\.lock|uv\.lock|pdm\.lock|setup\.py|setup\.cfg|pylock[^/]*\.toml|\.python-version|runtime\.txt)$",
    ),
    (
        "deployment",
        r"(?:^|/)(?:Dockerfile[^/]*|[^/]*\.Dockerfile|Containerfile|(?:docker-)?compose[^/]*\.ya?ml|Procfile|app\.json|app\.ya?ml|fly\.toml|render\.ya?ml|vercel\.json|zappa_settings\.json|serverless\.ya?ml|gunicorn[^/]*\.py|gunicorn[^/]*\.conf|uwsgi[^/]*|[^/]*\.uwsgi|nginx[^/]*|[^/]*nginx[^/]*\.conf|(?:nginx|apache2?|supervisor)/(?:.*/)?[^/.]+(?:\.conf)?|supervisord?[^/]*\.conf|[^/]*\.service|Chart\.yaml|values[^/]*\.ya?ml|helm/.*|k8s/.*|kubernetes/.*|deploy(?:ment)?s?/.*\.(?:ya?ml|json|conf|sh)|[^/]*\.tf|[^/]*\.tfvars|ansible[^/]*/.*|\.ebextensions/.*|Caddyfile|entrypoint[^/]*\.sh|docker-entrypoint[^/]*|[^/]*\.wsgi|haproxy[^/]*|apache[^/]*\.conf|redis\.conf|postgresql\.conf|\.dockerignore|appspec\.yml|buildspec\.yml|cloudbuild\.yaml|skaffold\.yaml|Vagrantfile)$",
    ),
    (
        "settings",
        r"(?:^|/)(?:\.env[^/]*|\.flaskenv|[^/]*\.env|instance/.*|config/.*\.(?:ya?ml|json|toml|ini|cfg)|(?<!\.vscode/)settings(?![a-z])[^/]*\.(?:ya?ml|json|toml|ini|cfg)|config(?:uration)?s?(?![a-z])[^/]*\.(?:ya?ml|json|toml|ini|cfg)|logging[^/]*\.(?:ya?ml|json|ini|conf))$",
    ),
    ("package metadata", r"(?:^|/)(?:PKG-INFO$|[^/]+\.(?:egg|dist)-info/|VERSION$)"),
    ("packaging", r"(?:^|/)MANIFEST\.in$"),
    (
        "documentation",
        r"(?:^|/)(?:README|LICEN[CS]E|CHANGELOG|CHANGES|CONTRIBUTING|AUTHORS|NOTICE|HISTORY|COPYING|SECURITY|CODE_OF_CONDUCT)(?:[^/.]*|[._-](?:MIT|BSD|APACHE|GPL|LGPL|MPL)[^/]*)$|\.(?:md|rst|adoc|txt|example|sample)$|(?:^|/)\.current-alembic-head$|(?:^|/)(?:newsfragments|changelog\.d)/|(?:^|/)docs?/(?!(?:.*/)?(?:templates?|static)/).*$|(?:^|/)(?:\.editorconfig|\.gitignore|\.gitattributes|\.mailmap|mkdocs\.yml|\.readthedocs\.ya?ml|\.vscode/.*|\.idea/.*|\.claude/.*|\.cursor/.*|\.mcp\.json|\.github/(?!workflows/).*)$",
    ),
    ("translation", r"(?:^|/)(?:translations|locales?|i18n|lang)/|\.(?:po|pot|mo)$|(?:^|/)babel\.cfg$"),
    ("template", r"(?:^|/)templates?/|\.(?:html?|jinja2?|j2|xml\.j2|mjml)$"),
    ("script", r"\.(?:sh|bash|zsh|ps1|bat|mk|pl|rb)$"),
    ("sql", r"\.(?:sql|ddl|psql)$"),
    (
        "client code",
        r"\.(?:jsx?|mjs|cjs|tsx?|vue|svelte)$|(?:^|/)(?:package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|webpack[^/]*\.js|tsconfig[^/]*\.json)$",
    ),
    (
        "static",
        r"(?:^|/)(?:static|assets|public|media|img|images|fonts)/|\.(?:css|scss|sass|less|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|otf|eot|map|webmanifest|mp[34]|pdf)$|(?:^|/)robots\.txt$",
    ),
    (
        "specification",
        r"(?:^|/)(?:openapi|swagger)[^/]*\.(?:ya?ml|json)$|(?:^|/)[^/]*(?:openapi|swagger)\.(?:ya?ml|json)$",
    ),
    ("interface", r"\.(?:proto|graphqls?|avsc|thrift|wsdl|xsd)$"),
    ("hints", r"\.pyi$|(?:^|/)py\.typed$"),
    ("data", r"\.(?:csv|tsv|parquet|xlsx?|ndjson|jsonl|db|sqlite3?|pkl|pickle)$"),
    ("data", r"\.(?:json|ya?ml|toml|ini|cfg|xml)$"),
)  # fmt: skip - one kind a line
IN_PYTHON = frozenset(("gate", "dependencies", "deployment", "settings"))
"""Kinds that a Python file may be of: one in `static/` or named `history.py` is a module as any other."""
PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in KINDS)


def kind_of(path: str) -> str:
    """The file's kind: "python", "test", "migration", "gate" ...; "unknown" where its name says nothing."""
    if is_migration(path):
        return "migration"
    if is_test(path):
        return "test"
    is_python = path.endswith((".py", ".pyw"))
    for kind, pattern in PATTERNS:
        if (not is_python or kind in IN_PYTHON) and pattern.search(path):
            return kind
    return "python" if is_python else "unknown"


def is_inert(path: str) -> bool:
    """Whether no application starts or answers otherwise because of the file, so that none has to be started for it."""
    kind = kind_of(path)
    if kind in INERT:
        return True
    if kind == "deployment":
        return not path.endswith(STARTED_WITH)
    return kind in ("static", "translation", "client code") and bool(SERVED.search(path))


def is_test(path: str) -> bool:
    """Whether it belongs to the project's tests."""
    return bool(TEST.search(path))


def is_migration(path: str) -> bool:
    """Whether it belongs to Alembic's folder."""
    return bool(MIGRATION.search(path))


def is_settings_file(path: str) -> bool:
    """Whether the file's name says that it holds settings."""
    return bool(SETTINGS_FILE.search(path))


def is_tool(path: str) -> bool:
    """Whether it stands among scripts and examples for developers."""
    return bool(TOOL.search(path))


def is_example(path: str) -> bool:
    """Whether its name says that it is a pattern to copy, not a file in use."""
    return bool(EXAMPLE.search(PurePosixPath(path).name))


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the glob patterns takes the path; `billing/` and `billing` take what is below."""
    return any(
        fnmatch(path, pattern) or path == pattern.rstrip("/") or path.startswith(f"{pattern.rstrip('/')}/")
        for pattern in patterns
    )


def module_name(path: str) -> str:
    """The dotted name under which Python imports the file, without a leading `src.`."""
    name = path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/")
    return name.replace("/", ".")


def package_of(path: str) -> str:
    """The dotted name of the package from which the file's relative imports start."""
    name = module_name(path)
    return name if path.endswith("__init__.py") else name.rpartition(".")[0]
