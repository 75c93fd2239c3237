"""The docs page: `GET /docs` shows the OpenAPI document of each version with nothing from another host."""

from beastmode.api.docs.page import docs_blueprint

__all__ = ["docs_blueprint"]
