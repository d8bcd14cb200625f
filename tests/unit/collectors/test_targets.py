from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.api_server import cluster_of, page, pod, status
from fakes.coder_rights import CoderFor
from fakes.http_clients import ORDINARY, SECRET, opened, settings_for
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_accounts import CoderAccounts
from workshop_tui.clients.coder_own import CoderOwn
from workshop_tui.clients.kubernetes import Cluster, Limits
from workshop_tui.collectors.coder_targets import CoderTargetsSource
from workshop_tui.collectors.credits import CreditsSource
from workshop_tui.collectors.region_targets import RegionTargetsSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.sign_in import Credits
from workshop_tui.model.target import Target
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

SPACES = {"server": "coder", "provisioners": ["coder"], "workspaces": ["coder-ws"], "gateway": "litellm"}
LABELS = {"server": "app=coder", "provisioners": "app=provisioner", "workspaces": "app=workspace"}


def region(**more: object) -> Region:
    return Region.model_validate(
        {
            "name": "ohio",
            "role": "control-plane",
            "context": CONTEXT,
            "namespaces": SPACES,
            "selectors": LABELS,
            **more,
        }
    )


def healthy(asked: Asked) -> Says:
    if asked.path == "/version":
        return Says(200, b'{"major": "1", "gitVersion": "v1.36"}')
    if asked.path.endswith("/pods"):
        return page() if asked.query.get("labelSelector") == "app=workspace" else page(pod("one"))
    return Says(200, json.dumps({"metadata": {"name": asked.path.rpartition("/")[2]}}).encode())


def but(path: str, says: Callable[[Asked], Says]) -> Answer:
    return lambda asked: says(asked) if asked.path == path else healthy(asked)


async def found(answer: Answer, directory: Path, *, has_gateway: bool = True, **more: object) -> dict[str, Target]:
    """By `setting = named`."""
    async with cluster_of(answer, directory, limits=Limits(silence_s=0.5)) as (cluster, _):
        source = RegionTargetsSource(cluster, ORDINARY, region(**more), has_gateway)
        return {f"{one.setting} = {one.named}": one for one in await source.collect()}


def states(targets: dict[str, Target]) -> dict[str, bool | None]:
    return {name: target.there for name, target in targets.items()}


ALL = [
    f"context = {CONTEXT}",
    "namespaces.server = coder",
    "namespaces.provisioners = coder",
    "namespaces.workspaces = coder-ws",
    "namespaces.gateway = litellm",
    "selectors.server = app=coder",
    "selectors.provisioners = app=provisioner",
    "selectors.workspaces = app=workspace",
]


async def test_everything_that_the_settings_name_is_looked_for(tmp_path: Path) -> None:
    assert states(await found(healthy, tmp_path)) == dict.fromkeys(ALL, True)


async def test_of_a_proxy_neither_provisioners_nor_the_gateway_are_expected(tmp_path: Path) -> None:
    here = await found(healthy, tmp_path, role="proxy", has_gateway=False)
    assert list(here) == [name for name in ALL if "provisioner" not in name and "gateway" not in name]
    assert "namespaces.gateway = litellm" not in await found(healthy, tmp_path, has_gateway=False)


async def test_a_namespace_that_is_gone_is_missing_and_not_just_empty(tmp_path: Path) -> None:
    gone = but("/api/v1/namespaces/coder-ws", lambda _: status(404, 'namespaces "coder-ws" not found'))
    here = await found(gone, tmp_path)
    assert [name for name, there in states(here).items() if not there] == ["namespaces.workspaces = coder-ws"]
    assert here["namespaces.workspaces = coder-ws"].said == "there is no such namespace"


@pytest.mark.parametrize(("pods", "there"), [((pod("one"),), True), ((), None)])
async def test_without_the_right_to_see_a_namespace_a_pod_in_it_proves_it(
    pods: tuple[object, ...], there: bool | None, tmp_path: Path
) -> None:
    def answer(asked: Asked) -> Says:
        if asked.path == "/api/v1/namespaces/coder-ws":
            return status(403, 'namespaces "coder-ws" is forbidden')
        if asked.path == "/api/v1/namespaces/coder-ws/pods" and not asked.query.get("labelSelector"):
            return page(*pods)
        return healthy(asked)

    target = (await found(answer, tmp_path))["namespaces.workspaces = coder-ws"]
    assert target.there is there
    assert there or "forbidden" in target.said


async def test_labels_that_no_server_has_are_missing_and_workspaces_may_come_later(tmp_path: Path) -> None:
    here = await found(lambda asked: page() if asked.path.endswith("/pods") else healthy(asked), tmp_path)
    assert [name for name, there in states(here).items() if not there] == [
        "selectors.server = app=coder",
        "selectors.provisioners = app=provisioner",
    ]
    assert here["selectors.server = app=coder"].said == "no pod has these labels in coder"
    assert here["selectors.workspaces = app=workspace"].there is True


