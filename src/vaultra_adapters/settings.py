"""The only reader of the environment. Unset means the embedded default; a bad value is refused with its name."""

import base64
import contextlib
import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from vaultra_core.domain.readiness.rulebook import RULEBOOKS

STRIPE_API = "https://api.stripe.com"
STRIPE_CONNECT = "https://connect.stripe.com"

KEY_ENTRY = re.compile(r"([a-z0-9][a-z0-9_.-]{0,31}):(.+)", re.ASCII)
KEY_BYTES = 32  # AES-256
JWT_SECRET_LENGTH = 32  # characters; as long as what HS256 makes of it

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_ADDRESS = r"[^\s<>,@]+@[^\s<>,@]+"
Sender = Annotated[str, msgspec.Meta(pattern=rf"^([^<>@\r\n]+<{_ADDRESS}>|{_ADDRESS})$")]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s]+")]


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what would be right."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Every setting, in the spelling of its environment variable. See `.env.example` for what each one does."""

    vaultra_env: Literal["development", "production"] = "development"
    data_dir: str = ".vaultra"  # where embedded parts keep their files
    database_url: Annotated[str, msgspec.Meta(pattern=r"^postgres(ql)?(\+asyncpg)?://")] | None = None
    redis_url: Annotated[str, msgspec.Meta(pattern=r"^(rediss?|unix)://")] | None = None
    public_url: Url = "http://127.0.0.1:8000"
    jwt_secret: str | None = None  # several, comma-separated, while one is rotated; the first signs
    encryption_keys: str | None = None  # id:key, comma-separated, the newest first
    access_token_minutes: Annotated[int, msgspec.Meta(ge=1, le=60 * 24)] = 15
    stripe_secret_key: str | None = None
    stripe_webhook_secret: str | None = None  # several, comma-separated, while one is rotated
    stripe_connect_client_id: str | None = None
    stripe_api_base: Url = STRIPE_API
    stripe_connect_base: Url = STRIPE_CONNECT
    trusted_proxies: str | None = None  # addresses and networks, comma-separated
    cors_origins: str | None = None  # origins, comma-separated
    vector_store: Literal["embedded", "pinecone"] = "embedded"
    embedder: Literal["local", "openai"] = "local"
    pinecone_api_key: str | None = None
    pinecone_index: str | None = None
    pinecone_host: str | None = None
    openai_api_key: str | None = None
    openai_base_url: Url | None = None
    openai_model: str = "gpt-4.1-mini"
    llm_provider: Literal["openai", "ollama", "grounded"] | None = None
    ollama_base_url: Url = "http://localhost:11434"
    ollama_model: str | None = None
    mcp_token: str | None = None  # for `vaultra mcp`
    google_client_id: str | None = None
    google_client_secret: str | None = None
    google_issuer: Url = "https://accounts.google.com"
    smtp_url: Annotated[str, msgspec.Meta(pattern=r"^smtps?://[^/\s]+$")] | None = None
    mail_from: Sender | None = None
    drain_notice_seconds: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0
    frontend_dir: str | None = None
    rulebook: str = "lender-2"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def production(self) -> bool:
        return self.vaultra_env == "production"

    @property
    def sandbox(self) -> bool:
        """Whether payments come from somewhere else than Stripe itself: then all data is sample data."""
        return urlsplit(self.stripe_api_base).netloc != urlsplit(STRIPE_API).netloc

    @property
    def language_model(self) -> Literal["openai", "ollama", "grounded"]:
        """Who writes the agent's answers: with a key OpenAI's model, without one none at all."""
        return self.llm_provider or ("openai" if self.openai_api_key else "grounded")

    @property
    def jwt_secrets(self) -> tuple[str, ...]:
        """What signs tokens, the newest first."""
        return _listed(self.jwt_secret)

    @property
    def mail_folder(self) -> Path:
        """Where mails are put when there is no mail server."""
        return Path(self.data_dir) / "mail"

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        return _listed(self.stripe_webhook_secret)

    @property
    def proxies(self) -> tuple[Network, ...]:
        return tuple(ipaddress.ip_network(part) for part in _listed(self.trusted_proxies))

    @property
    def keys(self) -> tuple[tuple[str, bytes], ...]:
        """Ids and AES-256 keys, the newest first."""
        entries = self.encryption_keys.split(",") if self.encryption_keys else []
        keys = tuple(_key(number, entry.strip()) for number, entry in enumerate(entries, 1))
        if len(dict(keys)) < len(keys):
            raise ValueError("two keys have the same id")
        return keys

    @property
    def origins(self) -> tuple[str, ...]:
        return _listed(self.cors_origins)


