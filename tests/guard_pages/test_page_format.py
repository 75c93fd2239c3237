"""A page is read as it is written, and a slip in it is told."""

import pytest

from beastmode_tools.guard.explanation import parse_page
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.page import Message, parse_head

PAGE = """# field-removed

**DANGEROUS** · contract
A field that clients read
is gone.

> {name} is gone

> Keep it.

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
    page = parse_page(PAGE, "field-removed", "contract")

    assert page.verdict is Verdict.DANGEROUS
    assert page.summary == "A field that clients read is gone."
    assert page.why == "Clients break."
    assert "## this is no heading" in page.instead
    assert [(example.title, example.verdict) for example in page.examples] == [
        ("a field is gone", Verdict.DANGEROUS),
        ("it is only described anew", None),
    ]


def test_an_example_has_the_files_of_both_sides():
    found, silent = parse_page(PAGE, "field-removed", "contract").examples

    assert found.files("before") == {"openapi.yaml": "a: 1\n### not a heading either\n"}
    assert found.files("after") == {"openapi.yaml": "{}\n"}
    assert silent.files("before") == silent.files("after") == {"app.py": "app = 1\n"}
    assert silent.marks == {"boots"}
    assert not found.marks


def test_a_file_may_hold_a_fence_if_its_own_is_longer():
    page = PAGE.replace("```yaml openapi.yaml after\n{}\n```", "````md notes.md after\n```\ncode\n```\n````")

    assert parse_page(page, "field-removed", "contract").examples[0].files("after") == {"notes.md": "```\ncode\n```\n"}


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
        parse_page(PAGE.replace(old, new), "field-removed", "contract")


HEAD = """# field-removed

**DANGEROUS** · contract · responses
A field that clients read
is removed.

> - `field`: {name} is no longer sent;
>   clients that read it break
> - `header`: {name} is no longer sent, a header

> Keep {name}.

> - `renamed`: {name} is {new} now

> Send both.

Formerly: field-gone, header-gone.

"""


def test_the_head_of_a_page_holds_the_messages_and_what_to_do_instead():
    """What to do instead stands behind all messages that share it."""
    head = parse_head(HEAD, "field-removed", "contract")

    assert (head.verdict, head.subject, head.direction) == (Verdict.DANGEROUS, "contract", "responses")
    assert head.summary == "A field that clients read is removed."
    assert head.messages == (
        Message("field", "{name} is no longer sent; clients that read it break", "Keep {name}."),
        Message("header", "{name} is no longer sent, a header", "Keep {name}."),
        Message("renamed", "{name} is {new} now", "Send both."),
    )
    assert head.formerly == ("field-gone", "header-gone")


def test_a_page_with_one_message_needs_no_label():
    """The first quote is the message, the second what to do instead."""
    text = "# one-thing\n\n**SAFE** · contract\nA thing.\n\n> {name} is a thing\n\n> Do\n> this.\n\n## Why\n"

    assert parse_head(text, "one-thing", "contract").messages == (Message("", "{name} is a thing", "Do this."),)


def test_labels_may_be_former_names():
    """A page that says so is found by the labels of its messages."""
    head = parse_head(HEAD.replace("field-gone, header-gone", "a rule for each message"), "field-removed", "contract")

    assert head.formerly == ("field", "header", "renamed")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("· contract ·", "· code ·", "stands among the pages of contract"),
        ("Formerly: field-gone", "Once: field-gone", "what stands before `## Why` is"),
        ("> Send both.", "Send both.", "what stands before `## Why` is"),
    ],
)
def test_a_slip_in_a_head_is_told(old, new, told):
    """A head that cannot be read names the line that is wrong."""
    with pytest.raises(ValueError, match=told):
        parse_head(HEAD.replace(old, new), "field-removed", "contract")


def test_a_missing_message_is_told_by_its_label():
    """The sentence says where to write it."""
    with pytest.raises(ValueError, match=r"has no message `body`; write it into its head"):
        parse_head(HEAD, "field-removed", "contract").message("body")


def test_a_page_without_a_message_is_told():
    """The words stand on the page and nowhere else."""
    with pytest.raises(ValueError, match=r"field-removed.md has no message"):
        parse_head("# field-removed\n\n**SAFE** · contract\nA thing.\n\n## Why\n", "field-removed", "contract")
