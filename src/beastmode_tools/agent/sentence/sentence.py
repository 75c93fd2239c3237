"""From a sentence to a recipe: a small grammar, stated in the docs; what it does not cover is refused, never guessed.

FIELD     add [a] [nullable] [TYPE] NAME [field|column] to MODEL [with default VALUE]
RESOURCE  add [a resource] MODEL with FIELD, FIELD and FIELD     each FIELD is [a] [nullable] TYPE NAME, or name:type
INDEX     add an index on TABLE.COLUMN                           or: index COLUMN of TABLE
SETTING   add [a] TYPE setting NAME with default VALUE for WHAT
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from beastmode_tools.agent.sentence.words import ADD, ALTERNATIVES, ARTICLE, NAME, TYPES, type_of
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.names import plural, snake

__all__ = ["FORMS", "Understood", "understand"]

FORMS = {
    "field": "add a nullable nickname to users",
    "resource": "add orders with a decimal total and a string status",
    "index": "add an index on posts.created_at",
    "setting": "add a string setting SHOP_CURRENCY with default EUR for the currency of every price",
}
"""A sentence of each recipe that has one."""
OPTIONAL = r"(?P<optional>nullable |optional )?"
TYPE = rf"(?:(?P<type>{ALTERNATIVES}) )?"
WHAT = r"(?: (?:field|column|attribute|property))?"
DEFAULT = r"(?:,? (?:with (?:a |the )?default(?: of| value)?|defaulting to|default) (?P<default>[\w.-]+))?"
FIELD = re.compile(
    rf"{ADD} {ARTICLE}{OPTIONAL}{TYPE}(?:(?:field|column|attribute|property) )?(?:called |named )?(?P<name>{NAME})"
    rf"{WHAT} (?:to|on|for|in) (?:the )?(?P<model>{NAME})(?: model| table| resource)?{DEFAULT}",
    re.IGNORECASE,
)
GIVE = re.compile(
    rf"give (?:the )?(?P<model>{NAME}?) {ARTICLE}{OPTIONAL}{TYPE}(?:field |column )?(?:called |named )?(?P<name>{NAME})"
    rf"{WHAT}{DEFAULT}",
    re.IGNORECASE,
)
RESOURCE = re.compile(
    rf"{ADD} {ARTICLE}(?:resource |model |resource called |resource named )?(?P<model>{NAME})(?: resource)?"
    r" (?:with|having|that has|that have) (?P<fields>.+)",
    re.IGNORECASE,
)
INDEX = (
    re.compile(rf"{ADD} {ARTICLE}index (?:on|to|for) (?P<table>{NAME})\.(?P<column>{NAME})", re.IGNORECASE),
    re.compile(
        rf"{ADD} {ARTICLE}index (?:on|to|for) (?:the )?(?P<column>{NAME}) (?:of|in|on) (?:the )?(?P<table>{NAME})",
        re.IGNORECASE,
    ),
    re.compile(rf"index (?P<table>{NAME})\.(?P<column>{NAME})", re.IGNORECASE),
    re.compile(rf"index (?:the )?(?P<column>{NAME}) (?:of|in) (?:the )?(?P<table>{NAME})", re.IGNORECASE),
)
SETTING = re.compile(
    rf"{ADD} {ARTICLE}(?P<type>string|str|int|integer|number|float|bool|boolean|secret) setting (?:called |named )?"
    r"(?P<name>[A-Z][A-Z0-9_]*),? (?:with (?:a |the )?default(?: of| value)?|defaulting to) (?P<default>[\w.-]+),?"
    r" for (?P<what>.+)",
)
SETTING_TYPES = {"string": "str", "integer": "int", "number": "int", "boolean": "bool"}
ONE = re.compile(
    rf"(?:an? |the )?{OPTIONAL}(?P<type>{ALTERNATIVES}) (?:called |named )?(?P<name>{NAME})", re.IGNORECASE
)
TYPED = re.compile(r"[a-z][a-z0-9_]*:\S+")


@dataclass(frozen=True, slots=True)
class Understood:
    """A recipe that a sentence asks for.

    Args:
        title: Of its box.
        words: Of the recipe, as after `beast`.
        conditions: What is true when it is done.
    """

    title: str
    words: tuple[str, ...]
    conditions: tuple[str, ...]


def understand(sentence: str, models: Mapping[str, str]) -> tuple[Understood, ...]:
    """The recipes that a sentence asks for, one for each part between semicolons or "and then".

    Args:
        sentence: What the person typed.
        models: Model -> table of the project.

    Raises:
        CouldNotRun: A part is not understood; the message names the nearest forms.
    """
    parts = [each.strip(" .") for each in re.split(r";|,? and then | then ", " ".join(sentence.split()))]
    if not all(parts):
        raise CouldNotRun(f"{sentence[:80]!r} has an empty part. {nearest('')}")
    return tuple(one(each, models) for each in parts)


def one(part: str, models: Mapping[str, str]) -> Understood:
    """The recipe of one part.

    Raises:
        CouldNotRun: There is none.
    """
    if found := SETTING.fullmatch(part):
        return setting(found, part)
    if found := next((match for each in INDEX if (match := each.fullmatch(part))), None):
        table = models[model_of(found["table"], models)]
        column = f"{table}.{found['column'].lower()}"
        return Understood(part, ("add", "index", column), ("verdict CAUTIOUS",))
    if (found := RESOURCE.fullmatch(part)) and not FIELD.fullmatch(part):
        return resource(found, part)
    if found := FIELD.fullmatch(part) or GIVE.fullmatch(part):
        return field(found, part, models)
    raise CouldNotRun(f"{part[:120]!r} is not a sentence that a recipe understands. {nearest(part)}")


def field(found: re.Match[str], part: str, models: Mapping[str, str]) -> Understood:
    """A field of a model; without a type it is a string, and without a default it may be null.

    Raises:
        CouldNotRun: The model is not there, or it is neither nullable nor has a default.
    """
    model, name = model_of(found["model"], models), found["name"].lower()
    if type_of(name) or name in ("field", "column", "index", "setting", "endpoint", "route", "test", "version"):
        raise CouldNotRun(f"{part[:120]!r} does not say what the field is called. {nearest(part)}")
    if not found["optional"] and not found["default"]:
        raise CouldNotRun(
            f"rows of {models[model]} that exist have no {name}. Say `nullable {name}`, or `with default VALUE`."
        )
    kind = type_of(found["type"] or "") or "str"
    default = f"={found['default']}" if found["default"] else ""
    declared = f"{name}:{kind}{'?' if found['optional'] else ''}{default}"
    return Understood(part, ("add", "field", model, declared), (f"column {models[model]}.{name}", "verdict CAUTIOUS"))


def resource(found: re.Match[str], part: str) -> Understood:
    """A resource with its fields, each with a type.

    Raises:
        CouldNotRun: A field has no type.
    """
    model = class_name(found["model"])
    if model.lower() in ("resource", "model", "table", "thing"):
        raise CouldNotRun(f"{part[:120]!r} does not say what the resource is called. {nearest(part)}")
    fields = tuple(declared(each, part) for each in listed(found["fields"]))
    return Understood(
        part, ("add", "resource", model, *fields), (f"test tests/test_{plural(snake(model))}.py", "verdict CAUTIOUS")
    )


def setting(found: re.Match[str], part: str) -> Understood:
    """A setting with its default."""
    kind = SETTING_TYPES.get(found["type"], found["type"])
    words = (
        "add",
        "setting",
        found["name"],
        f"{kind}={found['default']}",
        f"{found['what'][:1].upper()}{found['what'][1:]}",
    )
    return Understood(part, words, ("test tests/test_settings.py", "verdict CAUTIOUS"))


def listed(text: str) -> Iterator[str]:
    """The fields of a list: commas, "and", or both."""
    return (each.strip() for each in re.split(r",\s+and |,\s+| and ", text) if each.strip())


def declared(text: str, part: str) -> str:
    """A field as a recipe writes it.

    Raises:
        CouldNotRun: It has no type.
    """
    if TYPED.fullmatch(text):
        return text
    found = ONE.fullmatch(text)
    if found is None:
        known = ", ".join(dict.fromkeys(TYPES.values()))
        raise CouldNotRun(
            f"{text!r} in {part[:80]!r} has no type. Write `a decimal total` or total:decimal; types are {known}."
        )
    return f"{found['name'].lower()}:{type_of(found['type'])}{'?' if found['optional'] else ''}"


def model_of(name: str, models: Mapping[str, str]) -> str:
    """The model that a name means: its class, its table, or one of its rows.

    Raises:
        CouldNotRun: There is none.
    """
    for model, table in models.items():
        if name.lower() in (model.lower(), table.lower(), snake(model)):
            return model
    raise CouldNotRun(f"there is no model {name!r} here. Models are {', '.join(sorted(models)) or 'none'}.")


def class_name(name: str) -> str:
    """The class of a resource: `Order` for `orders`, `order` and `Order`."""
    if name[:1].isupper() and not name.isupper():
        return name
    last = name.lower()
    if last.endswith("ies"):
        last = f"{last[:-3]}y"
    elif re.search(r"(?:s|x|z|ch|sh)es$", last):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith("ss"):
        last = last[:-1]
    return "".join(each.capitalize() for each in last.split("_"))


def nearest(part: str) -> str:
    """The forms that are nearest to what was typed, as examples."""
    names = difflib.get_close_matches(part.lower(), list(FORMS.values()), 2, 0.4) or list(FORMS.values())
    return f"Sentences are such as: {'; '.join(repr(each) for each in names)}. `beast recipes` lists the recipes."
