"""One example of each recipe, in a project with two resources, and what the recipe declares about it."""

import re
from dataclasses import dataclass

PRODUCTS = "GET /api/v1/products"
ONE = "/api/v1/products/<int:product_id>"
BASE = (
    ("add", "resource", "Tag", "name:str:40"),
    ("add", "resource", "Product", "name:str:80:index", "price:decimal", "stock:int=0", "label:str?", "note:str?"),
)
"""What makes the project that every example starts from."""


@dataclass(frozen=True)
class Example:
    """A recipe at work.

    Args:
        steps: Command lines, and functions of the project's folder that do what a person does in between.
        verdicts: What the command of each step declares.
        declared: Rules of the contract that it breaks on purpose.
        alters: Columns whose values its downgrade does not bring back, as the recipe says.
    """

    steps: tuple
    verdicts: tuple[str, ...]
    declared: tuple[str, ...] = ()
    alters: tuple[str, ...] = ()


def without(pattern):
    """Removes what matches from the schema and the views of products."""

    def edit(folder):
        for name in ("schemas.py", "views.py"):
            path = folder / "shop" / "products" / name
            path.write_text(re.sub(pattern, "", path.read_text(), flags=re.MULTILINE))

    return edit


def added(*command, verdict="CAUTIOUS", **given):
    """The example of a recipe that takes one step."""
    return Example((("add", *command),), (verdict,), **given)


def in_phases(*command, phases, between=(), **given):
    """The example of a change: the same command for each phase, with what a person does before some of them."""
    again = (*command, "--deployed")
    steps = [[again] for _ in phases]
    for number, edit in between:
        steps[number].insert(0, edit)
    return Example(tuple(each for step in steps for each in step), phases, **given)


EXAMPLES = {
    "add resource": added("resource", "OrderLine", "amount:int", "product:Product", "--owned", verdict="SAFE"),
    "add field": added("field", "Product", "state:enum:draft,sold=draft", "tag:Tag?"),
    "add index": added("index", "products.created_at"),
    "add setting": added("setting", "SHOP_OPEN", "bool=true", "Whether orders are accepted."),
    "add endpoint": added("endpoint", "products/<int:id>/price", "--returns", "price:decimal", verdict="SAFE"),
    "add relation": added("relation", "Product.tags", "Tag"),
    "add version": added("version", "products", "v2"),
    "add job": added("job", "send_receipt", "order_id:int", verdict="SAFE"),
    "add mail": added("mail", "welcome", "name:str", verdict="SAFE"),
    "add upload": added("upload", "avatars"),
    "add webhook": added("webhook", "payments"),
    "add cache": added("cache", PRODUCTS),
    "add limit": added("limit", "POST /api/v1/products", "60/minute"),
    "add permission": added("permission", f"DELETE {ONE}", "products:delete"),
    "add authenticator": added(
        "authenticator", "partner", "GET /api/v1/tags", verdict="DANGEROUS", declared=("security-way-added",)
    ),
    "change type": in_phases(
        "change", "type", "products.stock", "bigint", phases=("CAUTIOUS", "DANGEROUS", "DANGEROUS")
    ),
    "change rename": in_phases(
        "change", "rename", "products.name", "title", "--api", phases=("CAUTIOUS", "DANGEROUS", "DANGEROUS")
    ),
    "change required": in_phases(
        *("change", "required", "products.label", "--fill", "none"),
        phases=("CAUTIOUS", "CAUTIOUS", "DANGEROUS"),
        between=[(2, without("allow_none=True, (?=.*load_default)"))],
        declared=("request-null-refused",),
        alters=("products.label",),
    ),
    "change drop": in_phases(
        *("change", "drop", "products.note"),
        phases=("DANGEROUS", "DANGEROUS"),
        between=[(0, without(r"^.*\bnote\b.*\n"))],
        declared=(
            "response-field-removed",
            "response-optional-field-removed",
            "request-field-refused",
            "parameter-removed",
        ),
        alters=("products.note",),
    ),
    "change retire": Example((("change", "retire", PRODUCTS, "--until", "2999-12-31"),), ("SAFE",)),
}
