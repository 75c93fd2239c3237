import pytest

from guard_code.verdicts import said, told

CASES = [
    ("requirements.txt", "flask==2.0\n", "flask==3.0\n", "dependency-version-changed: major"),
    (
        "requirements/prod.txt",
        "flask==2.0 \\\n  --hash=sha256:aa\n",
        "flask==2.1 \\\n  --hash=sha256:bb\n",
        "dependency-version-changed: compatible",
    ),
    ("requirements.txt", "Flask_Login==0.6.0\n", "flask-login==0.6.1\n", "dependency-version-changed: compatible"),
    ("requirements.txt", "a~=1.4\n", "a~=2.0\n", "dependency-version-changed: major"),
    ("requirements.txt", "a==1!1.0\n", "a==2!1.0\n", "dependency-version-changed: major"),
    ("requirements.txt", "a==2.0\n", "a==1.9\n", "dependency-version-changed: downgraded"),
    ("requirements.txt", "a==2.0\n", "-e git+https://git.example.org/a.git@main#egg=a\n", "dependency-source-changed"),
    ("requirements.txt", "a[x]==2.0\n", "a[x,y]==2.0\n", "dependency-version-changed: range"),
    ("requirements.txt", "-r base.txt\n", "-r other.txt\n", "dependency-file-changed"),
    ("requirements.txt", "a==2.0; python_version<'3.9'\n", "a==2.0; python_version<'3.9'\nb==1\n", "dependency-added"),
    (
        "pyproject.toml",
        '[project]\ndependencies = ["a>=1,<2"]\n',
        '[project]\ndependencies = ["a>=2,<3"]\n',
        "dependency-version-changed: major",
    ),
    ("pyproject.toml", "[dependency-groups]\ntest = []\n", '[dependency-groups]\ntest = ["a"]\n', "dependency-added"),
    (
        "pyproject.toml",
        '[project.optional-dependencies]\nx = ["a"]\n',
        "[project.optional-dependencies]\nx = []\n",
        "dependency-removed",
    ),
    (
        "pyproject.toml",
        '[tool.poetry.dependencies]\na = "^1.2"\n',
        '[tool.poetry.dependencies]\na = "^1.3"\n',
        "dependency-version-changed: compatible",
    ),
    (
        "pyproject.toml",
        '[tool.poetry.dependencies]\na = "^1.2"\n',
        '[tool.poetry.dependencies]\na = {git = "https://x/a"}\n',
        "dependency-source-changed",
    ),
    (
        "pyproject.toml",
        '[tool.poetry.group.dev.dependencies]\na = "1"\n',
        '[tool.poetry.group.dev.dependencies]\na = "*"\n',
        "dependency-version-changed: unpinned",
    ),
    (
        "pyproject.toml",
        '[[tool.uv.index]]\nurl = "https://a"\n',
        '[[tool.uv.index]]\nurl = "https://b"\n',
        "dependency-source-changed",
    ),
    ("Pipfile", '[packages]\na = "==1.0"\n', '[packages]\na = "*"\n', "dependency-version-changed: unpinned"),
    (
        "Pipfile.lock",
        '{"default": {"a": {"version": "==1.0"}}}',
        '{"default": {"a": {"version": "==2.0"}}}',
        "dependency-version-changed: major",
    ),
    (
        "uv.lock",
        '[[package]]\nname = "a"\nversion = "1.0"\n',
        '[[package]]\nname = "a"\nversion = "1.1"\n',
        "dependency-version-changed: compatible",
    ),
    (
        "setup.cfg",
        "[options]\ninstall_requires =\n    a==1\n",
        "[options]\ninstall_requires =\n    a==1\n    b==1\n",
        "dependency-added",
    ),
    (
        "setup.py",
        'setup(install_requires=["a==1"])\n',
        'setup(install_requires=["a==2"])\n',
        "dependency-version-changed: major",
    ),
    (".python-version", "3.11\n", "3.12\n", "dependency-file-changed"),
    ("pyproject.toml", "[project]\n", "[project\n", "dependency-file-changed"),
]  # fmt: skip - a table


@pytest.mark.parametrize(("path", "old", "new", "rule"), CASES)
def test_each_kind_of_file_tells_what_it_asks_for_now(path, old, new, rule):
    assert rule in said({path: old}, {path: new})


def test_a_package_is_told_once_though_two_files_ask_for_it():
    old = {
        "pyproject.toml": '[project]\ndependencies = ["a==1.0"]\n',
        "uv.lock": '[[package]]\nname = "a"\nversion = "1.0"\n',
    }
    new = {path: text.replace("1.0", "2.0") for path, text in old.items()}

    rules = said(old, new)

    assert rules.count("dependency-version-changed: major") == 1


def test_a_comment_in_a_requirements_file_asks_for_nothing():
    assert told({"requirements.txt": "a==1\n"}, {"requirements.txt": "a==1  # for the web\n"}) == {
        ("dependency-file-changed", "SAFE")
    }
