from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from beastmode.core.setting import YES_NO, Origins, choice, flag, setting, text, whole
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class HeaderSettings(Settings):
    """Settings of the security headers."""

    security_headers: Literal["standard", "strict"] = setting(
        choice("standard", "strict"),
        "standard",
        "`standard` sends `nosniff` and `Referrer-Policy` on every response, and the other security headers under "
        "`/api` and on the library's own pages only; `strict` sends all of them everywhere.",
        expects="standard or strict",
    )
    content_security_policy: str = setting(
        text(),
        "",
        "The `Content-Security-Policy` of every HTML page that does not set its own; `off` sends none. If unset: a "
        "policy that allows only the site's own files, where SECURITY_HEADERS sends one.",
        expects="a policy, or off",
    )
    hsts_seconds: int | None = setting(
        whole(0),
        None,
        "How long browsers must use only HTTPS, for subdomains too; sent with every response over HTTPS. 0 sends "
        "nothing. If unset: a year, where SECURITY_HEADERS sends it.",
        expects="a number of seconds",
    )


@dataclass(frozen=True, kw_only=True)
class CorsSettings(Settings):
    """Settings of CORS."""

    cors_origins: tuple[str, ...] | None = setting(
        Origins(),
        None,
        "Origins that browsers may call from, comma-separated, or `*`. If unset: http://localhost:3000 and "
        "http://localhost:5173 in development, none in production.",
        expects="origins such as https://app.example.com, without a path, comma-separated, or *",
    )
    cors_credentials: bool = setting(
        flag(),
        default=False,
        sentence="Whether browsers may send cookies across origins; not allowed with `*`.",
        expects=YES_NO,
    )

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins that browsers may call from; if CORS_ORIGINS is not set, the environment's default."""
        if self.cors_origins is not None:
            return self.cors_origins
        return () if self.is_production else ("http://localhost:3000", "http://localhost:5173")

    def problems(self) -> Iterator[str]:
        """Combinations of values that are not allowed."""
        if self.is_production and "*" in self.allowed_origins and self.cors_credentials:
            yield (
                "CORS_ORIGINS is * while CORS_CREDENTIALS is on: any site could act as the logged-in user; list the "
                "allowed origins."
            )
