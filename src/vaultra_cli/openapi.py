import msgspec

from vaultra_adapters.settings import Settings
from vaultra_adapters.wiring import make_container
from vaultra_http.app import create_app


def document() -> str:
    """The OpenAPI document, made from the code alone: nothing is started."""
    settings = Settings(jwt_secret="not used for a document, but it must be long")  # noqa: S106 - signs nothing
    app = create_app(make_container(settings, application="openapi"), site=None)
    schema = msgspec.json.encode(app.openapi_schema.to_schema(), enc_hook=str)
    return msgspec.json.format(schema, indent=2).decode()
