from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from workshop_tui import paths
from workshop_tui.errors import UserError
from workshop_tui.settings.file import default_text, load_settings, show_settings, write_default
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.region import RegionRole
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.thresholds import threshold_table


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def loaded(file: Path, text: str, **environ: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    settings = load_settings(file, environ)
    assert settings is not None
    return settings


def problems(file: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        loaded(file, text, **environ)
    return [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]


REGION = '[[region]]\nname = "{}"\nrole = "{}"\n'


def regions(count: int) -> str:
    return "".join(REGION.format(f"region-{n}", "proxy" if n else "control-plane") for n in range(count))


def test_the_written_default_loads_and_describes_three_regions(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    write_default(file)
    settings = load_settings(file, {})
    assert settings is not None
    assert [(region.name, region.role, region.context) for region in settings.region] == [
        ("us-east-2", RegionRole.CONTROL_PLANE, "us-east-2"),
        ("us-west-2", RegionRole.PROXY, "us-west-2"),
        ("eu-west-2", RegionRole.PROXY, "eu-west-2"),
    ]
    assert [region.domain for region in settings.region] == [
        "ai.coder.com",
        "oregon-proxy.ai.coder.com",
        "emea-proxy.ai.coder.com",
    ]
    assert all(region.wildcard == f"*.{region.domain}" for region in settings.region)
    assert settings.gateway.kind is GatewayKind.LITELLM
    assert settings.images.source is not None
    assert settings.images.source.reference.startswith("ghcr.io/coder/coder-preview")
    assert settings.images.mirror is not None
    assert settings.thresholds == Settings().thresholds


def test_everything_that_the_written_default_offers_in_comments_is_known(file: Path) -> None:
    offered = re.sub(r"^# (?=\[|[a-z_]+ = )", "", default_text(), flags=re.MULTILINE)
    assert offered.count("\n#") < default_text().count("\n#") - 20
    settings = loaded(file, offered)
    assert settings.person == "ana"
    assert settings.network.nameserver == "10.0.0.2"
    assert settings.prometheus.tenant == "workshops"
    assert settings.thresholds == Settings().thresholds
    assert settings.intervals == Settings().intervals
    assert (
        settings.region[0].selectors
        == Settings.model_validate({"region": [{"name": "a", "role": "proxy"}]}).region[0].selectors
    )


def test_writing_the_default_never_overwrites(file: Path) -> None:
    file.write_text("mine")
    with pytest.raises(UserError, match="is there already: nothing was written"):
        write_default(file)
    assert file.read_text() == "mine"


def test_a_default_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    with pytest.raises(UserError, match=r"cannot make the folder of .*settings\.toml: "):
        write_default(tmp_path / "in-the-way" / "settings.toml")


def test_without_a_file_there_are_no_settings_so_that_a_set_up_can_be_offered() -> None:
    assert load_settings(None, {}) is None
    write_default(paths.settings_file())
    assert load_settings(None, {}) is not None


def test_a_file_that_was_asked_for_must_exist(file: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*settings\.toml: No such file or directory"):
        load_settings(file, {})


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_any_number_of_regions_is_fine_without_gateway_and_registry(file: Path, count: int) -> None:
    settings = loaded(file, regions(count))
    assert len(settings.region) == count
    assert settings.gateway.kind is GatewayKind.NONE
    assert settings.images.source is settings.images.mirror is None


def test_a_region_without_context_and_domain_is_fine(file: Path) -> None:
    (region,) = loaded(file, REGION.format("ohio", "control-plane")).region
    assert region.context is region.domain is region.wildcard is None


OHIO = REGION.format("ohio", "control-plane")
PLAIN = 'token = "abcdefghij-ABCDEFGHIJKLMNOPQRSTUV"'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[codr]", 'codr: unknown key; did you mean "coder"?'),
        ("[coder]\nurll = 'x'", 'coder.urll: unknown key; did you mean "url"?'),
        (OHIO + 'contxt = "a"', 'region[1] "ohio".contxt: unknown key; did you mean "context"?'),
        (
            OHIO + REGION.format("x", "proxy") + '[region.namespaces]\nworkspace = ["a"]',
            'region[2] "x".namespaces.workspace: unknown key; did you mean "workspaces"?',
        ),
        ("[images.mirror.login]\nuser = 'AWS'", 'images.mirror.login.user: unknown key; did you mean "username"?'),
        ("[images.mirror]\nplain_http = true", "images.mirror.reference is missing"),
        ("[[region]]\nname = 'a'", 'region[1] "a".role is missing'),
        (REGION.format("a", "prox"), "region[1] \"a\".role: expected 'control-plane' or 'proxy'"),
        (REGION.format("a b", "proxy"), 'region[1].name: expected at most 31 letters, digits, ".", "_" and "-"'),
        (OHIO + OHIO, "region: two regions are named ohio"),
        ("[region]\nname = 'a'", "region: expected a list in [ ]"),
        (OHIO + 'domain = "https://a.b"', 'region[1] "ohio".domain: expected a host name without scheme and path'),
        (OHIO + 'wildcard = "a.*.b"', 'region[1] "ohio".wildcard: expected a host name with one "*" at the start'),
        (
            OHIO + '[region.selectors]\nworkspaces = "app in (a,b)"',
            'region[1] "ohio".selectors.workspaces: expected key=value, key!=value, key or !key, joined by commas: for',
        ),
        (
            OHIO + '[region.selectors]\nserver = "a b"',
            'region[1] "ohio".selectors.server: expected label selectors like',
        ),
        (OHIO + "https_port = 70000", 'region[1] "ohio".https_port: expected a number less than or equal to 65535'),
        (OHIO + 'https_port = "https"', 'region[1] "ohio".https_port: expected a whole number'),
        ("[coder]\nurl = 'ai.coder.com'", "coder.url: expected an address like https://host"),
        ("[coder]\nurl = 3", "coder.url: expected an address like https://host"),
        ("[coder]\nurl = 'ftp://host'", "coder.url: expected an address that begins with https:// or http://"),
        ("[gateway]\nkind = 'litellm'", 'gateway: a gateway of kind "litellm" needs url = "https://…"'),
        ("[gateway]\nkind = 'lite'", "gateway.kind: expected 'litellm', 'ai-bridge' or 'none'"),
        ("gateway = 3", "gateway: expected a table"),
        ("[kubernetes]\nnode_storage = 'df'", "kubernetes.node_storage: expected 'kubelet', 'prometheus' or 'none'"),
        ("[intervals]\nroutes_s = 0", "intervals.routes_s: expected a number greater than 0"),
        ("[intervals]\nroutes_s = nan", "intervals.routes_s: expected a finite number"),
        ("[thresholds]\nstorage_before_share = 60", "thresholds.storage_before_share: expected a number less than"),
        ("[thresholds]\ngateway_key_days = 'long'", "thresholds.gateway_key_days: expected a number"),
        (
            "[thresholds]\nstorage_live_shares = [0.9, 0.8, 0.95]",
            "thresholds.storage_live_shares: expected three shares that ascend, e.g. [0.70, 0.85, 0.95]",
        ),
        ("[thresholds]\nstorage_live_shares = [0.9]", "thresholds.storage_live_shares[2] is missing"),
        ("[images.source]\nplain_http = 'perhaps'\nreference='a'", "images.source.plain_http: expected true or false"),
        ("person = 3", "person: expected text in quotes"),
    ],
)
def test_a_wrong_key_is_named_with_what_was_expected(file: Path, text: str, wanted: str) -> None:
    found = problems(file, text)
    assert any(line.startswith(wanted) for line in found), found


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"[coder]\n{PLAIN}", "ABCDEFGHIJKLMNOPQRSTUV"),
        ('[gateway]\nurl = "https://g"\nkey = "hush-hush"', "hush-hush"),
        ('[images.mirror]\nreference = "a"\n[images.mirror.login]\nusername = "AWS"\npassword = "hush"', "hush"),
        ('[prometheus]\nbearer = "hush-hush"', "hush-hush"),
        ('[prometheus]\nurl = "https://ana:hush@host"', "hush"),
        ('[coder]\ntoken = { enw = "hush" }', "hush"),
        ('[coder]\ntoken = { env = ["hush"] }', "hush"),
        ("[coder]\ntoken = 3141592", "3141592"),
        ('[coder]\ntoken = { env = "A", file = "hush" }', "hush"),
    ],
)
def test_a_secret_in_plain_text_is_refused_and_not_repeated(file: Path, text: str, secret: str) -> None:
    found = "\n".join(problems(file, text))
    assert secret not in found
    assert found.startswith(("coder.token", "gateway.key", "images.mirror.login.password", "prometheus."))


