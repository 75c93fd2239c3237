"""Fields that an annotation alone maps are judged alike, however `Mapped` was imported."""

import pytest

from guard_code.verdicts import found

MODEL = """
import sqlalchemy as sa
import sqlalchemy.orm as so
import sqlalchemy.orm
from datetime import datetime
from typing import Optional
from sqlalchemy.orm import Mapped, mapped_column


class User({bases}):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    {field}
"""


def problems(field, bases=("Base", "Base")):
    old, new = (MODEL.format(bases=each, field=line) for each, line in zip(bases, ("", field), strict=True))
    return {(each.rule, each.problem) for each in found({"app/models.py": old}, {"app/models.py": new})}


@pytest.mark.parametrize("module", ["", "so.", "sqlalchemy.orm."])
@pytest.mark.parametrize(
    ("field", "rule", "problem"),
    [
        ("seen: {}Mapped[Optional[datetime]]", "harmless-code-change", "User.seen is new and optional"),
        ("seen: {}Mapped[datetime | None]", "harmless-code-change", "User.seen is new and optional"),
        (
            "seen: {}Mapped[datetime]",
            "required-field-added",
            "User.seen is new and required: existing rows and clients that do not send it are rejected",
        ),
        (
            "name: {0}Mapped[str] = {0}mapped_column(sa.String(20))",
            "required-field-added",
            "User.name is new and required: existing rows and clients that do not send it are rejected",
        ),
    ],
)
def test_whether_a_mapped_field_may_be_left_out(module, field, rule, problem):
    assert (rule, problem) in problems(field.format(module))


def test_other_base_classes_are_named_as_such():
    assert ("field-changed", "User has other base classes") in problems("", ("Base", "Pages, Base"))
