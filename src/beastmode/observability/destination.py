"""Where finished log lines go."""

from functools import cache

from beastmode.core.errors import SettingsError
from beastmode.observability.log_file import LogFile, write_whole
from beastmode.observability.settings import LogSettings

_STANDARD_ERROR = 2


class Destination:
    """Standard error, and a file if there is one. A line that cannot be written is dropped; no request fails.

    Args:
        log_file: The file.
    """

    def __init__(self, log_file: LogFile | None = None) -> None:
        self._log_file = log_file

    def write(self, line: bytes, *, to_console: bool = True) -> None:
        """Write a line.

        Args:
            line: The line with its line end, in UTF-8.
            to_console: Whether to write it to standard error too.
        """
        if to_console:
            try:  # noqa: SIM105 - `suppress` would cost every request as much as the rest of this function
                write_whole(_STANDARD_ERROR, line)
            except OSError:
                pass
        if self._log_file is not None:
            try:  # noqa: SIM105 - as above
                self._log_file.write(line)
            except OSError:
                pass


def open_destination(settings: LogSettings) -> Destination:
    """The destination according to the settings.

    Raises:
        SettingsError: LOG_FILE cannot be written.
    """
    if not settings.log_file:
        return Destination()
    try:
        return Destination(_opened(settings.log_file, settings.log_file_bytes, settings.log_file_count))
    except OSError as error:
        problem = f"LOG_FILE is {settings.log_file!r}, which is not writable: {error.strerror}; expected a path."
        raise SettingsError([problem]) from error


@cache
def _opened(path: str, limit: int, count: int) -> LogFile:
    """One open file for all applications of the process that log to it."""
    return LogFile(path, limit, count)