def test_a_plain_secret_is_answered_with_the_ways_to_refer_to_one(file: Path) -> None:
    assert problems(file, f"[coder]\n{PLAIN}") == [
        'coder.token: a secret is never written here: use {env = "NAME"}, {file = "path"} or {command = [...]}'
    ]


def test_a_plain_secret_in_the_environment_is_refused_and_not_repeated(file: Path) -> None:
    (found,) = problems(file, "", WORKSHOP_TUI_CODER__TOKEN="hush-hush")
    assert found.startswith("environment variable WORKSHOP_TUI_CODER__TOKEN: a secret is never written here")
    assert "hush" not in found


def test_a_syntax_error_names_line_and_column(file: Path) -> None:
    (found,) = problems(file, "[coder]\nurl = https://ai.coder.com\n")
    assert found.startswith("not TOML: ")
    assert "line 2, column 7" in found


def test_the_environment_overrides_the_file(file: Path) -> None:
    settings = loaded(
        file,
        '[coder]\nurl = "https://file"\n[thresholds]\ngateway_key_days = 7\n',
        WORKSHOP_TUI_CODER__URL="https://environment",
        WORKSHOP_TUI_CODER__TOKEN__ENV="MY_TOKEN",
        WORKSHOP_TUI_THRESHOLDS__GATEWAY_KEY_DAYS="10",
        WORKSHOP_TUI_THRESHOLDS__STORAGE_LIVE_SHARES="[0.5, 0.6, 0.7]",
        WORKSHOP_TUI_NETWORK__NAMESERVER="[::1]:53",
        WORKSHOP_TUI_PERSON="ana",
        WORKSHOP_TUI_GUIDE_FILE="",
        OTHER_PERSON="bo",
    )
    assert str(settings.coder.url) == "https://environment/"
    assert settings.coder.token is not None
    assert settings.coder.token.env == "MY_TOKEN"
    assert settings.thresholds.gateway_key_days == 10
    assert settings.thresholds.storage_live_shares == (0.5, 0.6, 0.7)
    assert settings.network.nameserver == "[::1]:53"
    assert settings.person == "ana"
    assert settings.guide_file is None


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("WORKSHOP_TUI_CODR__URL", "https://a", ': unknown key; did you mean "coder"?'),
        ("WORKSHOP_TUI_CODER__URLL", "https://a", ': unknown key; did you mean "url"?'),
        ("WORKSHOP_TUI_INTERVALS__ROUTES_S", "soon", ": expected a number"),
        ("WORKSHOP_TUI_REGION", '[{name = "a", role = "no"}]', " ([1].role): expected 'control-plane' or 'proxy'"),
    ],
)
def test_a_wrong_variable_is_named_instead_of_the_file(file: Path, name: str, value: str, wanted: str) -> None:
    (found,) = problems(file, "", **{name: value})
    assert found.startswith("environment variable WORKSHOP_TUI_")
    assert found.endswith(wanted)


