[alembic]
script_location = %(here)s
prepend_sys_path = .
path_separator = os
# file_template = %%(year)d_%%(month).2d_%%(day).2d_%%(rev)s_%%(slug)s

[loggers]
keys = root,alembic,plugins,beastmode

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[logger_plugins]
level = WARNING
handlers =
qualname = alembic.runtime.plugins

[logger_beastmode]
level = INFO
handlers =
qualname = beastmode

[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
