# ruff: noqa: E501 - a table is read by the line
"""Columns that come and go, and their defaults and types."""

from change import NAMED, POSTGRESQL, C, Change, change, kinds, model

COLUMNS = (
    change("a column", "Ca", [NAMED], [NAMED, "note: Mapped[str | None]"]),
    change(
        "a required column with a default of the database",
        "Cb",
        [NAMED],
        [NAMED, "n: Mapped[int] = mapped_column(server_default='0')"],
    ),
    change(
        "a required column with a default of Python",
        "Cc",
        [NAMED],
        [
            NAMED,
            "n: Mapped[int] = mapped_column(default=7)",
            'word: Mapped[str] = mapped_column(String(20), default="it\'s")',
            "is_open: Mapped[bool] = mapped_column(default=True)",
        ],
    ),
    change(
        "a required column without a default",
        "Cd",
        [NAMED],
        [NAMED, "n: Mapped[int]"],
        remarks=1,
        finds=("upgrade-fails",),
    ),
    change(
        "a column less", "Ce", [NAMED, "note: Mapped[str | None]"], [NAMED], finds=("rows-not-restored",), remarks=1
    ),
    change(
        "a column with a check",
        "Cf",
        [NAMED],
        [NAMED, 'n: Mapped[int | None] = mapped_column(CheckConstraint("n > 0", name="n"))'],
    ),
    change(
        "a column with a check less",
        "Cg",
        [NAMED, 'n: Mapped[int | None] = mapped_column(CheckConstraint("n > 0", name="n"))'],
        [NAMED],
        finds=("rows-not-restored",),
        remarks=1,
    ),
    Change(
        "a column of an enum",
        model("Ch", NAMED),
        kinds("ChKind", "a", "b") + model("Ch", NAMED, "kind: Mapped[ChKind | None]"),
    ),
    Change(
        "a required column of an enum with a default",
        model("Ci", NAMED),
        kinds("CiKind", "a", "b") + model("Ci", NAMED, "kind: Mapped[CiKind] = mapped_column(default=CiKind.b)"),
    ),
    Change(
        "a second column of an enum",
        kinds("CjKind", "a", "b") + model("Cj", "kind: Mapped[CjKind]"),
        kinds("CjKind", "a", "b") + model("Cj", "kind: Mapped[CjKind]", "wish: Mapped[CjKind | None]"),
    ),
    Change(
        "the last column of an enum less",
        kinds("CkKind", "a", "b") + model("Ck", NAMED, "kind: Mapped[CkKind]"),
        model("Ck", NAMED),
        finds=("rows-not-restored",),
        remarks=1,
    ),
    Change(
        "a column of an enum that is kept as text",
        model("Cl", NAMED),
        kinds("ClKind", "a", "b")
        + model(
            "Cl",
            NAMED,
            "kind: Mapped[ClKind | None] = mapped_column(Enum(ClKind, native_enum=False, create_constraint=True, length=9))",
        ),
    ),
    change(
        "a column that refers to a table",
        "Cm",
        [NAMED],
        [NAMED, 'parent_id: Mapped[int | None] = mapped_column(ForeignKey("cms.id", ondelete="SET NULL"), index=True)'],
    ),
    change(
        "a column with an index, unique",
        "Cn",
        [NAMED],
        [NAMED, "code: Mapped[str | None] = mapped_column(String(9), unique=True, index=True)"],
    ),
    change(
        "a computed column",
        "Co",
        [NAMED, C],
        [NAMED, C, 'twice: Mapped[int | None] = mapped_column(Computed("n % 7", persisted=True))'],
        remarks=1,
        finds=("migration-locks-table",),
    ),
    change(
        "a column with a default that changes with each row",
        "Cz",
        [NAMED],
        [NAMED, "word: Mapped[float] = mapped_column(server_default=text('random()'))"],
        on=POSTGRESQL,
        remarks=1,
        finds=("migration-locks-table",),
    ),
    change(
        "a column with an identity",
        "Cza",
        [NAMED],
        [NAMED, "n: Mapped[int] = mapped_column(Identity())"],
        on=POSTGRESQL,
        remarks=1,
        finds=("migration-locks-table",),
    ),
    change(
        "a column with a sequence",
        "Czb",
        [NAMED],
        [
            NAMED,
            "n: Mapped[int] = mapped_column(Sequence('czb_numbers'), server_default=Sequence('czb_numbers').next_value())",
        ],
        on=POSTGRESQL,
        remarks=1,
        finds=("migration-locks-table",),
    ),
    change(
        "a computed column less",
        "Cp",
        [NAMED, C, 'twice: Mapped[int | None] = mapped_column(Computed("n % 7", persisted=True))'],
        [NAMED, C],
        remarks=0,
    ),
    change(
        "another expression of a computed column that is indexed",
        "Cq",
        [NAMED, C, 'twice: Mapped[int | None] = mapped_column(Computed("n % 7", persisted=True), index=True)'],
        [NAMED, C, 'twice: Mapped[int | None] = mapped_column(Computed("n % 5 + 1", persisted=True), index=True)'],
        remarks=1,
        finds=("rows-updated", "migration-locks-table"),
    ),
    change(
        "a column under another name",
        "Cr",
        [NAMED, "colour: Mapped[str | None] = mapped_column(String(9))"],
        [NAMED, "color: Mapped[str | None] = mapped_column(String(9))"],
        remarks=1,
        finds=("rows-not-restored",),
    ),
    change("a comment on a column", "Cs", [C], [C.replace("server_default", "comment='how many', server_default")]),
    change(
        "another comment on a column",
        "Ct",
        [C.replace("server_default", "comment='how many', server_default")],
        [C.replace("server_default", "comment='how much', server_default")],
    ),
    change(
        "a column that may be empty no more",
        "Cu",
        ["n: Mapped[int | None]"],
        ["n: Mapped[int]"],
        remarks=1,
        finds=("upgrade-fails",),
    ),
    change(
        "a column that may be empty no more, with a default",
        "Cv",
        ["n: Mapped[int | None]"],
        ["n: Mapped[int] = mapped_column(server_default='3')"],
        remarks=1,
        finds=("rows-updated",),
    ),
    change(
        "a column that may be empty no more, of another type",
        "Cx",
        ["n: Mapped[int | None]"],
        ["n: Mapped[int] = mapped_column(BigInteger, default=3)"],
        remarks=2,
        finds=("rows-updated", "migration-locks-table"),
    ),
    change(
        "a column that may be empty no more, with an identity",
        "Cy",
        ["n: Mapped[int | None]"],
        ["n: Mapped[int] = mapped_column(Identity())"],
        remarks={"sqlite": 1, "postgresql": 2},
        finds=("upgrade-fails",),
    ),
    change(
        "an identity less of a column that may be empty",
        "Czc",
        ["n: Mapped[int] = mapped_column(Identity())"],
        ["n: Mapped[int | None]"],
    ),
    change(
        "a default instead of an identity",
        "Czd",
        ["n: Mapped[int] = mapped_column(Identity())"],
        ["n: Mapped[int | None] = mapped_column(server_default='5')"],
    ),
    change("a column that may be empty", "Cw", ["n: Mapped[int]"], ["n: Mapped[int | None]"]),
)

