"""`workshop-tui alert-rules`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.opening import clock_of, needed_settings
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say
from workshop_tui.errors import SourceError, UserError
from workshop_tui.redaction import mask
from workshop_tui.system.whole_file import FOR_ALL, write_whole

if TYPE_CHECKING:
    from workshop_tui.model.gateway import GatewayKey
    from workshop_tui.settings.monitoring import WantedAlert
    from workshop_tui.settings.settings import Settings


@click.command("alert-rules")
@store_options
@click.option("--operator", "for_operator", is_flag=True, help="As PrometheusRule objects, for Prometheus' operator.")
@click.option("--namespace", metavar="NAME", help="Of those objects.  [default: prometheus.rules_namespace]")
@click.option("--all", "every", is_flag=True, help="Also those that Prometheus has already; it is not asked then.")
@click.option(
    "--key-metric",
    "metric_file",
    type=click.Path(dir_okay=False),
    help="Write instead when the gateway's key ends, for a node exporter's textfile collector; run it every hour.",
)
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    namespace: str | None,
    metric_file: str | None,
    *,
    for_operator: bool,
    every: bool,
) -> int:
    """Print alerting rules for the dangers of prometheus.alert that no rule of Prometheus warns of yet.

    Exit codes: 0 done, 1 for one danger no rule is known (or the key cannot be read), 2 wrong use or settings.
    """
    config, _ = given(context, config_path, database_path)
    settings = needed_settings(config)
    if metric_file is not None:
        return _write_key_metric(settings, Path(metric_file))
    from workshop_tui.report.alert_rules import Operator, group_for, rule_file, rule_objects  # noqa: PLC0415

    space = namespace or settings.prometheus.rules_namespace
    if for_operator and space is None:
        raise UserError("an operator takes rules from a namespace: give --namespace or set prometheus.rules_namespace")
    try:
        wanted = settings.prometheus.alert if every else event_loop.run(_missing(settings))
    except SourceError as error:
        raise UserError(f"{error.message}; --all prints every rule without asking") from None
    groups = {one.danger: group_for(one, settings) for one in wanted}
    found = [group for group in groups.values() if group is not None]
    unknown = [danger for danger, group in groups.items() if group is None]
    for danger in unknown:
        say(f"no rule for {danger} is known here: write it, or leave it out of prometheus.alert", err=True)
    if not wanted:
        say("a rule warns of every danger already", err=True)
    if found and for_operator and space is not None:
        say(rule_objects(found, Operator(space, settings.prometheus.rules_labels)), nl=False)
    elif found:
        say(rule_file(found), nl=False)
    return 1 if unknown else 0


async def _missing(settings: Settings) -> tuple[WantedAlert, ...]:
    from workshop_tui.clients.network import Network  # noqa: PLC0415  # loads the clients
    from workshop_tui.clients.prometheus import PrometheusClient  # noqa: PLC0415

    client = PrometheusClient(settings, Network(settings))
    try:
        names = [rule.name for _, rule in await client.alert_rules()]
    finally:
        await client.close()
    return tuple(wanted for wanted in settings.prometheus.alert if not any(wanted.fits(name) for name in names))


def _write_key_metric(settings: Settings, file: Path) -> int:
    """Where the key cannot be read the file goes: a date that nobody confirms must not stay."""
    from workshop_tui.model.gateway import KeyState  # noqa: PLC0415
    from workshop_tui.report.alert_rules import key_metric  # noqa: PLC0415

    try:
        key = event_loop.run(_key(settings))
        trouble = "" if key.state is KeyState.VALID else f"the gateway's key is {key.state.value}"
    except SourceError as error:
        key, trouble = None, error.message
    try:
        if key is None or trouble:
            file.unlink(missing_ok=True)
            say(f"{mask(trouble)}: {file} is removed", err=True)
            return 1
        write_whole(file, key_metric(key, clock_of(settings).now()).encode(), mode=FOR_ALL)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from None
    return 0


async def _key(settings: Settings) -> GatewayKey:
    from workshop_tui.clients.litellm import LiteLLMClient  # noqa: PLC0415  # loads the clients
    from workshop_tui.clients.network import Network  # noqa: PLC0415
    from workshop_tui.collectors.gateway_key import GatewayKeySource  # noqa: PLC0415
    from workshop_tui.settings.gateway import GatewayKind  # noqa: PLC0415

    if settings.gateway.kind is not GatewayKind.LITELLM:
        raise UserError('no gateway with keys that end is configured: set gateway.kind = "litellm"')
    client = LiteLLMClient(settings, Network(settings))
    try:
        return await GatewayKeySource(client, settings.intervals.monitoring_s).collect()
    finally:
        await client.close()
