"""DDL that sqlglot takes apart, as operations: CREATE, ALTER, DROP and COMMENT."""

from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

from beastmode_tools.guard.migrations.compare.column_types import spelled
from beastmode_tools.guard.migrations.compare.operations import (
    Action,
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    ChangeComment,
    Column,
    Constraint,
    ConstraintKind,
    CreateEnum,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropEnum,
    DropIndex,
    DropTable,
    ObjectDdl,
    Operation,
    Place,
    RenameObject,
    RenameTable,
)

__all__ = ["ddl_of", "name_of"]


def name_of(table: exp.Expr) -> str:
    """`orders`, or `shop.orders` in a schema of its own."""
    if isinstance(table, exp.Schema):
        table = table.this
    if not isinstance(table, exp.Table):
        return table.name
    schema = table.db
    return f"{schema}.{table.name}" if schema and schema != "public" else table.name


def ddl_of(tree: exp.Expr, place: Place, sql: str) -> list[Operation]:
    """What a DDL statement does; [] where that is not known."""
    if isinstance(tree, exp.Alter):
        return list(alterations(tree, place, sql))
    if isinstance(tree, exp.Create):
        return [created(tree, place, sql)]
    if isinstance(tree, exp.Drop):
        return [dropped(tree, each, place, sql) for each in tree.args.get("tables") or []]
    if isinstance(tree, exp.Comment):
        return [comment(tree, place)]
    return []


def comment(tree: exp.Comment, place: Place) -> Operation:
    """COMMENT ON."""
    subject = tree.this
    if isinstance(subject, exp.Column):
        return ChangeComment(place=place, table=subject.table, column=subject.name)
    return ChangeComment(place=place, table=name_of(subject))


def alterations(  # noqa: C901 - one line for each action of the language
    tree: exp.Alter, place: Place, sql: str
) -> Iterator[Operation]:
    """The actions of one ALTER TABLE, each for itself."""
    table = name_of(tree.this)
    kind = str(tree.args.get("kind") or "TABLE").lower()
    not_valid = bool(tree.args.get("not_valid"))
    for action in tree.args.get("actions") or []:
        if isinstance(action, exp.ColumnDef):
            column = column_of(action)
            yield AddColumn(place=place, table=table, column=column, if_not_exists=bool(action.args.get("exists")))
        elif isinstance(action, exp.Drop):
            yield dropped_part(action, table, place)
        elif isinstance(action, exp.AlterColumn):
            yield altered_column(action, table, place)
        elif isinstance(action, exp.ModifyColumn):
            yield modified_column(action, table, place)
        elif isinstance(action, exp.RenameColumn):
            yield AlterColumn(place=place, table=table, column=action.this.name, new_name=action.args["to"].name)
        elif isinstance(action, exp.AlterRename) and (target := renamed_to(tree)):
            yield AlterColumn(place=place, table=table, column=action.this.name, new_name=target)
        elif isinstance(action, exp.AlterRename) and kind != "table":
            yield RenameObject(place=place, kind=kind, name=table, new_name=name_of(action.this))
        elif isinstance(action, exp.AlterRename):
            yield RenameTable(place=place, table=table, new_name=name_of(action.this))
        elif isinstance(action, exp.AddConstraint):
            for constraint in action.expressions:
                yield AddConstraint(place=place, table=table, constraint=constraint_of(constraint, not_valid=not_valid))
        else:
            yield AlterTable(place=place, table=table, action=action.key.upper(), sql=sql)


def renamed_to(tree: exp.Alter) -> str:
    """The new name in `ALTER TABLE t RENAME a TO b`, which PostgreSQL takes without COLUMN; "" elsewhere."""
    found = [option.this.name for option in tree.args.get("options") or [] if isinstance(option, exp.ToTableProperty)]
    return found[0] if found else ""


def altered_column(action: exp.AlterColumn, table: str, place: Place) -> AlterColumn:
    """ALTER COLUMN: one of type, default and nullability."""
    new_type, using, default = (action.args.get(name) for name in ("dtype", "using", "default"))
    nullable = action.args.get("allow_null")
    change: Literal["", "set", "dropped"] = (
        "set" if default is not None else "dropped" if action.args.get("drop") and nullable is None else ""
    )
    return AlterColumn(
        place=place,
        table=table,
        column=action.this.name,
        type_to=spelled(new_type.sql("postgres")) if isinstance(new_type, exp.Expr) else None,
        using=using.sql("postgres") if isinstance(using, exp.Expr) else None,
        nullable=nullable,
        default_change=change,
        default=default.sql("postgres") if isinstance(default, exp.Expr) else None,
    )


def modified_column(action: exp.Expr, table: str, place: Place) -> AlterColumn:
    """MODIFY and CHANGE of MySQL, which always say the whole column."""
    column = column_of(action.this)
    old = action.args.get("rename_from")
    return AlterColumn(
        place=place,
        table=table,
        column=old.name if old is not None else column.name,
        new_name=column.name if old is not None and old.name != column.name else None,
        type_to=column.type,
        nullable=column.nullable,
        default_change="set" if column.server_default else "",
        default=column.server_default,
    )


def dropped_part(action: exp.Drop, table: str, place: Place) -> Operation:
    """DROP COLUMN or DROP CONSTRAINT."""
    names = action.args.get("tables") or [action.this]
    name = names[0].name if names and names[0] is not None else ""
    kind = str(action.args.get("kind") or "COLUMN").upper()
    cascade = bool(action.args.get("cascade"))
    if kind == "COLUMN":
        return DropColumn(place=place, table=table, column=name, cascade=cascade)
    return DropConstraint(place=place, table=table, name=name, cascade=cascade)


