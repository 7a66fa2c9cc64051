import asyncio
import os
from pathlib import Path

from vaultra_adapters.mail.compose import Composer
from vaultra_core.domain.mail import Mail


class FolderMailer:
    """Puts each mail into a folder as a `.eml` file, for a machine without a mail server. Only we may read it."""

    def __init__(self, folder: Path, composer: Composer) -> None:
        self._folder = folder
        self._composer = composer

    async def send(self, mail: Mail) -> None:
        await asyncio.to_thread(self._write, mail)

    def _write(self, mail: Mail) -> None:
        message = self._composer.compose(mail)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f"{mail.id}.draft"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bytes(message))
        draft.replace(self._folder / f"{mail.id}.eml")
