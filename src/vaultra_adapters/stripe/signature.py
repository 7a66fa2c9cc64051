import stripe

from vaultra_core.errors import InvalidInput, Unavailable

TOLERANCE_SECONDS = 300


def verify(payload: bytes, signature: str, secrets: tuple[str, ...], *, now: int) -> None:
    """Raise `InvalidInput` unless one of the secrets signed exactly these bytes within 300 s of now, either way.

    The SDK checks the signature; around it stands what it lets pass (the future) or stumbles over (text that is no
    ASCII raises TypeError, a body that is no UTF-8 UnicodeDecodeError).
    """
    if not secrets:
        raise Unavailable("Webhooks are not set up on this server.", dependency="stripe", retry_after=300)
    try:
        text = payload.decode()
        signature.encode("ascii")
        moment = int(dict(part.split("=", 1) for part in signature.split(",") if "=" in part)["t"])
    except (UnicodeError, KeyError, ValueError):
        raise InvalidInput("The signature is malformed.", reason="malformed") from None
    if abs(now - moment) > TOLERANCE_SECONDS:
        raise InvalidInput("The signature is too old or from the future.", reason="time")
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(text, signature, secret)
            return
        except (stripe.SignatureVerificationError, TypeError, ValueError):
            continue
    raise InvalidInput("The signature does not match.", reason="signature")
