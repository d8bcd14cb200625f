"""The team's monitoring: Prometheus, Alertmanager, and what they must hold."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from workshop_tui.settings.gateway import ObjectName
from workshop_tui.settings.secret_reference import SecretReference
from workshop_tui.settings.section import Address, Section
from workshop_tui.settings.toml_file import PathText


class Monitoring(Section):
    """Where a server of the monitoring is, and how to sign in there."""

    url: Address | None = None
    username: str | None = None
    password: SecretReference | None = None
    bearer: SecretReference | None = None
    allow_plain_http: bool = False
    """Send the password or token without TLS to another host than this machine: whoever is on the way can read it."""
    tenant: str | None = None
    """Sent as `X-Scope-OrgID`."""


class Series(Section):
    """What the team's monitoring must hold."""

    name: str
    selector: str
    """PromQL that selects series, e.g. `node_filesystem_avail_bytes{mountpoint="/"}`."""


class WantedAlert(Section):
    danger: str
    names: tuple[str, ...]
    """Of alerting rules that warn of it; `*` stands for anything, case does not matter."""

    def fits(self, name: str) -> bool:
        return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in self.names)


class Prometheus(Monitoring):
    region_label: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """Label that tells regions apart, e.g. `cluster`; without one everything belongs to the control plane's region."""
    regions: dict[str, str] = Field(default_factory=dict)
    """Value of that label -> name of our region, where the two differ."""
    series: tuple[Series, ...] = (
        Series(name="ephemeral storage per node", selector="node_filesystem_avail_bytes"),
        Series(name="Coder's own metrics", selector="coderd_provisionerd_num_daemons"),
    )
    alert: tuple[WantedAlert, ...] = (
        WantedAlert(
            danger="storage",
            names=("*ephemeral*storage*", "*node*storage*", "*filesystem*space*", "*disk*full*", "*disk*pressure*"),
        ),
        WantedAlert(
            danger="failure rate",
            names=("*workspace*fail*", "*workspace*restart*", "*build*fail*", "*crashloop*", "*evict*"),
        ),
        WantedAlert(danger="key expiry", names=("*key*expir*", "*credential*expir*", "*token*expir*")),
    )
    rules_namespace: ObjectName | None = None
    """In the control plane's cluster: where Prometheus' operator takes `PrometheusRule`s from; default: no operator."""
    rules_labels: dict[str, str] = Field(default_factory=dict)
    """That the operator's `ruleSelector` wants of them, e.g. `release`."""
    key_metric_file: PathText | None = None
    """Where a node exporter of this machine collects text files, e.g. `/var/lib/node_exporter/workshop.prom`."""


class Alertmanager(Monitoring):
    receivers: tuple[str, ...] = ()
    """Names of those that must exist: where the team looks during the workshop."""
