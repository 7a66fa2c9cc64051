import hmac

from vaultra_core.errors import InvalidInput, Unavailable

TOLERANCE_SECONDS = 300


def verify(payload: bytes, signature: str, secrets: tuple[str, ...], *, now: int) -> None:
    """Raise `InvalidInput` unless one of the secrets signed exactly these bytes within 300 s of now, either way.

    The header is `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, a signature the HMAC-SHA256 of `<t>.<payload>`
    (https://docs.stripe.com/webhooks#verify-manually). The SDK's own check lets the future pass, does not mind a second
    time and stumbles over what is no text; a property test holds the two to one verdict on everything else.
    """
    if not secrets:
        raise Unavailable("Webhooks are not set up on this server.", dependency="stripe", retry_after=300)
    times, seals = list[str](), list[str]()
    for part in signature.split(","):
        name, _, value = part.partition("=")
        if name == "t":
            times.append(value)
        elif name == "v1":
            seals.append(value)
    # More than one time would leave open which of them is signed and which of them is young enough.
    if len(times) != 1 or not signature.isascii() or not times[0].isdecimal() or len(times[0]) > 12:
        raise InvalidInput("The signature is malformed.", reason="malformed")
    if abs(now - int(times[0])) > TOLERANCE_SECONDS:
        raise InvalidInput("The signature is too old or from the future.", reason="time")
    signed = b"%b.%b" % (times[0].encode(), payload)
    for secret in secrets:
        right = hmac.digest(secret.encode(), signed, "sha256").hex()
        for seal in seals:
            if hmac.compare_digest(seal, right):
                return
    raise InvalidInput("The signature does not match.", reason="signature")
