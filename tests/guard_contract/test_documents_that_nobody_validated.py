"""References and paths of documents, as everything that reads a contract follows them."""

import pytest

from beastmode_tools.source.openapi import followed, found_at
from beastmode_tools.source.paths import as_template, slashless, unnamed

DOCUMENT = {
    "a/b": {"~c": [10, {"d": "found"}]},
    "one": {"$ref": "#/two"},
    "two": {"type": "string"},
    "loose": {"$ref": "other.yaml#/x"},
    "circle": {"$ref": "#/circle"},
}


def behind(ref):
    return followed({"$ref": ref}, lambda each: found_at(DOCUMENT, each))


@pytest.mark.parametrize(
    ("ref", "value"),
    [
        ("#", DOCUMENT),
        ("#/a~1b/~0c/0", 10),
        ("#/a%2Fb/~0c/1/d", "found"),
        ("#/a~1b/~0c/2", None),
        ("#/a~1b/~0c/00000000000000000001", None),
        ("#/two/type/length", None),
        ("other.yaml#/two", None),
    ],
)
def test_a_pointer_leads_to_a_value_or_nowhere(ref, value):
    """Slashes, tildes and percent signs are escaped; an array is entered by a number."""
    assert found_at(DOCUMENT, ref) == value


def test_a_chain_of_references_ends_at_the_object_or_at_the_last_reference():
    """What leaves the document, and a circle, stay references, so that nobody takes them for an empty object."""
    assert behind("#/one") == {"type": "string"}
    assert behind("#/loose") == {"$ref": "other.yaml#/x"}
    assert behind("#/nowhere") == {"$ref": "#/nowhere"}
    assert set(behind("#/circle")) == {"$ref"}
    assert followed(["no object"], lambda _: None) == {}


def test_paths_are_the_same_whatever_their_parameters_are_called():
    """As Flask writes them and as OpenAPI does."""
    assert unnamed("/users/<int(min=1):id>/") == unnamed("/users/{user_id}/") == "/users/{}/"
    assert slashless("/users/<id>/") == slashless("/users/{id}")
    assert as_template("/<lang>/users/<int(min=1):id>") == "/{lang}/users/{id}"
