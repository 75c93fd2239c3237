"""Projects that declare their models in other ways than `beast new` does; each has a table and its migration."""

FIRST = """import sqlalchemy as sa
from alembic import op

revision = "000000000001"
down_revision = None


def upgrade():
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("rating", sa.Integer(), server_default="0", nullable=False),
        sa.Column("subtitle", sa.String(length=80)),
    )


def downgrade():
    op.drop_table("post")
"""
UNTYPED = """from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "post"

    id = Column(Integer, primary_key=True)
    title = Column(String(80), nullable=False)  # shown in lists
    rating = Column(Integer, server_default="0", nullable=False)
    subtitle = Column(String(80))

    def __repr__(self):
        return f"<Post {self.id}>"
"""
FLASK = """from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80), nullable=False)  # shown in lists
    rating = db.Column(db.Integer, server_default="0", nullable=False)
    subtitle = db.Column(db.String(80))


class Reader(db.Model):
    id = db.Column(db.Integer, primary_key=True)
"""
TYPED = """import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "post"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    title: so.Mapped[str] = so.mapped_column(sa.String(80))  # shown in lists
    rating: so.Mapped[int] = so.mapped_column(server_default="0")
    subtitle: so.Mapped[str | None] = so.mapped_column(sa.String(80))
"""
STYLES = {
    "Column, one file": ("models.py", UNTYPED),
    "Flask-SQLAlchemy, one file": ("app.py", FLASK),
    "Flask-SQLAlchemy, package": ("shop/posts/models.py", FLASK),
    "Column, src": ("src/shop/models.py", UNTYPED),
    "Mapped behind modules": ("shop/models.py", TYPED),
}


def write_project(folder, style):
    """Writes a project in this style; the path of its models."""
    path, text = STYLES[style]
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "migrations" / "env.py").touch()
    (versions / "000000000001_first.py").write_text(FIRST)
    models = folder / path
    models.parent.mkdir(parents=True, exist_ok=True)
    models.write_text(text)
    (folder / "pyproject.toml").touch()
    return models
