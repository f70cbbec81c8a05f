"""Made-up secrets of every kind that is known by its looks, and code in which they stand."""

import base64
import random
import string

DIGITS, HEX = string.digits, "0123456789abcdef"
LOWER, UPPER = string.ascii_lowercase, string.ascii_uppercase
ANY = string.ascii_letters + DIGITS
N_KINDS = 20
N_TELLING = 14  # characters of a secret; fewer are no secret any more, or its kind


def some(chance: random.Random, signs: str, n: int) -> str:
    """Return random signs, digits and letters mixed as in a real key."""
    return "".join(chance.choice(signs) for _ in range(n))


def token(chance: random.Random) -> str:
    """Return a JSON web token."""
    parts = ['{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{some(chance, DIGITS, 12)}"}}']
    packed = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*packed, some(chance, ANY, 43)])


def secret_of(kind: int, chance: random.Random) -> str:
    """Return a new secret of one of N_KINDS kinds; no scanner finds them in this file."""
    made = [
        lambda: "AKIA" + some(chance, UPPER + DIGITS, 16),
        lambda: "gh" + "p_" + some(chance, ANY, 36),
        lambda: "gl" + "pat-" + some(chance, ANY, 20),
        lambda: token(chance),
        lambda: "npm" + "_" + some(chance, ANY, 36),
        lambda: "sk" + "-" + some(chance, ANY, 20) + "T3BlbkFJ" + some(chance, ANY, 20),
        lambda: "pypi-" + "AgEIcHlwaS5vcmc" + some(chance, ANY, 80),
        lambda: "SG" + f".{some(chance, ANY, 22)}.{some(chance, ANY, 43)}",
        lambda: (
            "xox" + f"b-{some(chance, DIGITS, 12)}-{some(chance, DIGITS, 12)}-"
            f"{some(chance, ANY, 24)}"
        ),
        lambda: "sk" + "_live_" + some(chance, ANY, 24),
        lambda: some(chance, DIGITS, 9) + ":AA" + some(chance, ANY, 33),
        lambda: "SK" + some(chance, HEX, 32),
        lambda: some(chance, HEX, 32) + "-us" + some(chance, "123456789", 1),
        lambda: "AKC" + some(chance, ANY, 12),
        lambda: "sq0" + "csp-" + some(chance, ANY, 43),
        lambda: (
            "M" + some(chance, ANY, 23) + "." + some(chance, ANY, 6) + "." + some(chance, ANY, 27)
        ),
        lambda: some(chance, HEX, 40),
        lambda: some(chance, ANY + "+/", 44),
        lambda: (
            "https://hooks.slack.com/services/" + f"T{some(chance, UPPER, 8)}/"
            f"B{some(chance, UPPER, 8)}/{some(chance, ANY, 24)}"
        ),
        lambda: some(chance, ANY, 16),  # only its name tells
    ]
    return made[kind]()


def line_of(secret: str, n: int) -> str:
    """Return a line of code in which a secret stands."""
    return (
        f'password = "{secret}"',
        f"API_SECRET = '{secret}'",
        f'const secret = "{secret}";',
        f'    client = connect(host, password="{secret}")',
        f'{{"db_password": "{secret}"}}',
        f'secret := "{secret}"',
        f'# password = "{secret}" of the old server',
    )[n % 7]


def secrets(n: int, seed: int = 18) -> list[str]:
    """Return secrets, of each kind in turn."""
    chance = random.Random(seed)
    return [secret_of(number % N_KINDS, chance) for number in range(n)]


def leaked(secret: str, content: str) -> str:
    """Return a part of a secret that stands in a text, if it is long enough to say anything."""
    size = min(N_TELLING, len(secret))
    parts = (secret[at : at + size] for at in range(len(secret) - size + 1))
    return next((part for part in parts if part in content), "")
