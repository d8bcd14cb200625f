"""No secret reaches a screen, a log or an export."""

from __future__ import annotations

import io
import json
import logging
import os
import string
import sys
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from workshop_tui.errors import UserError
from workshop_tui.redaction import MaskedFormatter, mask, remember
from workshop_tui.settings.secret_reference import SecretReference, read_pipe

ALPHANUMERIC = string.ascii_letters + string.digits
WORDS = st.text(max_size=40)


@pytest.fixture(autouse=True)
def no_secret_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test remembers is no secret of the next."""
    monkeypatch.setattr("workshop_tui.redaction._known", ())
    monkeypatch.setattr("workshop_tui.redaction._known_in_base64", ())


def some(alphabet: str, at_least: int, at_most: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=at_least, max_size=at_most)


@st.composite
def coder_tokens(draw: st.DrawFn) -> str:
    secret = draw(some(ALPHANUMERIC, 22, 22))
    assume(not (secret.isalpha() and secret.islower()))
    return f"{draw(some(ALPHANUMERIC, 10, 10))}-{secret}"


@st.composite
def basic_credentials(draw: st.DrawFn) -> str:
    encoded = b64encode(f"AWS:{draw(some(ALPHANUMERIC, 12, 200))}".encode()).decode()
    assume(not (encoded.isalpha() and encoded.islower()))
    return encoded


SHAPES = st.one_of(
    some(ALPHANUMERIC + "_-", 16, 48).map(lambda text: (f"sk-{text}", f"sk-{text}")),
    coder_tokens().map(lambda text: (text, text)),
    basic_credentials().map(lambda text: (f"Basic {text}", text)),
    some(ALPHANUMERIC + "._~+/-", 24, 80).map(lambda text: (f"Bearer {text}", text)),
    st.tuples(some(ALPHANUMERIC, 10, 40), some(ALPHANUMERIC, 10, 40), some(ALPHANUMERIC, 10, 40)).map(
        lambda parts: ("eyJ{}.{}.{}".format(*parts), "eyJ{}.{}.{}".format(*parts))
    ),
    some(ALPHANUMERIC, 8, 30).map(lambda text: (f"https://user:{text}@host/path", f":{text}@")),
    some(ALPHANUMERIC, 30, 40).map(lambda text: (f"ghp_{text}", text)),
)


@given(WORDS, SHAPES, WORDS)
def test_what_looks_like_a_secret_is_hidden_in_any_text(before: str, shape: tuple[str, str], after: str) -> None:
    shown, secret = shape
    assume(secret not in before + after)
    assert secret not in mask(f"{before} {shown} {after}")


@given(some(string.printable.strip(), 6, 40), WORDS, WORDS)
def test_a_secret_that_was_read_is_hidden_as_it_is_and_in_addresses(secret: str, before: str, after: str) -> None:
    assume(secret not in "https://host/?key=")
    remember(secret)
    masked = mask(f"{before}{secret}{after} https://host/?key={quote(secret, safe='')}")
    assert secret not in masked
    assert quote(secret, safe="") not in masked


def quoted_signs(text: str, which: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign in which else sign for sign in text)


@given(
    some(string.printable.strip() + "é✓", 6, 40),
    st.binary(max_size=7),
    st.binary(max_size=7),
    st.sets(st.sampled_from("+/=-_")).map(lambda signs: "".join(sorted(signs))),
)
@example("00000~00?", b"", b"", "/")
@example("000?00~", b"", b"", "/")
def test_a_secret_that_was_read_is_hidden_in_base64_wherever_it_stands(
    secret: str, before: bytes, after: bytes, which: str
) -> None:
    """All but the signs that it shares with its neighbours: less than a byte at each end."""
    remember(secret)
    for encode in (b64encode, urlsafe_b64encode):
        told = encode(before + secret.encode() + after).decode()
        mixed = quoted_signs(told, which)
        for shown in (told, told.rstrip("="), quote(told), quote(told, safe=""), mixed, mixed.replace("%2F", "%2f")):
            masked = mask(shown)
            assert "••••" in masked
            assert len(unquote(masked).replace("••••", "")) <= (len(before) + len(after)) * 4 / 3 + 6


@given(some(string.printable.strip() + "\\\"'/+é", 6, 40))
def test_a_secret_that_was_read_is_hidden_however_it_is_written(secret: str) -> None:
    remember(secret)
    basic = b64encode(f"ana:{secret}".encode()).decode()
    quoted = quote(secret, safe="")
    for written in (json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret), quote(secret), quoted):
        assert "••••" in mask(written)
        assert len(mask(written)) <= len("'••••'")
    assert mask(quote_plus(secret)) == mask(quoted) == "••••"
    assert len(mask(f"Authorization: {basic}")) <= len("Authorization: YW5hOn••••w==")


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "disk-pressure on ip-10-0-1-7.us-east-2.compute.internal",
        "coder-provisioner-default-7c9f8b6d5f-x2x4z",
        "ask-anybody-who-knows-it, task-force-1234567890",
        "key sk-...9Xw2 expires in 3 d",
        "sha256:9f3c2b1a" + "0" * 56,
        "123e4567-e89b-12d3-a456-426614174000",
        'WWW-Authenticate: Bearer realm="https://ghcr.io/token",service="ghcr.io"',
        "Bearer authentication failed; Basic authentication is off",
        "ghcr.io/coder/coder-preview@sha256:abc, ana@example.org, https://example.org/@ana/workspace",
        "kubectl --context us-east-2 -n coder rollout restart deploy/coder",
        "8080--main--workspace--ana.ai.coder.com",
    ],
)
def test_what_people_need_to_read_stays(text: str) -> None:
    assert mask(text) == text


def logged(write: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskedFormatter("%(levelname)s %(message)s"))
    log = logging.Logger("test")
    log.addHandler(handler)
    assert callable(write)
    write(log)
    return stream.getvalue()


def test_a_log_line_hides_secrets_in_its_arguments() -> None:
    said = logged(lambda log: log.warning("key %s for %d people", "sk-abcdefgh12345678", 12))
    assert said == "WARNING key •••• for 12 people\n"


def test_a_logged_exception_hides_secrets_in_its_text() -> None:
    remember("the-secret-word")

    def fail(log: logging.Logger) -> None:
        try:
            raise ValueError("refused: the-secret-word")
        except ValueError:
            log.exception("asking with %s", {"key": "the-secret-word"}, stack_info=True)

    said = logged(fail)
    assert "the-secret-word" not in said.replace('"the-secret-word"', "")
    assert "ValueError: refused: ••••" in said
    assert "Traceback" in said


@pytest.mark.parametrize("masked_first", [True, False])
def test_whoever_else_listens_finds_the_record_as_it_was_logged(masked_first: bool) -> None:
    """A handler of ours once took the traceback away from all that came after it."""
    masked, plain = io.StringIO(), io.StringIO()
    handlers = [logging.StreamHandler(masked), logging.StreamHandler(plain)]
    handlers[0].setFormatter(MaskedFormatter())
    log = logging.Logger("test")
    for handler in handlers if masked_first else reversed(handlers):
        log.addHandler(handler)
    try:
        raise ValueError("sk-abcdefgh12345678")
    except ValueError:
        log.exception("failed with %s", "sk-abcdefgh12345678")
    assert "Traceback" in masked.getvalue()
    assert plain.getvalue().replace("sk-abcdefgh12345678", "••••") == masked.getvalue()
    assert "sk-abcdefgh12345678" in plain.getvalue()


def test_a_log_call_with_wrong_arguments_still_says_what_it_can() -> None:
    said = logged(lambda log: log.warning("two %s %s", *["sk-abcdefgh12345678"]))
    assert said == "WARNING two %s %s ('••••',)\n"


def test_a_secret_is_read_from_each_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_KEY", " from-the-environment\n")
    (tmp_path / "key").write_text("from-the-file\n")
    command = (sys.executable, "-c", "print('from-the-command')")
    assert SecretReference(env="GATEWAY_KEY").read() == "from-the-environment"
    assert SecretReference(file=str(tmp_path / "key")).read() == "from-the-file"
    assert SecretReference(command=command).read() == "from-the-command"
    assert mask("from-the-environment, from-the-file, from-the-command") == "••••, ••••, ••••"


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        (SecretReference(env="NOT_SET"), "environment variable NOT_SET is not set"),
        (SecretReference(file="/nowhere/key"), "cannot read the secret from file /nowhere/key: No such file"),
        (
            SecretReference(command=("no-such-program",)),
            "cannot run the command … that prints a secret",
        ),
        (
            SecretReference(command=(sys.executable, "-c", "import sys; sys.stderr.write('hush'); sys.exit(3)")),
            "that prints a secret ended with 3",
        ),
        (SecretReference(command=(sys.executable, "-c", "")), "is empty"),
    ],
)
def test_a_secret_that_cannot_be_read_says_where_it_should_be(reference: SecretReference, wanted: str) -> None:
    with pytest.raises(UserError) as caught:
        reference.read()
    assert wanted in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_pipe_given_as_a_secrets_file_blocks_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TimeoutError):
        read_pipe(tmp_path / "pipe", 0.05)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="shells of other systems have no pipes with names")
def test_what_a_shell_gives_as_a_pipe_is_read_once_and_known_from_then_on() -> None:
    reader, writer = os.pipe()
    try:
        os.write(writer, b"of-the-pipe\n")
        os.close(writer)
        reference = SecretReference(file=f"/dev/fd/{reader}")
        assert [reference.read(), reference.read()] == ["of-the-pipe", "of-the-pipe"]
    finally:
        os.close(reader)