def dropped(tree: exp.Drop, subject: exp.Expr, place: Place, sql: str) -> Operation:
    """DROP of a thing that stands alone."""
    kind = str(tree.args.get("kind") or "").lower()
    if tree.args.get("materialized"):
        kind = f"materialized {kind}"
    name, cascade = name_of(subject), bool(tree.args.get("cascade"))
    if kind == "table":
        return DropTable(place=place, table=name, cascade=cascade)
    if kind == "index":
        quick = bool(tree.args.get("concurrently"))
        return DropIndex(place=place, name=name, concurrently=quick)
    if kind == "type":
        return DropEnum(place=place, name=name)
    return ObjectDdl(place=place, action="drop", kind=kind, name=name, sql=sql, cascade=cascade)


def created(tree: exp.Create, place: Place, sql: str) -> Operation:
    """CREATE of a table, index, enum or something else."""
    kind, exists = str(tree.args.get("kind") or "").lower(), bool(tree.args.get("exists"))
    if kind == "table":
        parts = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
        return CreateTable(
            place=place,
            table=name_of(tree.this),
            columns=tuple(column_of(each) for each in parts if isinstance(each, exp.ColumnDef)),
            constraints=tuple(constraint_of(each) for each in parts if not isinstance(each, exp.ColumnDef)),
            if_not_exists=exists,
            from_query=isinstance(tree.expression, exp.Query),
            partitioned=tree.find(exp.PartitionedByProperty) is not None,
        )
    if kind == "index":
        return created_index(tree, place, exists=exists)
    enum = tree.expression
    if kind == "type" and isinstance(enum, exp.DataType):
        values = tuple(each.name for each in enum.expressions)
        return CreateEnum(place=place, name=name_of(tree.this), values=values)
    action: Action = "replace" if tree.args.get("replace") else "create"
    return ObjectDdl(place=place, action=action, kind=kind, name=name_of(tree.this), sql=sql)


def created_index(tree: exp.Create, place: Place, *, exists: bool) -> CreateIndex:
    """CREATE INDEX."""
    index = tree.this
    parameters = index.args.get("params")
    columns = parameters.args.get("columns") or [] if parameters else []
    where = parameters.args.get("where") if parameters else None
    table = index.args.get("table")
    return CreateIndex(
        place=place,
        table=name_of(table) if table else "",
        name=index.name or None,
        columns=tuple((each.find(exp.Column) or each).name or each.sql("postgres") for each in columns),
        unique=bool(tree.args.get("unique")),
        concurrently=bool(tree.args.get("concurrently")),
        if_not_exists=exists,
        where=where.sql("postgres").removeprefix("WHERE ") if where is not None else None,
    )


KINDS: tuple[tuple[tuple[type[exp.Expr], ...], ConstraintKind], ...] = (
    ((exp.PrimaryKey, exp.PrimaryKeyColumnConstraint), "primary"),
    ((exp.UniqueColumnConstraint,), "unique"),
    ((exp.ForeignKey, exp.Reference), "foreign"),
    ((exp.CheckColumnConstraint, exp.Check), "check"),
    ((exp.ExcludeColumnConstraint,), "exclude"),
)


def constraint_of(tree: exp.Expr, *, not_valid: bool = False) -> Constraint:
    """A table constraint."""
    name = tree.name if isinstance(tree, exp.Constraint) else None
    inner = tree.expressions[0] if isinstance(tree, exp.Constraint) and tree.expressions else tree
    kind: ConstraintKind = next((word for types, word in KINDS if isinstance(inner, types)), "check")
    columns = inner.expressions or (inner.this.expressions if isinstance(inner.this, exp.Schema) else [])
    reference = inner.args.get("reference")
    target = reference.find(exp.Table) if reference is not None else None
    options = [str(option) for option in (reference.args.get("options") or [])] if reference is not None else []
    return Constraint(
        kind=kind,
        name=name or None,
        columns=tuple(each.name for each in columns if each.name) if kind != "check" else (),
        target=name_of(target) if target is not None else None,
        condition=inner.this.sql("postgres") if kind == "check" and isinstance(inner.this, exp.Expr) else None,
        not_valid=not_valid,
        on_delete=next((each[10:].strip() for each in options if each.startswith("ON DELETE ")), None),
    )


def column_of(tree: exp.Expr) -> Column:
    """A column as its definition says."""
    kinds = [each.kind for each in tree.args.get("constraints") or [] if isinstance(each, exp.ColumnConstraint)]
    by_type = {type(kind): kind for kind in kinds}
    data_type = tree.args.get("kind")
    text = spelled(data_type.sql("postgres")) if data_type is not None else ""
    default = by_type.get(exp.DefaultColumnConstraint)
    primary = exp.PrimaryKeyColumnConstraint in by_type
    null = by_type.get(exp.NotNullColumnConstraint)
    reference = by_type.get(exp.Reference)
    check = by_type.get(exp.CheckColumnConstraint)
    return Column(
        name=tree.name,
        type=text,
        nullable=not primary and (null is None or bool(null.args.get("allow_null"))),
        server_default=default.this.sql("postgres") if default is not None else None,
        primary_key=primary,
        unique=exp.UniqueColumnConstraint in by_type,
        references=reference_text(reference),
        autoincrement=text.endswith("SERIAL") or exp.GeneratedAsIdentityColumnConstraint in by_type,
        computed=exp.ComputedColumnConstraint in by_type,
        check=check.this.sql("postgres") if check is not None else None,
    )


def reference_text(reference: exp.Expr | None) -> str | None:
    """`users.id` of a REFERENCES."""
    table = reference.find(exp.Table) if reference is not None else None
    if table is None or reference is None:
        return None
    columns = reference.this.expressions if isinstance(reference.this, exp.Schema) else []
    return f"{name_of(table)}.{columns[0].name}" if columns else name_of(table)
