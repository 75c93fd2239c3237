"""What `beast add` puts beside requests: jobs, mail, events of other services."""

import click

from beastmode_tools.cli.recipe import change_options, command_line, make_change
from beastmode_tools.recipes.job.recipe import add_job
from beastmode_tools.recipes.mail.recipe import add_mail
from beastmode_tools.recipes.upload.recipe import add_upload
from beastmode_tools.recipes.webhook.recipe import add_webhook

__all__ = ["job", "mail", "upload", "webhook"]


@click.command(short_help="Add a function that runs outside of requests.")
@click.argument("name")
@click.argument("arguments", nargs=-1, metavar="ARGUMENT...")
@click.option("--cron", metavar="SCHEDULE", default="", help='When it runs by itself, in UTC, such as "0 3 * * *".')
@change_options
def job(*, name: str, arguments: tuple[str, ...], cron: str, pretend: bool, as_json: bool) -> None:
    r"""Adds the job NAME, with a test. An ARGUMENT is NAME:TYPE; types: str, int, float, bool.

    \b
    beast add job send_receipt order_id:int
    """
    command = command_line()
    make_change(lambda workspace: add_job(workspace, name, arguments, cron, command), pretend=pretend, as_json=as_json)


@click.command(short_help="Add an email, with its templates.")
@click.argument("name")
@click.argument("arguments", nargs=-1, metavar="ARGUMENT...")
@click.option("--subject", metavar="TEXT", default="", help="The subject.  [default: the name in words]")
@change_options
def mail(*, name: str, arguments: tuple[str, ...], subject: str, pretend: bool, as_json: bool) -> None:
    r"""Adds the email NAME: templates that show each ARGUMENT (NAME:TYPE), a function that sends it, and a test.

    \b
    beast add mail order_shipped order_id:int --subject "Your order is on its way"
    """
    command = command_line()
    make_change(
        lambda workspace: add_mail(workspace, name, arguments, subject, command), pretend=pretend, as_json=as_json
    )


@click.command(short_help="Add a route for signed events of another service.")
@click.argument("name")
@change_options
def webhook(*, name: str, pretend: bool, as_json: bool) -> None:
    r"""Adds POST /webhooks/NAME: the signature is verified, the event is stored, and a job handles it once.

    \b
    beast add webhook payments
    """
    command = command_line()
    make_change(lambda workspace: add_webhook(workspace, name, command), pretend=pretend, as_json=as_json)


@click.command(short_help="Add a route that receives images.")
@click.argument("name")
@change_options
def upload(*, name: str, pretend: bool, as_json: bool) -> None:
    r"""Adds POST /NAME, which receives an image: checked by its content, stored, and given thumbnails by a job.

    \b
    beast add upload avatars
    """
    command = command_line()
    make_change(lambda workspace: add_upload(workspace, name, command), pretend=pretend, as_json=as_json)
