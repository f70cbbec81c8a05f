"""What no model may read."""

import pytest

from lsp_local import secret_rules
from lsp_local.privacy import (
    PLACEHOLDER,
    certain_secrets,
    hidden,
    holds_placeholder,
    is_private,
    masked,
    redact,
)

# Made up, in the shape of the real ones; put together here so that no scanner finds them.
AWS = "AKIA" + "Q3EGRM5XT7VJ2WHP"
GITHUB = "ghp_" + "R8dK2mXq7VwZ4tYb9NsPcL5hGjE3aFu1iQoB"
SLACK = "xoxb-" + "263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"
STRIPE = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc9XqLmN2v"
JWT = ".".join(
    ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "SflKxwRJSM"]
)
KEY = "\n".join(["-----BEGIN RSA " + "PRIVATE KEY-----", "MIIEpAIBAAKCAQ", "9f2K1k8fQ0mVh1"])
KEY_END = "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(f'KEY = "{AWS}"', f'KEY = "{PLACEHOLDER}"', id="an AWS key"),
        pytest.param(f"token: {GITHUB}", f"token: {PLACEHOLDER}", id="a GitHub token"),
        pytest.param(f"const t = '{SLACK}';", f"const t = '{PLACEHOLDER}';", id="a Slack token"),
        pytest.param(f'x := "{STRIPE}"', f'x := "{PLACEHOLDER}"', id="a Stripe key"),
        pytest.param(
            'password = "' + 'hunter2-Zx9!qWe"', f'password = "{PLACEHOLDER}"', id="a password"
        ),
        pytest.param(
            "postgres://admin:" + "S3cr3tPa55w0rd@db:5432/x",
            f"postgres://admin:{PLACEHOLDER}@db:5432/x",
            id="a password in an address",
        ),
    ],
)
def test_secrets_are_replaced(text: str, want: str) -> None:
    assert redact(text) == want
    assert redact(f"a = 1\n{text}\nb = 2") == f"a = 1\n{want}\nb = 2"


def test_nothing_of_a_token_with_dots_is_left() -> None:
    assert redact(f'jwt = "{JWT}"').count(PLACEHOLDER) >= 1
    assert not any(part in redact(f'jwt = "{JWT}"') for part in JWT.split("."))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(f"a\n{KEY}\n{KEY_END}\nb", ["a", *[PLACEHOLDER] * 4, "b"], id="whole"),
        pytest.param(f"a\n{KEY}", ["a", *[PLACEHOLDER] * 3], id="its end is not in the window"),
        pytest.param(f"Qm3k\n{KEY_END}\nb", [*[PLACEHOLDER] * 2, "b"], id="its start is not"),
    ],
)
def test_private_keys_are_replaced_line_by_line(text: str, want: list[str]) -> None:
    assert redact(text).split("\n") == want


@pytest.mark.parametrize(
    "text",
    [
        "def f(password: str) -> None:\n    check(password)",
        "const token = await fetchToken(user.id);",
        'secret := os.Getenv("API_SECRET")',
        "",
        "\ud800\x00 日本 🙂",
    ],
)
def test_ordinary_code_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_what_was_read_once_reads_the_same_on_the_next_key() -> None:
    line = f'KEY = "{AWS}"\n'
    typed = 'name = "shop"\n'
    before = redact(line)
    for n in range(len(typed) + 1):
        assert redact(line + typed[:n]) == before + typed[:n]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("a\nb  # lsp-local: private\nc", "a\n-\nc", id="a line"),
        pytest.param("a\n# lsp-local: private\nb\nc", "a\n-\n-\n-", id="to the end"),
        pytest.param(
            "a\n// lsp-local: private\nb\n// lsp-local: public\nc", "a\n-\n-\n-\nc", id="a region"
        ),
        pytest.param("a\nb", "a\nb", id="nothing marked"),
    ],
)
def test_marked_regions_are_blank_and_offsets_stay(text: str, want: str) -> None:
    found = hidden(text)
    assert len(found) == len(text)
    assert [line if line.strip() else "-" for line in found.split("\n")] == want.split("\n")


def test_a_cursor_in_a_private_region_is_known() -> None:
    text = "a = 1\n# lsp-local: private\nb = 2\n# lsp-local: public\nc = 3"
    assert [is_private(text, text.index(f"{name} =") + 1) for name in "abc"] == [False, True, False]


def test_a_placeholder_is_known_in_what_the_model_says() -> None:
    assert holds_placeholder(f'"{PLACEHOLDER}"')
    assert not holds_placeholder("redacted = 1")


