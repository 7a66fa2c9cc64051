"""Which passwords are refused: no composition rules, a length, and the ones that everybody tries first."""

from vaultra_core.errors import InvalidInput

MINIMUM, MAXIMUM = 8, 128

# The most common passwords of eight characters and more, as published breach corpora agree on them.
_COMMON = frozenset(
    [
        "password",
        "password1",
        "password12",
        "password123",
        "passw0rd",
        "p@ssw0rd",
        "p@ssword",
        "12345678",
        "123456789",
        "1234567890",
        "123123123",
        "11111111",
        "00000000",
        "87654321",
        "88888888",
        "66666666",
        "12341234",
        "1q2w3e4r",
        "1qaz2wsx",
        "qwertyui",
        "qwertyuiop",
        "qwerty123",
        "qwerty12",
        "asdfghjk",
        "asdfghjkl",
        "zxcvbnm1",
        "abcd1234",
        "abc12345",
        "iloveyou",
        "iloveyou1",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "trustno1",
        "letmein1",
        "welcome1",
        "welcome123",
        "whatever",
        "starwars",
        "computer",
        "michelle",
        "jennifer",
        "internet",
        "changeme",
        "changeme1",
        "admin123",
        "administrator",
        "monkey123",
        "dragon123",
        "master123",
        "shadow123",
        "google123",
        "samsung1",
        "corvette",
        "mercedes",
    ]
)


def refuse_weak(password: str, *, email: str) -> None:
    """Raise `InvalidInput` with the reason when a password is too short, too long, common, or the e-mail address."""
    reason = None
    if not MINIMUM <= len(password) <= MAXIMUM:
        reason = f"Use {MINIMUM} to {MAXIMUM} characters."
    elif password.lower() in _COMMON or len(set(password)) <= 2:
        reason = "This password is among the first that anybody would try."
    elif password.lower() in {email.lower(), email.lower().partition("@")[0]}:
        reason = "Your e-mail address is no secret."
    if reason:
        raise InvalidInput(reason, field="password", reason=reason)