async def test_where_a_list_of_pods_says_nothing_it_is_not_known_whether_one_is_there(tmp_path: Path) -> None:
    silent = Says(200, b'{"kind": "PodList", "items": null}')
    here = await found(lambda asked: silent if asked.path.endswith("/pods") else healthy(asked), tmp_path)
    assert here["selectors.server = app=coder"].there is None
    assert "comes without items" in here["selectors.server = app=coder"].said


async def test_labels_that_cannot_be_read_are_missing_even_where_none_is_expected(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        wrong = asked.query.get("labelSelector") == "app=workspace"
        return status(400, "unable to parse requirement") if wrong else healthy(asked)

    assert (await found(answer, tmp_path))["selectors.workspaces = app=workspace"].there is False


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (Says(200, b"<!doctype html>"), "web page"),
        (Says(500), "answers with 500"),
        (Says(401), "refuses the credentials"),
        (None, "did not answer in time"),
    ],
)
async def test_a_cluster_that_does_not_answer_leaves_all_unknown_and_one_reason(
    says: Says | None, kind: str, tmp_path: Path
) -> None:
    here = await found(lambda _: says, tmp_path)
    assert states(here) == dict.fromkeys(ALL, None)
    assert kind in here[f"context = {CONTEXT}"].said
    assert {one.said for name, one in here.items() if "context" not in name} == {"its context does not answer"}


async def test_a_context_that_is_not_in_the_kubeconfig_is_missing(tmp_path: Path) -> None:
    cluster = Cluster(write_kubeconfig(tmp_path, "http://127.0.0.1:9"), "nowhere")
    targets = await RegionTargetsSource(cluster, ORDINARY, region(context="nowhere"), has_gateway=True).collect()
    assert targets[0].there is False
    assert "nowhere" in targets[0].said
    assert {target.there for target in targets[1:]} == {None}


async def test_names_are_looked_up_also_where_no_cluster_is_named() -> None:
    plain = region(context=None, domain="localhost", wildcard="*.does-not-exist.invalid")
    targets = await RegionTargetsSource(None, ORDINARY, plain, has_gateway=False).collect()
    assert [(one.setting, one.named, one.there) for one in targets] == [
        ("domain", "localhost", True),
        ("wildcard", "*.does-not-exist.invalid", False),
    ]
    assert "does not resolve" in targets[1].said


TEMPLATES: list[dict[str, object]] = [
    {"id": "t-1", "name": "goose", "organization_name": "coder", "deprecated": False},
    {"id": "t-2", "name": "old", "organization_name": "coder", "deprecated": True},
    {"id": "t-3", "name": "elsewhere", "organization_name": "demo"},
]


async def coder_targets(
    directory: Path,
    templates: Says | None = None,
    organizations: Says | None = None,
    names: tuple[str, ...] = ("goose",),
    coder: dict[str, object] | None = None,
    roles: tuple[str, ...] = ("owner",),
) -> dict[str, tuple[bool | None, str]]:
    def answer(asked: Asked) -> Says:
        """As Coder since 2.23: deprecated templates are listed only when they are asked for."""
        if asked.path.endswith("/authcheck"):
            return CoderFor(roles).answer(asked)
        if asked.path.endswith("/templates"):
            deprecated = asked.query.get("q") == "deprecated:true"
            shown = [one for one in TEMPLATES if bool(one.get("deprecated")) is deprecated]
            return templates or Says(200, json.dumps(shown).encode())
        return organizations or Says(200, json.dumps([{"id": "o-1", "name": "coder", "is_default": True}]).encode())

    async with loopback(answer) as server:
        url = f"http://{server.host}"
        (directory / "secret").write_text(SECRET)
        token = {"file": str(directory / "secret")}
        smoke = {"target": [{"region": "ohio", "template": name} for name in names]}
        settings = Settings.model_validate({"coder": {"url": url, "token": token, **(coder or {})}, "smoke": smoke})
        async with opened(CoderClient, settings) as client, opened(CoderOwn, settings) as own:
            targets = await CoderTargetsSource(client, own, settings).collect()
    return {f"{one.setting} = {one.named}": (one.there, one.said) for one in targets}


