from beastmode_tools.source.folder import FolderFiles, read_delta
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.sides import FileChange, Side

APP = """
from flask import Flask
from shop.orders import bp

def create_app():
    app = Flask(__name__)
    app.register_blueprint(bp, url_prefix="/orders")
    return app
"""
ORDERS = """
from flask import Blueprint
from .services import prices

bp = Blueprint("orders", __name__)

@bp.get("/<int:number>")
def show(number):
    return prices.total(number)
"""
PRICES = """
def total(number):
    return rounded(number)

def rounded(number):
    return TABLE["step"](number)

def step(number):
    return number

TABLE = {"step": step}

def lonely(number):
    return number
"""
FILES = {
    "shop/__init__.py": APP,
    "shop/orders.py": ORDERS,
    "shop/services/__init__.py": "",
    "shop/services/prices.py": PRICES,
}


def test_a_function_is_reached_through_callers_in_other_files_and_tables():
    usage = Usage(FILES)

    assert usage.reach("shop/services/prices.py", "step").entries == ("GET /orders/<int:number>",)


def test_a_function_that_nobody_names_is_not_reached():
    assert Usage(FILES).reach("shop/services/prices.py", "lonely").entries == ()


def test_a_request_of_the_route_executes_what_it_reaches():
    test = 'def test_it(client):\n    client.get("/orders/7")\n'

    reach = Usage(FILES | {"tests/test_orders.py": test}).reach("shop/services/prices.py", "rounded")

    assert reach.tested_by == ("tests/test_orders.py",)


def test_a_request_of_another_route_does_not():
    test = 'def test_it(client):\n    client.get("/orders_of_others/7")\n'

    assert Usage(FILES | {"tests/test_x.py": test}).reach("shop/services/prices.py", "rounded").tested_by == ()


def test_core_files_are_named_by_patterns_and_folders():
    reaches = [
        Usage(FILES, core=(pattern,)).reach("shop/services/prices.py", "total").is_core
        for pattern in ("shop/services/*", "shop/services", "shop/services/", "shop/orders.py")
    ]

    assert reaches == [True, True, True, False]


def test_files_of_a_folder_are_read_when_asked_for(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "a.py").write_text("x = 1\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "b.py").write_text("y = 1\n")
    (tmp_path / "link.py").symlink_to("/etc/hostname")

    files = FolderFiles(tmp_path)

    assert list(files) == ["shop/a.py"]
    assert files["shop/a.py"] == "x = 1\n"
    assert "link.py" not in files


def test_a_change_between_two_folders_is_compared(tmp_path):
    for side in ("base", "work"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "a.py").write_text(f"x = '{side}'\n")
    sides = tuple(Side(name, tmp_path / name, tmp_path / name) for name in ("base", "work"))

    delta = read_delta([FileChange("a.py", "a.py", "x = 'base'\n", "x = 'work'\n")], sides, core=("a.py",))

    assert (delta.new_files["a.py"], delta.core) == ("x = 'work'\n", ("a.py",))