def _key(number: int, entry: str) -> tuple[str, bytes]:
    """An entry of ENCRYPTION_KEYS. Raise `ValueError`, which does not tell the key."""
    found = KEY_ENTRY.fullmatch(entry)
    if found is None:
        raise ValueError(f"entry {number} is no id:key")
    try:
        key = base64.b64decode(found.group(2), validate=True)
    except ValueError:
        raise ValueError(f"the key {found.group(1)} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key {found.group(1)} has {len(key)} bytes, not {KEY_BYTES}")
    return found.group(1), key


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


SECRET_FILES = Path("/run/secrets")
TAKES = {
    "VAULTRA_ENV": "development or production",
    "DATABASE_URL": "a URL like postgresql://user@host/name",
    "REDIS_URL": "a URL like redis://host:6379/0",
    "PUBLIC_URL": "a URL like https://vaultra.example",
    "STRIPE_API_BASE": "a URL like https://api.stripe.com",
    "STRIPE_CONNECT_BASE": "a URL like https://connect.stripe.com",
    "DRAIN_NOTICE_SECONDS": "a whole number from 0 to 60",
    "ENCRYPTION_KEYS": "id:key with commas between them, the newest first, each key 32 bytes in base64",
    "TRUSTED_PROXIES": "addresses or networks with commas between them, like 10.0.0.0/8",
    "CORS_ORIGINS": "origins with commas between them, like https://shop.example",
    "JWT_SECRET": "at least 32 characters; several with commas between them, the newest first",
    "ACCESS_TOKEN_MINUTES": "a whole number from 1 to 1440",
    "VECTOR_STORE": "embedded or pinecone",
    "EMBEDDER": "local or openai",
    "LLM_PROVIDER": "openai, ollama or grounded",
    "OLLAMA_BASE_URL": "a URL like http://localhost:11434",
    "OPENAI_BASE_URL": "a URL like https://api.openai.com/v1",
    "GOOGLE_ISSUER": "a URL like https://accounts.google.com",
    "SMTP_URL": "a URL like smtps://user:password@mail.example or smtp://mail.example:587",
    "MAIL_FROM": "an address like Vaultra <hello@vaultra.example>",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
}


