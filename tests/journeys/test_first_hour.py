"""A newcomer with the built wheel: a project, a first request, five parts, a change under load, and the way back."""

import json
import re
import socket
from pathlib import Path

import pytest
from served import Load, ask, page, served, until

ROOT = Path(__file__).parents[2]
ADDS = (
    ("resource", "Product", "name:str:120", "price:decimal", "stock:int=0", "--owned"),
    ("field", "Product", "note:str:80?"),
    ("endpoint", "products/<int:id>/sales", "--returns", "sold:int"),
    ("relation", "Product.buyer", "User"),
    ("version", "products", "v2", "--nest", "buyer"),
)
CHANGE = ("beast", "change", "type", "products.stock", "bigint")
PHASES = (1, 2, 3)


@pytest.fixture(scope="module")
def story(terminal, tmp_path_factory):
    """What is seen between an empty folder and a column that got another type while the project was used."""
    place = tmp_path_factory.mktemp("story")
    seen = {"new": terminal.run(place, "beast", "new", "shop")}
    shop = place / "shop"
    with served(terminal, shop, place / "output") as server:
        seen |= {"url": server.url, "said": server.said, "docs": page(f"{server.url}/docs")}
        token = server.log_in()
        guides = (ROOT / "docs/how-to/start-a-project.md", shop / "README.md")
        seen["pasted"] = [terminal.run(shop, "sh", "-euc", pasted(guide, server.url)) for guide in guides]
        seen["first"] = ask(f"{server.url}/api/v1/users", token=token)
        seen["add"] = [terminal.run(shop, "beast", "add", *add) for add in ADDS]
        until(lambda: ask(f"{server.url}/api/v2/products", token=token)[0] == 200)
        with Load(server.url, token) as load:
            seen["change"] = [phase(terminal, shop, server, load) for _ in PHASES]
        seen |= {"wrong": load.wrong, "stocks": load.stocks, "stored": stocks(server.url, token)}
        seen |= {"old": ask(f"{server.url}/api/v1/products", token=token)}
        seen |= {"new version": ask(f"{server.url}/api/v2/products?sort=id&per_page=1", token=token)}
        seen |= {"own": ask(f"{server.url}/api/v1/products/1/sales", token=token)}
        seen |= {"ended": server.stop(), "output": server.said, "shop": shop}
    return seen


def phase(terminal, shop, server, load):
    """What the next phase of the change says; the products are used before, meanwhile and afterwards."""
    terminal.run(shop, "git", "add", "--all")
    terminal.run(shop, "git", "commit", "--quiet", "--message", "Before the next phase")
    load.goes_on()
    said = server.after_reload(lambda: terminal.run(shop, *CHANGE))
    load.goes_on()
    return said


def stocks(url, token):
    """ID -> stock of every product, page by page."""
    found, following = {}, f"{url}/api/v2/products?sort=id&per_page=100"
    number = 0
    while following:
        number += 1
        _, _, body = ask(f"{following}&page={number}", token=token)
        found |= {product["id"]: product["stock"] for product in body["data"]["items"]}
        following = following if body["data"]["pagination"]["has_next"] else None
    return found


def pasted(guide, url):
    """The commands of a guide that send requests, to this server."""
    (block,) = (code for code in re.findall(r"```\w+\n(.*?)```", guide.read_text(), re.DOTALL) if "curl" in code)
    return block.replace("http://127.0.0.1:8000", url)


def test_without_the_extra_one_line_says_what_to_install(terminal):
    """The wheel alone has the command, which says what else it needs."""
    (line,) = terminal.first.stderr.splitlines()

    assert (terminal.first.returncode, terminal.first.stdout) == (2, "")
    assert re.match(r"beast: `\w+` is missing: beast needs beastmode's extra `tools`. pip install '", line)


def test_three_commands_lead_to_a_first_request(story):
    """Without an edit: the docs, the inbox, an account, and what it sees."""
    status, _, users = story["first"]

    assert story["new"].endswith("\n  beast test    run its tests, then check the change\n")
    assert f"docs     {story['url']}/docs" in story["said"]
    assert f"inbox    {story['url']}/dev/inbox" in story["said"]
    assert "<html" in story["docs"]
    assert (status, [user["name"] for user in users["data"]["items"]]) == (200, ["ada"])


def test_the_first_request_of_the_guides_can_be_pasted(story):
    """That of the documentation, and that of the project's own README."""
    assert [json.loads(said)["data"]["items"][0]["name"] for said in story["pasted"]] == ["ada", "ada"]


def test_five_parts_are_added_while_the_project_is_served(story):
    """Each is told file by file, with what to do next, in at most twelve lines."""
    assert [said.split("\n", 1)[0] for said in story["add"]] == [f"Change 000{number}:" for number in range(1, 6)]
    assert max(len(said.splitlines()) for said in story["add"]) <= 12
    assert all("\nNext:\n" in said for said in story["add"])
    assert story["own"][0] == 200
    assert set(story["own"][2]["data"]) == {"sold"}


def test_the_old_version_goes_on_and_says_until_when(story):
    """Both versions answer; the new one shows the relation."""
    _, headers, _ = story["old"]
    (product,) = story["new version"][2]["data"]["items"]

    assert headers["Link"] == '</api/v2/products>; rel="successor-version"'
    assert headers["Sunset"].endswith("GMT")
    assert product["buyer"] is None


def test_a_column_changes_its_type_while_requests_are_answered(story):
    """In three phases and as many restarts no request fails, and no product is lost or wrong."""
    assert story["wrong"] == []
    assert [f"phase {number} of 3" in said for number, said in zip(PHASES, story["change"], strict=True)] == [True] * 3
    assert len(story["stocks"]) >= 2 * len(PHASES)
    assert story["stored"] == story["stocks"]


def test_one_ctrl_c_ends_everything(story):
    """With one last word."""
    assert story["ended"] == 0
    assert story["output"].endswith("Stopped.\n")


def test_everything_can_be_taken_back_but_no_row_unasked(terminal, tmp_path):
    """`beast undo` names the rows that would go, and needs a yes. `beast dev` prints what the README shows."""
    terminal.run(tmp_path, "beast", "new", "shop")
    shop = tmp_path / "shop"
    terminal.run(shop, "beast", "add", "resource", "Product", "name:str:120")
    with served(terminal, shop, tmp_path / "output") as server:
        said = server.said.replace(server.url, "http://127.0.0.1:8000")
        ask(f"{server.url}/api/v1/products", {"name": "Tea"}, server.log_in())

    refused = terminal.ask(shop, "beast", "undo")
    terminal.run(shop, "beast", "undo", "--yes")

    assert f"```text\n{said}```\n" in (ROOT / "README.md").read_text()
    assert refused.stderr == (
        "beast: this deletes rows of sqlite:///shop.db: 1 in products. If they may go: beast undo 0001 --yes\n"
    )
    assert terminal.run(shop, "git", "status", "--porcelain") == ""


def test_a_port_in_use_is_said_in_one_line(terminal, tmp_path):
    """With another one to use."""
    terminal.run(tmp_path, "beast", "new", "shop")
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]

        done = terminal.ask(tmp_path / "shop", "beast", "dev", "--port", str(port))

    assert done.returncode == 2
    assert done.stderr == (
        f"beast: port {port} is not available on 127.0.0.1 (Address already in use). "
        f"Stop the process that uses it, or choose another: beast dev --port {port + 1}\n"
    )