def test_relative_paths_count_from_the_file_and_a_tilde_from_home(tmp_path: Path, isolated: Path) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    settings = loaded(
        folder / "settings.toml",
        'guide_file = "guide.toml"\n[kubernetes]\nkubeconfig = "a.yaml:/etc/b.yaml"\n[network]\nca_file = "~/ca.pem"\n'
        '[coder]\ntoken = { file = "../secrets/token" }\n',
    )
    assert settings.guide_file == str(folder / "guide.toml")
    assert settings.kubernetes.kubeconfig == f"{folder / 'a.yaml'}:/etc/b.yaml"
    assert settings.network.ca_file == str(isolated / "ca.pem")
    assert settings.coder.token is not None
    assert settings.coder.token.file is not None
    assert Path(settings.coder.token.file).resolve() == (tmp_path / "secrets" / "token").resolve()


SHOWN = """
person = "ana \\"the\\\\ \\u007F one\\" ü"
[coder]
url = "https://ai.coder.com"
token = { env = "CODER_SESSION_TOKEN" }
[gateway]
kind = "litellm"
url = "https://gateway.example.org/base"
key = { file = "/run/secrets/key" }
[images.source]
reference = "ghcr.io/coder/coder-preview:latest"
plain_http = true
[thresholds]
storage_live_shares = [0.5, 0.6, 0.7]
""" + regions(2)


