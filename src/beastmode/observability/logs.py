"""Log lines of the library and of the application, in the format of LOG_FORMAT, each with the request ID."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, has_request_context
from flask.logging import default_handler
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict

from beastmode.core.exchange import current_exchange
from beastmode.observability.destination import Destination
from beastmode.observability.lines import json_line, text_line, timestamp
from beastmode.observability.settings import LogSettings

_LIBRARY = "beastmode"


class LogHandler(logging.Handler):
    """Writes records to a file, and to standard error unless another handler prints them there.

    Such a handler is one of the project's, for example from `logging.basicConfig()`: its lines look as before, and none
    appears twice.

    Args:
        destination: Where the lines go.
        log_format: "text" or "json".
    """

    def __init__(self, destination: Destination, log_format: str) -> None:
        super().__init__()
        self._destination = destination
        self.setFormatter(_record_formatter(json_line if log_format == "json" else text_line))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a failure is reported like other failures of `logging`, never raised."""
        try:
            line = f"{self.format(record)}\n".encode()
            self._destination.write(line, to_console=not _is_printed_elsewhere(record))
        except Exception:  # noqa: BLE001 - a value whose repr fails must not fail the request that logs it
            self.handleError(record)


def install_logs(app: Flask, settings: LogSettings, destination: Destination) -> None:
    """Send the log of the library and the application to a destination; of several applications, the last one decides.

    The root logger and the project's own handlers are not changed.

    Args:
        app: The Flask application.
        settings: LOG_LEVEL and LOG_FORMAT are used.
        destination: Where the lines go.
    """
    handler = LogHandler(destination, settings.log_format)
    library = logging.getLogger(_LIBRARY)
    _attach(library, handler)
    library.setLevel(settings.log_level)
    if app.name != _LIBRARY and not app.name.startswith(f"{_LIBRARY}."):
        logger = logging.getLogger(app.name)
        was_ours = _attach(logger, handler)
        if was_ours or logger.level == logging.NOTSET:
            logger.setLevel(logging.DEBUG if app.debug else settings.log_level)
    _configure_structlog()


def _attach(logger: logging.Logger, handler: LogHandler) -> bool:
    """Give a logger our handler in place of Flask's; returns whether it already had one of ours."""
    former = [known for known in logger.handlers if isinstance(known, LogHandler)]
    for known in (*former, default_handler):
        logger.removeHandler(known)
    logger.addHandler(handler)
    logger.addFilter(_stamp)
    return bool(former)


def _stamp(record: logging.LogRecord) -> bool:
    """Make `%(request_id)s` available in the project's own formats."""
    if not hasattr(record, "request_id"):
        record.request_id = _request_id() or "-"
    return True


def _request_id() -> str | None:
    """The ID of the current request; None outside a request."""
    return current_exchange().request_id if has_request_context() else None


def _is_printed_elsewhere(record: logging.LogRecord) -> bool:
    """Whether a handler other than ours writes this record to the console."""
    consoles = (sys.stderr, sys.stdout, sys.__stderr__, sys.__stdout__)
    logger: logging.Logger | None = logging.getLogger(record.name)
    while logger is not None:
        for handler in logger.handlers:
            if (
                isinstance(handler, logging.StreamHandler)
                and handler.level <= record.levelno
                and any(handler.stream is console for console in consoles)
            ):
                return True
        logger = logger.parent if logger.propagate else None
    return False


def _record_formatter(line: Callable[[EventDict], str]) -> ProcessorFormatter:
    """A formatter for records of both `logging` and structlog."""
    return ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
        processors=[_headed, structlog.processors.format_exc_info, lambda _, __, fields: line(fields)],
    )


def _headed(_: Any, __: str, fields: EventDict) -> EventDict:
    """The fields of a line: first those that every line has, which the caller's fields cannot replace."""
    record: logging.LogRecord = fields.pop("_record")
    del fields["_from_structlog"]
    head = {
        "time": timestamp(),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": fields.pop("event", ""),
    }
    stamped = fields.pop("request_id", "-")
    known = _request_id() or stamped
    if known != "-":
        head["request_id"] = known
    return {**head, **{name: value for name, value in fields.items() if name not in head}}


def _configure_structlog() -> None:
    """Let `structlog.get_logger()` log through `logging`, unless the project has configured structlog itself."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.contextvars.merge_contextvars,
            structlog.processors.StackInfoRenderer(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
