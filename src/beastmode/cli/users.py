"""`flask beastmode user`: manages accounts."""

import sys

import click
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from beastmode.cli.application import open_application
from beastmode.core.errors import Problem
from beastmode.core.secrets import SecretText


@click.group("user")
def user() -> None:
    """Manage accounts."""


@user.command("create")
@click.argument("email")
@click.option("--operator", is_flag=True, help="Create an operator, who administers the backend.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def create(context: click.Context, email: str, *, operator: bool, password_stdin: bool) -> None:
    """Create an account for EMAIL. Prompts for the password, or reads it from standard input."""
    open_application(context)
    accounts = current_app.extensions.get("beastmode.accounts")
    if accounts is None:
        raise click.ClickException("this application has no accounts; pass them to Beastmode(app, accounts=...).")
    try:
        made = accounts.create_user(email, _password_from(stdin=password_stdin), operator=operator)
    except Problem as problem:
        raise click.ClickException(_sentence(problem)) from problem
    except SQLAlchemyError as error:
        # From None, and without the statement, which contains the password hash.
        raise click.ClickException(_away(error)) from None
    click.echo(f"{'Operator' if operator else 'User'} {made.id}: {email}")


def _password_from(*, stdin: bool) -> str:
    """The first line of standard input, or a hidden prompt with confirmation."""
    if stdin:
        return SecretText(sys.stdin.readline().rstrip("\r\n"))
    return SecretText(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _away(error: SQLAlchemyError) -> str:
    """Why the database did not create the account, in one line."""
    said = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
    return f"the database did not create the account: {said}. Run `flask beastmode doctor` to see what is missing."


def _sentence(problem: Problem) -> str:
    """A refusal, in one line."""
    fields = problem.details if isinstance(problem.details, dict) else {}
    details = "; ".join(f"{field}: {' '.join(map(str, said))}" for field, said in fields.items())
    return f"{problem.description} ({details})" if details else str(problem.description)