def test_what_is_shown_is_what_is_in_effect(file: Path, tmp_path: Path) -> None:
    settings = loaded(file, SHOWN)
    shown = show_settings(settings)
    assert loaded(tmp_path / "again.toml", shown).model_dump() == settings.model_dump()
    assert "storage_before_share = 0.6\n" in shown
    assert 'token = { env = "CODER_SESSION_TOKEN" }\n' in shown


def test_the_rehearsals_settings_survive_being_shown(file: Path, tmp_path: Path) -> None:
    settings = loaded(
        file,
        '[rehearsal]\nscenario = "calm"\nstarted_at = 2026-01-01T10:00:00Z\nshown_at = 2026-01-01T10:00:00Z\n'
        "workshop_starts_at = 2026-01-03T10:00:00Z\nspeed = 60.0\n",
    )
    assert loaded(tmp_path / "again.toml", show_settings(settings)).model_dump() == settings.model_dump()


def test_a_time_without_a_zone_is_refused(file: Path) -> None:
    text = (
        '[rehearsal]\nscenario = "calm"\nstarted_at = 2026-01-01T10:00:00\nshown_at = 2026-01-01T10:00:00Z\n'
        "workshop_starts_at = 2026-01-03T10:00:00Z\n"
    )
    (found,) = problems(file, text)
    assert found.startswith("rehearsal.started_at: ")


def test_of_a_command_that_prints_a_secret_only_the_program_is_shown(file: Path) -> None:
    settings = loaded(file, '[coder]\ntoken = { command = ["echo", "hush-hush"] }\n')
    shown = show_settings(settings)
    assert "hush" not in shown
    assert 'token = { command = ["echo", "…"] }' in shown
    tomllib.loads(shown)


@pytest.mark.parametrize(
    "reference",
    [
        '{ env = "hush-hush" }',
        '{ env = "sk-hush5678901234567890" }',
        '{ file = "hush-hush" }',
        '{ file = "/hush/Zm9vYmFyYmF6cXV4MTIz" }',
        '{ command = ["hush-hush"] }',
        '{ command = ["hush-hush", "hush"] }',
        '{ command = ["sh", "-c", "exit 3 # hush"] }',
    ],
)
def test_a_secret_put_where_its_place_belongs_is_shown_nowhere(file: Path, reference: str) -> None:
    settings = loaded(file, f"[coder]\ntoken = {reference}\n")
    assert settings.coder.token is not None
    with pytest.raises(UserError) as caught:
        settings.coder.token.read()
    shown = show_settings(settings)
    tomllib.loads(shown)
    for said in (shown, str(caught.value), repr(settings), str(settings.coder.token)):
        assert "hush" not in said
        assert "Zm9v" not in said


def test_every_threshold_says_its_unit_and_where_it_comes_from() -> None:
    rows = threshold_table(Settings().thresholds)
    assert {row.name for row in rows} == set(type(Settings().thresholds).model_fields)
    assert all(row.unit and row.origin for row in rows)
    assert not any(row.changed for row in rows)


def test_a_threshold_that_the_team_set_is_marked(file: Path) -> None:
    settings = loaded(file, "[thresholds]\ngateway_key_days = 10\nheadroom_share = 0.30\n")
    assert [row.name for row in threshold_table(settings.thresholds) if row.changed] == ["gateway_key_days"]
    assert {row.name: row.value for row in threshold_table(settings.thresholds)}["gateway_key_days"] == 10


def test_the_written_default_names_every_threshold_with_its_origin() -> None:
    text = default_text()
    for row in threshold_table(Settings().thresholds):
        assert f"# {row.unit}; {row.origin}\n# {row.name} = " in text
