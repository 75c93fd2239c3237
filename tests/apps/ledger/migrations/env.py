from logging.config import fileConfig

from alembic import context
from flask import current_app

config = context.config
fileConfig(config.config_file_name, disable_existing_loggers=False)
target_db = current_app.extensions["migrate"].db

with target_db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=target_db.metadata,
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
