from dataclasses import dataclass
from typing import Literal

from beastmode.core.setting import choice, setting, text, whole
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class LogSettings(Settings):
    """Settings of the log."""

    log_level: str = setting(
        choice("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        "INFO",
        "The minimum level of log lines.",
        expects="DEBUG, INFO, WARNING, ERROR or CRITICAL",
    )
    log_format: Literal["text", "json"] = setting(
        choice("text", "json"),
        "text",
        "The format of log lines: readable text, or one JSON object per line.",
        expects="text or json",
    )
    log_file: str = setting(
        text(),
        "",
        "A file to write the log to, in addition to standard error; several processes may share it.",
        expects="a path",
    )
    log_file_bytes: int = setting(
        whole(1024), 10_240_000, "The size at which LOG_FILE is rotated.", expects="a number of bytes from 1024"
    )
    log_file_count: int = setting(
        whole(1, 1000), 10, "How many rotated log files are kept.", expects="a number from 1 to 1000"
    )


@dataclass(frozen=True, kw_only=True)
class MetricsSettings(Settings):
    """Settings of the metrics."""

    metrics_token: str = setting(
        text(),
        "",
        "The token that `/metrics` requires as `Authorization: Bearer ...`. If empty, /metrics is available in "
        "development and testing only.",
        expects="a secret string",
        secret=True,
    )
