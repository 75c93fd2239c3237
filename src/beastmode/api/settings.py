from dataclasses import dataclass

from beastmode.core.setting import YES_NO, flag, setting, text, whole
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ApiSettings(Settings):
    """Settings of the API."""

    api_version: str = setting(
        text(),
        "v1",
        "The version that `/api/...` paths without a version refer to.",
        expects="the name of a version, such as v1",
    )
    docs_public: bool | None = setting(
        flag(),
        None,
        "Whether `/docs` and the OpenAPI documents are public; if not, they return 404. If unset: false in "
        "production, otherwise true.",
        expects=YES_NO,
    )
    max_json_length: int = setting(
        whole(1),
        1024 * 1024,
        "The maximum size of a JSON body; larger ones get 413.",
        expects="a number of bytes",
    )
    max_json_depth: int = setting(
        whole(1, 200), 32, "The maximum nesting depth of JSON; deeper bodies get 400.", expects="a number from 1 to 200"
    )
    max_json_items: int = setting(
        whole(1),
        10_000,
        "The maximum number of items of a list in a JSON body, unless its field has a Length; longer ones get 422. "
        "Validating that many takes about 0.2 s.",
        expects="a number of items",
    )
    count_limit: int = setting(
        whole(1),
        100_000,
        "A list with more rows than this returns `total: null`, because counting them all would cost more than the "
        "page.",
        expects="a number of rows",
    )

    @property
    def shows_docs(self) -> bool:
        """Whether `/docs` and the API documents are available; if DOCS_PUBLIC is not set, the environment's default."""
        return not self.is_production if self.docs_public is None else self.docs_public