async def test_templates_and_organisations_that_the_settings_name_are_looked_for(tmp_path: Path) -> None:
    here = await coder_targets(
        tmp_path,
        names=("goose", "old", "elsewhere", "none", "goose"),
        coder={"organizations": ["Coder", "gone"], "provisioners": {"coder": 2, "lost": 1}},
    )
    assert here == {
        "coder.provisioners = lost": (False, "Coder shows no such organisation"),
        "coder.provisioners = coder": (True, ""),
        "coder.organizations = gone": (False, "Coder shows no such organisation"),
        "coder.organizations = Coder": (True, ""),
        "smoke.target.template = goose": (True, ""),
        "smoke.target.template = old": (False, "it is deprecated: nobody can start it"),
        "smoke.target.template = elsewhere": (False, "it is of demo, which coder.organizations does not name"),
        "smoke.target.template = none": (False, "Coder shows no such template"),
    }


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (Says(403), "the token lacks a right"),
        (Says(404), "check the address and the token's rights"),
        (Says(200, b"<html>"), "web page"),
        (Says(200, b"5"), "does not answer as expected"),
    ],
)
async def test_one_list_that_cannot_be_read_leaves_the_other_to_be_judged(
    says: Says, words: str, tmp_path: Path
) -> None:
    here = await coder_targets(tmp_path, templates=says)
    assert here["smoke.target.template = goose"][0] is None
    assert words in here["smoke.target.template = goose"][1]
    assert here == {"smoke.target.template = goose": here["smoke.target.template = goose"]}


async def test_what_a_token_may_not_see_is_unknown_and_not_missing(tmp_path: Path) -> None:
    here = await coder_targets(
        tmp_path, names=("goose", "none"), coder={"organizations": ["coder", "gone"]}, roles=("member",)
    )
    assert {name: there for name, (there, _) in here.items()} == {
        "coder.organizations = gone": None,
        "coder.organizations = coder": True,
        "smoke.target.template = goose": True,
        "smoke.target.template = none": None,
    }
    assert "the role Owner or Template Admin has that right" in here["smoke.target.template = none"][1]


@pytest.mark.parametrize(
    ("named", "there", "said"),
    [
        ([], False, "it is in coder, demo: name one in coder.organizations"),
        (["demo"], True, ""),
        (["demo", "coder"], True, ""),
        (["coder"], False, "it is deprecated: nobody can start it"),
    ],
)
async def test_a_template_of_two_organisations_is_that_of_the_first_that_is_named(
    named: list[str], there: bool, said: str, tmp_path: Path
) -> None:
    twice = [{**TEMPLATES[0], "id": "t-8", "organization_name": "demo"}, {**TEMPLATES[0], "deprecated": True}]
    both = json.dumps([{"id": "o-1", "name": "coder"}, {"id": "o-2", "name": "demo"}]).encode()
    here = await coder_targets(
        tmp_path, Says(200, json.dumps(twice).encode()), Says(200, both), coder={"organizations": named}
    )
    assert here["smoke.target.template = goose"] == (there, said)


async def credits_of(
    directory: Path, account: str, quota: Says, wanted: str | None = None
) -> tuple[Credits, list[Asked]]:
    def answer(asked: Asked) -> Says:
        if asked.path.endswith("/organizations"):
            return Says(200, json.dumps([{"id": "o-1", "name": "coder", "is_default": True}]).encode())
        if asked.path.endswith("/users"):
            users = [{"id": "u-2", "username": "x", "email": "other@x.test"}]
            users += [{"id": "u-7", "username": "guest", "email": "Guest@X.test"}]
            return Says(200, json.dumps({"users": users, "count": 2}).encode())
        return quota

    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory)
        async with opened(CoderClient, settings) as coder, opened(CoderAccounts, settings) as accounts:
            return await CreditsSource(coder, accounts, wanted, account).collect(), server.asked


@pytest.mark.parametrize(("account", "user"), [("guest", "guest"), ("guest@x.test", "u-7"), ("a/b", "a%2Fb")])
async def test_the_quota_of_the_test_account_is_asked_in_the_workshops_organisation(
    account: str, user: str, tmp_path: Path
) -> None:
    told, asked = await credits_of(tmp_path, account, Says(200, b'{"credits_consumed": 3, "budget": 40}'))
    assert told == Credits("coder", 3, 40)
    assert asked[-1].path == f"/api/v2/organizations/o-1/members/{user}/workspace-quota"


async def test_a_coder_without_quotas_limits_nobody(tmp_path: Path) -> None:
    told, _ = await credits_of(tmp_path, "guest", Says(404, b'{"message": "Route not found."}'))
    assert told == Credits("coder", 0, -1)


@pytest.mark.parametrize(
    ("account", "quota", "wanted", "kind"),
    [
        ("guest", Says(404, b'{"message": "Resource not found"}'), None, ErrorKind.NOT_FOUND),
        ("guest", Says(403), None, ErrorKind.FORBIDDEN),
        ("guest", Says(200, b'{"budget": 5}'), None, ErrorKind.MALFORMED),
        ("nobody@x.test", Says(), None, ErrorKind.NOT_FOUND),
        ("guest", Says(), "gone", ErrorKind.NOT_FOUND),
    ],
)
async def test_a_quota_that_is_hidden_is_no_quota_without_limit(
    account: str, quota: Says, wanted: str | None, kind: ErrorKind, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        await credits_of(tmp_path, account, quota, wanted)
    assert caught.value.kind is kind