DEFAULTS = (
    change("a default", "Da", ["n: Mapped[int]"], ["n: Mapped[int] = mapped_column(server_default='5')"]),
    change(
        "another default",
        "Db",
        ["n: Mapped[int] = mapped_column(server_default='5')"],
        ["n: Mapped[int] = mapped_column(server_default=text('6'))"],
    ),
    change("a default less", "Dc", ["n: Mapped[int] = mapped_column(server_default='5')"], ["n: Mapped[int]"]),
    change(
        "a function as a default",
        "Dd",
        ["at: Mapped[datetime | None]"],
        ["at: Mapped[datetime | None] = mapped_column(server_default=func.now())"],
    ),
    change(
        "another function as a default",
        "De",
        ["word: Mapped[str | None] = mapped_column(server_default=text(\"lower('A')\"))"],
        ["word: Mapped[str | None] = mapped_column(server_default=text(\"upper('A')\"))"],
    ),
    change(
        "a function instead of a value",
        "Df",
        ["word: Mapped[str | None] = mapped_column(server_default='a')"],
        ["word: Mapped[str | None] = mapped_column(server_default=text(\"upper('A')\"))"],
    ),
    change(
        "a default that changes with each row, as it was",
        "Dg",
        ["word: Mapped[float | None] = mapped_column(server_default=text('random()'))", NAMED],
        ["word: Mapped[float | None] = mapped_column(server_default=text('random()'))", NAMED.replace("40", "60")],
    ),
    change(
        "a sequence for a column",
        "Dh",
        ["number: Mapped[int | None]"],
        [
            "number: Mapped[int | None] = mapped_column(Sequence('dh_numbers', start=10), server_default=Sequence('dh_numbers', start=10).next_value())"
        ],
        on=POSTGRESQL,
    ),
    change(
        "a sequence for a column less",
        "Di",
        [
            "number: Mapped[int | None] = mapped_column(Sequence('di_numbers', start=10), server_default=Sequence('di_numbers', start=10).next_value())"
        ],
        ["number: Mapped[int | None]"],
        on=POSTGRESQL,
    ),
    Change(
        "an identity",
        "\nclass Dj(Base):\n    __tablename__ = 'djs'\n    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)\n",
        "\nclass Dj(Base):\n    __tablename__ = 'djs'\n    id: Mapped[int] = mapped_column(Identity(), primary_key=True)\n",
        on=POSTGRESQL,
        remarks=1,
    ),
    Change(
        "other options of an identity",
        "\nclass Dk(Base):\n    __tablename__ = 'dks'\n    id: Mapped[int] = mapped_column(Identity(), primary_key=True)\n",
        "\nclass Dk(Base):\n    __tablename__ = 'dks'\n    id: Mapped[int] = mapped_column(Identity(always=True, increment=2), primary_key=True)\n",
        on=POSTGRESQL,
    ),
    Change(
        "an identity less",
        "\nclass Dl(Base):\n    __tablename__ = 'dls'\n    id: Mapped[int] = mapped_column(Identity(), primary_key=True)\n",
        "\nclass Dl(Base):\n    __tablename__ = 'dls'\n    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)\n",
        on=POSTGRESQL,
    ),
)

