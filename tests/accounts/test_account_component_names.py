"""What the schemas of sign-in are called in the document, beside those of a project."""

from flask import Flask
from marshmallow import fields
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode import Accounts, Api, Beastmode, Blueprint, Database, Schema
from beastmode.accounts import AccountMixin


def components_with(*schemas):
    class Base(DeclarativeBase):
        pass

    class User(AccountMixin, Base):
        __tablename__ = "users"

        id: Mapped[int] = mapped_column(primary_key=True)

    api, bank = Api("Bank"), Blueprint("bank", version="v1", url_prefix="/bank")
    for number, schema in enumerate(schemas):
        bank.post(f"/{number}", accepts=schema, returns=schema, public=True)(view(number))
    api.register(bank)
    app = Flask("bank")
    app.config.update(ENVIRONMENT="testing", DATABASE_URL="sqlite://")
    Beastmode(app, database=Database(Base), api=api, accounts=Accounts(User))
    return app.extensions["beastmode.documents"]["v1"].content()["components"]["schemas"]


def view(number):
    def answer(new):
        return new

    answer.__name__ = f"answer_{number}"
    return answer


def test_the_schemas_of_sign_in_have_their_own_names_where_nobody_else_wants_them():
    names = components_with()

    assert {"Account", "Grant", "LoginInput", "RefreshInput", "RegistrationInput"} <= set(names)
    assert not [name for name in names if name.startswith("Beastmode")]


def test_a_project_may_call_its_schemas_as_those_of_sign_in_are_called():
    kinds = ("Account", "Grant", "LoginSchema", "RefreshSchema", "Registration")
    names = components_with(*(Schema.from_dict({"iban": fields.Str()}, name=kind) for kind in kinds))

    for name in ("Account", "Grant", "LoginInput", "RefreshInput", "RegistrationInput"):
        assert set(names[name]["properties"]) == {"iban"}
        assert "iban" not in names[f"Beastmode{name}"]["properties"]
