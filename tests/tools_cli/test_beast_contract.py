import json

import pytest
import yaml

OLD = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/orders": {"get": {"responses": {"200": {"description": "all"}}}},
        "/news": {"get": {"responses": {"200": {"description": "what is new"}}}},
    },
}
NEW = OLD | {"paths": {"/orders": OLD["paths"]["/orders"]}}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "old.json").write_text(json.dumps(OLD))
    (tmp_path / "new.yaml").write_text(yaml.safe_dump(NEW))
    return tmp_path / "old.json", tmp_path / "new.yaml"


def test_what_breaks_clients_is_told_without_a_project(beast, files):
    done = beast("contract", "diff", *files)

    assert done.status == 1
    assert "GET /news" in done.out
    assert "Verdict: DANGEROUS." in done.out
    assert "beast accept" not in done.out


def test_a_document_compared_with_itself_is_safe(beast, files):
    done = beast("contract", "diff", files[0], files[0], "--fail-on", "cautious", "--format", "json")

    assert done.status == 0
    assert json.loads(done.out)["verdict"] == "SAFE"


@pytest.mark.parametrize("is_here", [True, False])
def test_sarif_points_to_the_new_document(beast, files, tmp_path, monkeypatch, is_here):
    if is_here:
        monkeypatch.chdir(tmp_path)

    done = beast("contract", "diff", *files, "--format", "sarif")

    result = json.loads(done.out)["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    elsewhere = {"uri": f"file://{files[1]}"}
    assert place == ({"uri": "new.yaml", "uriBaseId": "ROOT"} if is_here else elsewhere)


def test_the_page_shows_the_difference(beast, files, tmp_path):
    done = beast("contract", "diff", *files, "--save", tmp_path / "report.html")

    assert done.status == 1
    assert "GET /news" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("text", ["", "[1]", "{", "a: b: c", "\x00", "just words"])
def test_what_is_no_document_is_told_in_one_line(beast, files, tmp_path, text):
    (tmp_path / "bad.yaml").write_text(text)

    done = beast("contract", "diff", files[0], tmp_path / "bad.yaml")

    assert done.status == 2
    assert "bad.yaml" in done.err
    assert done.err.count("\n") == 1


def test_a_file_that_is_not_there_is_told_in_one_line(beast, files, tmp_path):
    done = beast("contract", "diff", files[0], tmp_path / "gone.yaml")

    assert done.status == 2
    assert "gone.yaml" in done.err
    assert done.err.count("\n") == 1
