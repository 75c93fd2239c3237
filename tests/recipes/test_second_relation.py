"""A second relation to the same model: SQLAlchemy has to be told which column each relationship uses."""

import subprocess
import sys

import pytest

from beast_command import beast_in
from beastmode_tools.recipes.new.create import create_project

CONFIGURE = """
import shop
from sqlalchemy.orm import configure_mappers
from shop.categories.models import Category
from shop.orders.models import Order
shop.create_app({"TESTING": True})
configure_mappers()
print(*(relation.direction.name for model in (Category, Order) for relation in model.__mapper__.relationships))
"""
INVERSE = """
    orders: Mapped[list["Order"]] = relationship()
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project whose users have two relations to orders, the second of them added later."""
    folder = tmp_path_factory.mktemp("projects")
    create_project(folder, "shop", "sqlite")
    shop = folder / "shop"
    assert beast_in(shop, "add", "resource", "Order", "number:int", "--owned").status == 0
    users = shop / "shop/users/models.py"
    imports = "from sqlalchemy.orm import Mapped, mapped_column, relationship\n\nif TYPE_CHECKING:\n"
    text = "from typing import TYPE_CHECKING\n\n" + users.read_text().replace(
        "from sqlalchemy.orm import Mapped, mapped_column\n", f"{imports}    from shop.orders.models import Order\n"
    )
    users.write_text(text.rstrip() + "\n" + INVERSE)
    assert beast_in(shop, "add", "relation", "Order.seller", "User").status == 0
    assert beast_in(shop, "add", "resource", "Category", "name:str", "parent:Category?").status == 0
    assert beast_in(shop, "add", "relation", "Order.replaces", "Order").status == 2  # a plural, which is a list
    assert beast_in(shop, "add", "relation", "Order.original", "Order").status == 0
    return shop


def test_each_relationship_names_its_column(shop):
    """The one that existed, the new one, and the one on the other side."""
    orders = (shop / "shop/orders/models.py").read_text()

    assert "    user: Mapped[User] = relationship(foreign_keys=[user_id])\n" in orders
    assert '    seller: Mapped["User | None"] = relationship(foreign_keys=[seller_id])\n' in orders
    assert (shop / "shop/users/models.py").read_text().endswith('= relationship(foreign_keys="Order.user_id")\n')


def test_a_relation_to_the_model_itself_leads_to_one_row(shop):
    """Of `parent` the ID is on the other side; SQLAlchemy would take the relationship for the children."""
    parent = '    parent: Mapped["Category | None"] = relationship(remote_side=[id])\n'
    original = '    original: Mapped["Order | None"] = relationship(remote_side=[id])\n'

    assert parent in (shop / "shop/categories/models.py").read_text()
    assert original in (shop / "shop/orders/models.py").read_text()


def test_the_application_starts(shop):
    """SQLAlchemy can join all of them, and each that was added is one row."""
    done = subprocess.run(
        [sys.executable, "-c", CONFIGURE], cwd=shop, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"MANYTOONE"}


def test_a_third_relation_changes_no_other(shop):
    """The others say already what they use."""
    before = [line for line in (shop / "shop/orders/models.py").read_text().splitlines() if "relationship(" in line]

    assert beast_in(shop, "add", "relation", "Order.packer", "User").status == 0

    after = [line for line in (shop / "shop/orders/models.py").read_text().splitlines() if "relationship(" in line]
    assert after == [*before, '    packer: Mapped["User | None"] = relationship(foreign_keys=[packer_id])']
