"""`flask beastmode sweep-uploads`: deletes files that belong to no upload."""

import click

from beastmode.cli.application import open_application
from beastmode.uploads.sweeping import sweep_uploads


@click.command("sweep-uploads")
@click.pass_context
def sweep(context: click.Context) -> None:
    """Delete files that belong to no upload, and resumable uploads that have expired. A job does it every hour."""
    open_application(context)
    swept = sweep_uploads()
    click.echo(f"Deleted {swept['orphans']} files without an upload, and {swept['expired']} expired uploads.")
