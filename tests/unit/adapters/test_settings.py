import base64
import re
from pathlib import Path

import pytest

from vaultra_adapters.settings import TAKES, SettingsError, load_settings, with_own_secrets

KEY = "2026:" + base64.b64encode(bytes(32)).decode()
GOOD = {
    "VAULTRA_ENV": "production",
    "DATABASE_URL": "postgresql://db/vaultra",
    "REDIS_URL": "redis://queue",
    "JWT_SECRET": "s" * 32,
    "ENCRYPTION_KEYS": KEY,
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b",
    "STRIPE_CONNECT_CLIENT_ID": "ca_x",
    "PUBLIC_URL": "https://vaultra.example",
    "SMTP_URL": "smtps://user:password@mail.example",
    "MAIL_FROM": "Vaultra <hello@vaultra.example>",
}


def test_nothing_set_means_embedded_defaults() -> None:
    settings = load_settings({}, env_file=None)
    assert settings.database_url is None
    assert settings.redis_url is None
    assert not settings.production


def test_several_webhook_secrets_are_good_while_one_is_rotated() -> None:
    assert load_settings(GOOD, env_file=None).webhook_secrets == ("whsec_a", "whsec_b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db"),
        ("REDIS_URL", "localhost:6379"),
        ("PUBLIC_URL", "vaultra.example"),
        ("JWT_SECRET", "short"),
        ("ACCESS_TOKEN_MINUTES", "0"),
        ("ACCESS_TOKEN_MINUTES", "soon"),
        ("LOG_LEVEL", "LOUD"),
        ("STRIPE_API_BASE", "api.stripe.com"),
        ("SMTP_URL", "mail.example"),
        ("MAIL_FROM", "Vaultra"),
        ("MAIL_FROM", "a@b.example, c@d.example"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not usable: it takes {re.escape(TAKES[name])}"):
        load_settings({name: value}, env_file=None)


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"VAULTRA_ENV", "PUBLIC_URL"}))
def test_production_refuses_a_missing_secret_by_name(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({**GOOD, name: ""}, env_file=None)


@pytest.mark.parametrize(
    ("name", "value"), [("STRIPE_API_BASE", "http://127.0.0.1:4242"), ("PUBLIC_URL", "http://vaultra.example")]
)
def test_production_refuses_a_sandbox_and_plain_http(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({**GOOD, name: value}, env_file=None)


def test_env_file_is_read_in_development_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('# comment\nexport RULEBOOK="baseline-1"\nLOG_LEVEL=DEBUG\n')
    settings = load_settings({"LOG_LEVEL": "ERROR"}, env_file=file)
    assert (settings.rulebook, settings.log_level) == ("baseline-1", "ERROR")
    assert load_settings(GOOD, env_file=file).rulebook == "lender-2"


def test_a_broken_env_file_is_refused_by_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LOG_LEVEL=DEBUG\nnonsense\n")
    with pytest.raises(SettingsError, match="line 2"):
        load_settings({}, env_file=file)


def test_an_unknown_rulebook_is_refused() -> None:
    with pytest.raises(SettingsError, match="RULEBOOK"):
        load_settings({"RULEBOOK": "lender-3"}, env_file=None)


def test_the_signing_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path)}, env_file=None)
    first, second = with_own_secrets(settings), with_own_secrets(settings)
    assert first == second
    assert first.jwt_secret and first.encryption_keys
    for name in ("jwt_secret", "encryption_keys"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "10.0.0.0/8, the.office"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://*.example.com"),
        ("CORS_ORIGINS", "https://shop.example/path"),
        ("ENCRYPTION_KEYS", "a:c2hvcnQ="),
        ("ENCRYPTION_KEYS", "a:not base64!"),
        ("ENCRYPTION_KEYS", "2026"),
        ("ENCRYPTION_KEYS", KEY + ","),
        ("ENCRYPTION_KEYS", "A" + KEY),
        ("ENCRYPTION_KEYS", f"{KEY},{KEY}"),
    ],
)
def test_a_bad_list_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} is not usable.*{re.escape(TAKES[name])}") as raised:
        load_settings({name: value}, env_file=None)
    assert KEY.partition(":")[2] not in str(raised.value)


def test_lists_are_read() -> None:
    given = {"TRUSTED_PROXIES": "10.0.0.0/8, ::1", "CORS_ORIGINS": "https://a.example, http://localhost:4321"}
    settings = load_settings(given, env_file=None)
    assert [str(network) for network in settings.proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.origins == ("https://a.example", "http://localhost:4321")
