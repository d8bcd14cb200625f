"""A region's pods as its collector would hand them over."""

from __future__ import annotations

from collections.abc import Iterable

from workshop_tui.model.kinds import PODS
from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.pods import Pods, workspace_rule
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Namespaces, Selectors


def region_pods(pods: Iterable[Pod]) -> Pods:
    """By the default namespaces and selectors."""
    selectors = Selectors()
    rule = workspace_rule(Namespaces().workspaces, selectors.workspaces, selectors.server, selectors.provisioners)
    return Pods.of(pods, rule)


def as_read(kind: SourceKind[object], items: object) -> object:
    """Pods become what a reading of pods holds; all else stays."""
    return region_pods(items) if kind is PODS and not isinstance(items, Pods) else items
