"""What every command stands on: settings, logging, and a database (the embedded one when none is given)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from vaultra_adapters.settings import Settings, SettingsError, load_settings, with_own_secrets
from vaultra_core.errors import InvalidInput


def settings_for(**overrides: str) -> Settings:
    """The settings, with a command's own options on top. Raise `InvalidInput` on a bad one."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise InvalidInput(str(error)) from None
    return msgspec.structs.replace(settings, **overrides)


@contextlib.contextmanager
def database(settings: Settings, *, migrate: bool = True) -> Iterator[Settings]:
    """Settings whose DATABASE_URL answers: the given one, or an embedded server for as long as the block lasts."""
    from vaultra_adapters.postgres.migrate import upgrade  # noqa: PLC0415 - help must not wait for a driver

    with contextlib.ExitStack() as stack:
        if settings.database_url is None:
            from vaultra_adapters.postgres.embedded import EmbeddedPostgres  # noqa: PLC0415

            server = stack.enter_context(EmbeddedPostgres(Path(settings.data_dir) / "postgres"))
            settings = msgspec.structs.replace(settings, database_url=server.url)
        assert settings.database_url
        if migrate:
            upgrade(settings.database_url)
        yield with_own_secrets(settings)
