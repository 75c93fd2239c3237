# ruff: noqa: E501 - a table is read by the line
"""Tables that come, with everything that they can have, and tables that go."""

from change import NAMED, POSTGRESQL, Change, change, kinds, model, new

NEW_TABLES = (
    new(
        "a table with a check on a column",
        model("Na", 'n: Mapped[int] = mapped_column(CheckConstraint("n >= 0", name="n"))'),
    ),
    new(
        "a table with a check of two columns",
        model("Nb", "n: Mapped[int]", "m: Mapped[int]", args='CheckConstraint("n <= m", name="order"),'),
    ),
    new(
        "a table with a check as an expression",
        model("Nd", "n: Mapped[int]", "name: Mapped[str]", "is_open: Mapped[bool]")
        + 'Nd.__table__.append_constraint(CheckConstraint(or_(Nd.__table__.c.is_open == true(), Nd.__table__.c.name.in_(["a", "it\'s"]), func.length(Nd.__table__.c.name) > 1), name="sound"))\n',
    ),
    new(
        "a table with percent signs and colons in its SQL",
        model(
            "Ne",
            "name: Mapped[str] = mapped_column(String(40), server_default=text(\"'5% :of it'\"))",
            args="CheckConstraint(\"name NOT LIKE 'x%y' AND name <> 'a \\\\:b'\", name=\"odd\"),",
        ),
    ),
    new("a table with an enum", kinds("NfKind", "a", "b") + model("Nf", "kind: Mapped[NfKind]")),
    new(
        "two tables that share an enum, with a default",
        kinds("NgKind", "a", "b")
        + model("Ng", "kind: Mapped[NgKind] = mapped_column(server_default='a')", "other: Mapped[NgKind | None]")
        + model("Ngb", "kind: Mapped[NgKind]"),
    ),
    new(
        "a table with an enum that is kept as text, with a check",
        kinds("NhKind", "a", "it_is")
        + model(
            "Nh",
            "kind: Mapped[NhKind] = mapped_column(Enum(NhKind, native_enum=False, create_constraint=True, length=20))",
        ),
    ),
    new(
        "a table with a Boolean that is checked",
        model("Ni", 'is_open: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="is_open"))'),
    ),
    new(
        "a table with a computed column",
        model("Nj", "n: Mapped[int]", 'twice: Mapped[int] = mapped_column(Computed("n % 7", persisted=True))'),
    ),
    new(
        "a table with an identity",
        "\nclass Nk(Base):\n    __tablename__ = 'nks'\n    id: Mapped[int] = mapped_column(Identity(start=100), primary_key=True)\n",
    ),
    new(
        "a table with comments",
        model(
            "Nl",
            'n: Mapped[int] = mapped_column(comment="how many; it\'s 5% more")',
            args='{"comment": "things to count"}',
        ),
    ),
    new(
        "a table with every kind of default",
        model(
            "Nm",
            "a: Mapped[int] = mapped_column(server_default='5')",
            "b: Mapped[int] = mapped_column(server_default=text('5'))",
            'c: Mapped[str] = mapped_column(String(20), server_default="it\'s")',
            "d: Mapped[bool] = mapped_column(server_default=true())",
            "e: Mapped[bool] = mapped_column(server_default=false())",
            "f: Mapped[datetime] = mapped_column(server_default=func.now())",
            "g: Mapped[str] = mapped_column(String(20), server_default='')",
            "h: Mapped[Decimal] = mapped_column(Numeric(10, 2), server_default=text('1.50'))",
            "i: Mapped[str | None] = mapped_column(String(20), server_default=text(\"lower('ABC')\"))",
            "j: Mapped[int] = mapped_column(server_default=text('-1'))",
        ),
    ),
    new(
        "a table that refers to another one in every way",
        model("Nn", NAMED)
        + model(
            "Nnb",
            'nn_id: Mapped[int] = mapped_column(ForeignKey("nns.id", ondelete="CASCADE", onupdate="CASCADE"))',
            'other_id: Mapped[int | None] = mapped_column(ForeignKey("nns.id", name="fk_other", ondelete="SET NULL", deferrable=True, initially="DEFERRED"))',
            'parent_id: Mapped[int | None] = mapped_column(ForeignKey("nnbs.id"))',
        ),
    ),
    new(
        "two tables that refer to each other",
        model("No", 'nob_id: Mapped[int | None] = mapped_column(ForeignKey("nobs.id", use_alter=True))')
        + model("Nob", 'no_id: Mapped[int] = mapped_column(ForeignKey("nos.id"))'),
    ),
    new(
        "two tables that refer to each other, without use_alter",
        model("Np", 'npb_id: Mapped[int | None] = mapped_column(ForeignKey("npbs.id"))')
        + model("Npb", 'np_id: Mapped[int] = mapped_column(ForeignKey("nps.id"))'),
    ),
    new(
        "a table with partial and expression indexes",
        model(
            "Nq",
            "name: Mapped[str]",
            "is_open: Mapped[bool]",
            args='Index("ix_nq_open", "name", unique=True, postgresql_where=text("is_open"), sqlite_where=text("is_open")), Index("ix_nq_lower", text("lower(name)")), Index("ix_nq_desc", text("name DESC"))',
        ),
    ),
    new(
        "a table with PostgreSQL's own indexes",
        model(
            "Nr",
            "name: Mapped[str]",
            "data: Mapped[dict] = mapped_column(postgresql.JSONB)",
            "tags: Mapped[list[str]] = mapped_column(ARRAY(String))",
            args='Index("ix_nr_gin", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}), Index("ix_nr_tags", "tags", postgresql_using="gin"), Index("ix_nr_include", "name", postgresql_include=["id"]), Index("ix_nr_fill", "name", postgresql_with={"fillfactor": 70})',
        ),
        on=POSTGRESQL,
    ),
    new(
        "a table with an exclusion constraint",
        model(
            "Ns",
            "room: Mapped[int]",
            "during: Mapped[object] = mapped_column(postgresql.INT4RANGE)",
            args='postgresql.ExcludeConstraint(("during", "&&"), name="ex_ns", using="gist", where=text("room > 0")),',
        ),
        on=POSTGRESQL,
    ),
    new(
        "a table whose NULLs are not distinct",
        model("Nt", "n: Mapped[int | None]", args='UniqueConstraint("n", postgresql_nulls_not_distinct=True),'),
        on=POSTGRESQL,
    ),
    new(
        "a table with a sequence of its own",
        "nu_seq = Sequence('nu_numbers', start=100, metadata=Base.metadata)\n"
        + model("Nu", "number: Mapped[int] = mapped_column(nu_seq, server_default=nu_seq.next_value())"),
        on=POSTGRESQL,
    ),
    new(
        "a table with an array of enums",
        kinds("NvKind", "a", "b")
        + model("Nv", "kinds: Mapped[list[NvKind]] = mapped_column(ARRAY(Enum(NvKind, name='nvkind')))"),
        on=POSTGRESQL,
    ),
)