ODD = "kT9fQ2xZ7wLm4RbV8sYp" + "Hd6GcJ3nAe5UoX1i"
BODY = "MIIEpAIBAAKCAQEA9f2K1k8fQ0mVh1Zs7cYp2LqXw3Rt5Uv8"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(f"# é\nKEY = '{AWS}'\nT = '{GITHUB}'", [AWS, GITHUB], id="known shapes"),
        pytest.param(
            f"{KEY.splitlines()[0]}\n{BODY}\n{KEY_END}", [KEY.split("\n")[0]], id="a private key"
        ),
        pytest.param(f"X = '{KEY.splitlines()[0]}\\n{BODY}'", [KEY.split("\n")[0]], id="in a line"),
        pytest.param(f"PATTERN = '{KEY.splitlines()[0]}'", [], id="only how one begins"),
        pytest.param(f"password = '{ODD}'", [ODD], id="much entropy under a telling name"),
        pytest.param("password = 'correct horse'", [], id="a word under a telling name"),
        pytest.param("sha256 = '" + "0af3" * 16 + "'", [], id="a hash"),
        pytest.param("url = 'https://user:password@example.org'", [], id="an example"),
        pytest.param("key = 'AKIA" + "IOSFODNN7EXAMPLE'", [], id="the example of a manual"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_certain_secrets(text: str, want: list[str]) -> None:
    assert [text[start:end] for start, end in certain_secrets(text)] == want


def test_masked_text_keeps_its_offsets() -> None:
    text = f"é = '{AWS}'; b = '{GITHUB}'\nc = '{AWS}'"
    stars = "é = '" + "*" * 20 + "'; b = '" + "*" * 40 + "'\nc = '" + "*" * 20 + "'"
    assert masked(text) == stars
    assert len(text.encode()) == len(masked(text).encode())


HEX = "0123456789abcdef" * 4
KEY = "R8dK2mXq7VwZ4tYb9NsPcL5hGjE3aFu1iQoB" * 3


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"x = AKC{KEY[:10]}", id="artifactory token"),
        pytest.param(f"x = APA{KEY[:8]}", id="artifactory password"),
        pytest.param(f"x = AKIA{HEX[:10].upper()}{HEX[:6].upper()}", id="aws"),
        pytest.param(f"AccountKey={KEY[:88]}", id="azure"),
        pytest.param("a = 'ftp://me:mine@host'", id="basic authentication"),
        pytest.param(f"cloudant_pw = {HEX[:64]}", id="cloudant"),
        pytest.param(f"t = M{KEY[:23]}.{KEY[:6]}.{KEY[:27]}", id="discord"),
        pytest.param(f"t = ghp_{KEY[:36]}", id="github"),
        pytest.param(f"t = glpat-{KEY[:20]}", id="gitlab"),
        pytest.param(f"ibm_api_key: {KEY[:44]}", id="ibm cloud"),
        pytest.param(f"cos_secret_key = {HEX[:48]}", id="ibm cos"),
        pytest.param("t = eyJhIjoxfQ.eyJiIjoyfQ.c", id="jwt"),
        pytest.param(f"k = {HEX[:32]}-us1", id="mailchimp"),
        pytest.param("//registry/:_authToken=npm_ab", id="npm"),
        pytest.param(f"k = sk-{KEY[:20]}T3BlbkFJ{KEY[:20]}", id="openai"),
        pytest.param("x = '-----BEGIN PRIVATE KEY-----'", id="private key"),
        pytest.param("PuTTY-User-Key-File-2", id="putty"),
        pytest.param(f"k = SG.{KEY[:22]}.{KEY[:43]}", id="sendgrid"),
        pytest.param("t = xoxb-12-ab", id="slack"),
        pytest.param("u = https://hooks.slack.com/services/Ta/Bb/c", id="slack webhook"),
        pytest.param(f"softlayer_key = {HEX[:64]}", id="softlayer"),
        pytest.param(f"k = sk_live_{KEY[:24]}", id="stripe"),
        pytest.param(f"t = 12345678:{KEY[:35]}", id="telegram"),
        pytest.param(f"k = AC{HEX[:32]}", id="twilio"),
        pytest.param('h = "0a1b2c3d4e"', id="short hexadecimal"),
        pytest.param(f'h = "{KEY[:36]}"', id="base64"),
        pytest.param('PASSWORD = "correct horse"', id="telling name"),
        pytest.param('if "tiger" == my_db_pass:', id="telling name behind"),
        pytest.param('CONTRASEÑA = "abc"', id="telling name in Spanish"),
    ],
)
def test_what_is_not_searched_holds_nothing(line: str) -> None:
    """Nothing that the rules find is in a line that is not searched."""
    kinds = {
        found.type
        for plugin in secret_rules._plugins()
        for found in plugin.analyze_line(filename="", line=line, line_number=0)
        if found.secret_value
    }
    assert kinds
    assert secret_rules.SUSPECT.search(line.casefold())
