from beastmode_tools.guard.application.compare import starting
from beastmode_tools.guard.files import compare
from beastmode_tools.guard.rule import judge
from beastmode_tools.probes.messages.application import Application, Function, Route
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.sides import FileChange
from guard_code.verdicts import RULES


def route(path, name="show", methods=("GET",)):
    return Route(path, methods, name, None, Function("app", name, "app.py", 3))


def found(old, new, changes=(), files=({}, {})):
    findings = judge(RULES, compare(Delta(tuple(changes), *files, old, new)))
    return {(each.rule, each.verdict.name, each.subject) for each in findings}


def test_a_route_that_the_started_application_no_longer_has_is_told():
    old, new = Application(routes=(route("/a"), route("/b", "other"))), Application(routes=(route("/a"),))

    assert found(old, new) == {("route-removed", "DANGEROUS", "/b")}


def test_a_route_that_a_document_covers_is_left_to_the_contract():
    document = {"v1": {"paths": {"/b/{id}": {"get": {}}}}}
    old = Application(routes=(route("/a"), route("/b/<int:id>", "other")), documents=document)

    assert found(old, Application(routes=(route("/a"),))) == set()


def test_a_path_that_only_names_its_argument_otherwise_is_the_same():
    old, new = Application(routes=(route("/a/<int:id>"),)), Application(routes=(route("/a/<int:number>"),))

    assert found(old, new) == set()


def test_effective_settings_are_told_once_and_secrets_stay_hidden():
    old = Application(settings={"DEBUG": False, "SECRET_KEY": {"secret": "ab", "length": 9, "literal": True}, "X": 1})
    new = Application(settings={"DEBUG": True, "SECRET_KEY": {"secret": "cd", "length": 9, "literal": True}, "X": 1})

    findings = list(judge(RULES, compare(Delta((), {}, {}, old, new))))

    assert {(each.rule, each.verdict.name) for each in findings} == {
        ("setting-weakened", "DANGEROUS"),
        ("setting-changed", "DANGEROUS"),
    }
    assert not any("ab" in each.problem or "cd" in each.problem for each in findings if "SECRET" in each.problem)


def test_a_setting_that_a_changed_file_tells_is_not_told_again():
    texts = ["class Config:\n    DEBUG = False\n", "class Config:\n    DEBUG = True\n"]
    change = FileChange("config.py", "config.py", *texts)
    old, new = Application(settings={"DEBUG": False}), Application(settings={"DEBUG": True})

    rules = [rule for rule, _, _ in found(old, new, [change], ({"config.py": texts[0]}, {"config.py": texts[1]}))]

    assert rules == ["setting-weakened"]


def test_a_body_is_reached_by_the_routes_that_the_application_serves():
    texts = ["def show():\n    return 1\n", "def show():\n    return 2\n"]
    change = FileChange("app.py", "app.py", *texts)
    served = Application(routes=(route("/a"),))

    findings = list(judge(RULES, compare(Delta((change,), {"app.py": texts[0]}, {"app.py": texts[1]}, served, served))))

    assert "GET /a" in findings[0].problem


def test_a_file_that_cannot_be_parsed_is_less_bad_when_the_application_started():
    change = FileChange("new.py", "new.py", "x = 1\n", "type X[T] = list[T]\n")

    told = found(Application(), Application(), [change], ({}, {}))

    assert ("syntax-error", "CAUTIOUS", "new.py work") in told


ALIASED = '@app.get("/a")\n@app.get("/b")\ndef show():\n    return 1\n'
GUARDED = '@app.get("/a")\n@login_required\n@app.get("/b")\ndef show():\n    return 1\n'


def started_with(old, new):
    change = FileChange("app.py", "app.py", old, new)
    document = {"v1": {"paths": {"/a": {"get": {}}, "/b": {"get": {}}}}}
    served = Application(routes=(route("/a"),), documents=document)
    return found(served, served, [change], ({"app.py": old}, {"app.py": new}))


def test_a_file_in_which_only_a_path_is_new_is_understood():
    once = ALIASED.replace('@app.get("/b")\n', "")

    assert started_with(once, ALIASED) == {("harmless-code-change", "SAFE", "app.py routes of show")}


def test_a_path_below_a_check_is_not_taken_for_another_path_of_the_same():
    once = GUARDED.replace('@app.get("/b")\n', "")

    assert {rule for rule, _, _ in started_with(once, GUARDED)} == {"change-not-understood"}


def test_another_argument_of_a_route_is_not_taken_for_a_path():
    old = '@app.get("/a", returns=Shown, cached=False)\ndef show():\n    return 1\n'

    assert {rule for rule, _, _ in started_with(old, old.replace("False", "True"))} == {"change-not-understood"}


def test_an_endpoint_that_a_template_still_asks_for_is_told_where_a_contract_covers_the_route():
    document = {"v1": {"paths": {"/a": {"get": {}}}}}
    old = Application(routes=(route("/a", "show"),), documents=document)
    new = Application(routes=(route("/a", "display"),), documents=document)
    template = {"templates/x.html": "<a href=\"{{ url_for('show') }}\">"}

    assert {(rule, verdict) for rule, verdict, _ in found(old, new, files=(template, template))} == {
        ("endpoint-renamed", "DANGEROUS")
    }
    assert found(old, new) == set()


def test_a_class_that_answers_under_a_second_path_is_understood():
    old = '@ns.route("/a")\nclass Show(Resource):\n    def get(self):\n        return 1\n'
    new = old.replace('"/a"', '"/a", "/b"')

    assert started_with(old, new) == {("harmless-code-change", "SAFE", "app.py routes of Show")}


def test_an_application_that_made_its_tables_before_does_not_begin_to():
    sides = [Application(boot_migrates=(f"MetaData.create_all (app.py:{line})",)) for line in (16, 19)]
    named = {"has_new_revision": False, "has_migrations": False}

    assert not list(starting.compare(*sides, **named))
    assert list(starting.compare(Application(), sides[1], **named))