TABLES = (
    Change(
        "a table less",
        model("Xa", NAMED)
        + model(
            "Xab",
            'xa_id: Mapped[int] = mapped_column(ForeignKey("xas.id"))',
            "name: Mapped[str] = mapped_column(String(9), index=True)",
            args='CheckConstraint("length(name) < 10", name="short"),',
        ),
        model("Xa", NAMED),
        finds=("rows-not-restored",),
        remarks=1,
    ),
    Change(
        "two tables less that refer to each other",
        model("Xb", 'xbb_id: Mapped[int | None] = mapped_column(ForeignKey("xbbs.id"))')
        + model("Xbb", 'xb_id: Mapped[int | None] = mapped_column(ForeignKey("xbs.id"))'),
        "",
        finds=("rows-not-restored",),
        remarks=2,
    ),
    Change(
        "a table of an enum less",
        kinds("XcKind", "a", "b") + model("Xc", "kind: Mapped[XcKind]"),
        "",
        finds=("rows-not-restored",),
        remarks=1,
    ),
    change(
        "a table with everything that SQLite copies",
        "Xd",
        [
            "n: Mapped[int] = mapped_column(CheckConstraint('n > -2147483649', name='low'), server_default='4')",
            "name: Mapped[str] = mapped_column(String(9), unique=True)",
            "is_open: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name='is_open'), server_default=true())",
            "twice: Mapped[str | None] = mapped_column(Computed(\"name || 'x'\", persisted=True))",
            "parent_id: Mapped[int | None] = mapped_column(ForeignKey('xds.id', ondelete='CASCADE'))",
            "__table_args__ = (CheckConstraint('n <> 77', name='n'), Index('ix_xd', 'name', sqlite_where=text('n > 0'), postgresql_where=text('n > 0')), Index('ix_xd_lower', text('lower(name)')))",
        ],
        [
            "n: Mapped[int] = mapped_column(CheckConstraint('n > -2147483649', name='low'), server_default='4')",
            "name: Mapped[str] = mapped_column(String(19), unique=True)",
            "is_open: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name='is_open'), server_default=true())",
            "twice: Mapped[str | None] = mapped_column(Computed(\"name || 'x'\", persisted=True))",
            "parent_id: Mapped[int | None] = mapped_column(ForeignKey('xds.id', ondelete='CASCADE'))",
            "__table_args__ = (CheckConstraint('n <> 77', name='n'), Index('ix_xd', 'name', sqlite_where=text('n > 0'), postgresql_where=text('n > 0')), Index('ix_xd_lower', text('lower(name)')))",
        ],
        remarks=1,
        finds=("migration-locks-table",),
    ),
)