TYPES = (
    change("a wider text", "Ta", [NAMED], [NAMED.replace("40", "80")]),
    change("a text of any length", "Tb", [NAMED], ["name: Mapped[str] = mapped_column(Text)"]),
    change(
        "a larger number",
        "Tc",
        ["n: Mapped[int]"],
        ["n: Mapped[int] = mapped_column(BigInteger)"],
        remarks=1,
        finds=("migration-locks-table",),
    ),
    Change(
        "an enum instead of text",
        model(
            "Td",
            "kind: Mapped[str | None] = mapped_column(String(20), CheckConstraint(\"kind IN ('a', 'b')\", name='kind'))",
        ),
        kinds("TdKind", "a", "b") + model("Td", "kind: Mapped[TdKind | None]"),
        remarks=1,
        finds=("migration-locks-table",),
    ),
    Change(
        "text instead of an enum",
        kinds("TeKind", "a", "b") + model("Te", "kind: Mapped[TeKind | None] = mapped_column(server_default='a')"),
        model("Te", "kind: Mapped[str | None] = mapped_column(String(20), server_default='a')"),
        remarks={"sqlite": 0, "postgresql": 1},
        finds=("migration-locks-table",),
    ),
    Change(
        "another value of an enum",
        kinds("TfKind", "a", "c") + model("Tf", "kind: Mapped[TfKind]"),
        kinds("TfKind", "a", "b", "c", "d") + model("Tf", "kind: Mapped[TfKind] = mapped_column(server_default='b')"),
        on=POSTGRESQL,
        remarks=1,
    ),
    Change(
        "a value of an enum less",
        kinds("TgKind", "a", "b", "c")
        + model(
            "Tg",
            "kind: Mapped[TgKind] = mapped_column(server_default='a')",
            "all: Mapped[list[TgKind]] = mapped_column(ARRAY(Enum(TgKind, name='tgkind')))",
            args="Index('ix_tg_a', 'kind', postgresql_where=text(\"kind = 'a'\")), CheckConstraint(\"kind <> 'b'\", name='not_b')",
        ),
        kinds("TgKind", "a", "b")
        + model(
            "Tg",
            "kind: Mapped[TgKind] = mapped_column(server_default='a')",
            "all: Mapped[list[TgKind]] = mapped_column(ARRAY(Enum(TgKind, name='tgkind')))",
            args="Index('ix_tg_a', 'kind', postgresql_where=text(\"kind = 'a'\")), CheckConstraint(\"kind <> 'b'\", name='not_b')",
        ),
        on=POSTGRESQL,
        remarks=1,
        finds=("upgrade-fails",),
    ),
    Change(
        "the values of an enum in another order",
        kinds("ThKind", "a", "b") + model("Th", "kind: Mapped[ThKind]"),
        kinds("ThKind", "b", "a") + model("Th", "kind: Mapped[ThKind]"),
        on=POSTGRESQL,
        remarks=1,
        finds=("migration-locks-table",),
    ),
    Change(
        "more values of an enum that is kept as text",
        kinds("TiKind", "a", "b")
        + model(
            "Ti", "kind: Mapped[TiKind | None] = mapped_column(Enum(TiKind, native_enum=False, create_constraint=True))"
        ),
        kinds("TiKind", "a", "b", "long_one")
        + model(
            "Ti", "kind: Mapped[TiKind | None] = mapped_column(Enum(TiKind, native_enum=False, create_constraint=True))"
        ),
    ),
    change(
        "a number instead of text",
        "Tj",
        ["n: Mapped[str | None] = mapped_column(String(9), CheckConstraint(\"n IN ('1', '2')\", name='n'))"],
        ["n: Mapped[int | None]"],
        remarks=1,
        finds=("migration-locks-table",),
    ),
)
