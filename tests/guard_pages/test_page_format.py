"""A page is read as it is written, and a slip in it is told."""

import pytest

from beastmode_tools.guard.explanation import parse_page
from beastmode_tools.guard.finding import Verdict

PAGE = """# field-removed

**DANGEROUS** · A field that clients read
is gone.

## Why

Clients break.

## Instead

Keep it:

```python
## this is no heading
keep = True
```

## Examples

### DANGEROUS: a field is gone

```yaml openapi.yaml before
a: 1
### not a heading either
```

```yaml openapi.yaml after
{}
```

### not found: it is only described anew

<!-- boots -->

```python app.py both
app = 1
```
"""


def test_a_page_says_what_why_instead_and_how():
    page = parse_page(PAGE, "field-removed")

    assert page.verdict is Verdict.DANGEROUS
    assert page.summary == "A field that clients read is gone."
    assert page.why == "Clients break."
    assert "## this is no heading" in page.instead
    assert [(example.title, example.verdict) for example in page.examples] == [
        ("a field is gone", Verdict.DANGEROUS),
        ("it is only described anew", None),
    ]


def test_an_example_has_the_files_of_both_sides():
    found, silent = parse_page(PAGE, "field-removed").examples

    assert found.files("before") == {"openapi.yaml": "a: 1\n### not a heading either\n"}
    assert found.files("after") == {"openapi.yaml": "{}\n"}
    assert silent.files("before") == silent.files("after") == {"app.py": "app = 1\n"}
    assert silent.marks == {"boots"}
    assert not found.marks


def test_a_file_may_hold_a_fence_if_its_own_is_longer():
    page = PAGE.replace("```yaml openapi.yaml after\n{}\n```", "````md notes.md after\n```\ncode\n```\n````")

    assert parse_page(page, "field-removed").examples[0].files("after") == {"notes.md": "```\ncode\n```\n"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("# field-removed", "# field-gone", "has to begin with"),
        ("**DANGEROUS** ·", "**AWFUL** ·", "has to begin with"),
        ("## Why", "## Because", "no section Why"),
        ("### DANGEROUS: a", "### found: a", "has to begin with SAFE:"),
        ("```yaml openapi.yaml after", "```yaml openapi.yaml", "LANGUAGE PATH SIDE"),
        ("```yaml openapi.yaml after", "```yaml openapi.yaml later", "LANGUAGE PATH SIDE"),
        ("<!-- boots -->", "<!-- shoes -->", "boots and proofs"),
        ("```python app.py both\napp = 1\n```", "", "has no files"),
    ],
)
def test_a_slip_in_a_page_is_told(old, new, told):
    with pytest.raises(ValueError, match=told):
        parse_page(PAGE.replace(old, new), "field-removed")