def load_settings(environment: Mapping[str, str] | None = None, *, env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment, files in `/run/secrets`, and (in development) `.env`, in this order of precedence."""
    names = {field.encode_name for field in msgspec.structs.fields(Settings)}
    values: dict[str, str] = {}
    environment = os.environ if environment is None else environment
    if env_file and environment.get("VAULTRA_ENV") != "production" and env_file.is_file():
        values |= _read_env_file(env_file)
    for name in names:
        for spelling in (name, name.lower()):
            if (SECRET_FILES / spelling).is_file():
                values[name] = (SECRET_FILES / spelling).read_text().strip()
    values |= {name: value for name, value in environment.items() if name in names}
    settings = _convert({name: value for name, value in values.items() if name in names and value != ""})
    if settings.rulebook not in RULEBOOKS:
        raise SettingsError(f"RULEBOOK is not usable: choose one of {', '.join(RULEBOOKS)}.")
    _refuse_bad_lists(settings)
    _refuse_bad_keys(settings)
    if any(len(secret) < JWT_SECRET_LENGTH for secret in settings.jwt_secrets):
        raise SettingsError(f"JWT_SECRET is not usable: it takes {TAKES['JWT_SECRET']}.")
    _refuse_without_key(settings)
    if bool(settings.google_client_id) != bool(settings.google_client_secret):
        raise SettingsError("GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET need each other: set both or neither.")
    if settings.production:
        _refuse_for_production(settings)
    return settings


def _refuse_bad_lists(settings: Settings) -> None:
    try:
        _ = settings.proxies
    except ValueError as error:
        raise SettingsError(f"TRUSTED_PROXIES is not usable ({error}): it takes {TAKES['TRUSTED_PROXIES']}.") from None
    if not all(re.fullmatch(r"https?://[^/\s*]+", each) for each in settings.origins):
        raise SettingsError(f"CORS_ORIGINS is not usable: it takes {TAKES['CORS_ORIGINS']}.")


def _refuse_bad_keys(settings: Settings) -> None:
    try:
        _ = settings.keys
    except ValueError as error:
        raise SettingsError(f"ENCRYPTION_KEYS is not usable ({error}): it takes {TAKES['ENCRYPTION_KEYS']}.") from None


def _convert(values: dict[str, str]) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        found = re.search(r"`\$\.(\w+)`", str(error))
        name = found.group(1) if found else "A setting"
        raise SettingsError(f"{name} is not usable: it takes {TAKES.get(name, 'something else')}.") from None


def _refuse_without_key(settings: Settings) -> None:
    if settings.vector_store == "pinecone" and not settings.pinecone_api_key:
        raise SettingsError("VECTOR_STORE=pinecone needs PINECONE_API_KEY.")
    if settings.embedder == "openai" and not settings.openai_api_key:
        raise SettingsError("EMBEDDER=openai needs OPENAI_API_KEY.")
    if settings.llm_provider == "openai" and not (settings.openai_api_key or settings.openai_base_url):
        raise SettingsError("LLM_PROVIDER=openai needs OPENAI_API_KEY, or the OPENAI_BASE_URL of a server of your own.")
    if settings.llm_provider == "ollama" and not settings.ollama_model:
        raise SettingsError("LLM_PROVIDER=ollama needs OLLAMA_MODEL.")


def _refuse_for_production(settings: Settings) -> None:
    required = (
        "database_url", "redis_url", "jwt_secret", "encryption_keys",
        "stripe_secret_key", "stripe_webhook_secret", "stripe_connect_client_id",
        "smtp_url", "mail_from",
    )  # fmt: skip
    missing = [name.upper() for name in required if not getattr(settings, name)]
    if missing:
        raise SettingsError(f"VAULTRA_ENV=production needs {', '.join(missing)}.")
    if settings.sandbox:
        raise SettingsError("VAULTRA_ENV=production does not take a Stripe sandbox: unset STRIPE_API_BASE.")
    if urlsplit(settings.public_url).scheme != "https":
        raise SettingsError("PUBLIC_URL must begin with https:// when VAULTRA_ENV=production.")


def _read_env_file(path: Path) -> dict[str, str]:
    values = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.removeprefix("export ").partition("=")
        if not separator:
            raise SettingsError(f"{path}, line {number}: expected NAME=value.")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def with_own_secrets(settings: Settings) -> Settings:
    """Outside production, missing secrets are made once and kept in the data folder."""
    makers = {
        "jwt_secret": lambda: secrets.token_urlsafe(48),
        "encryption_keys": lambda: "own:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    missing = {name: make for name, make in makers.items() if not getattr(settings, name)}
    folder = Path(settings.data_dir)
    return msgspec.structs.replace(settings, **{name: _kept(folder / name, make) for name, make in missing.items()})


def _kept(path: Path, make: Callable[[], str]) -> str:
    """What this file says; made and written when there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
        # A link either appears whole or fails because another process was first: nobody reads half a secret.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
