"""The Secrets with which images are pulled are there.

What: Takes the pull secrets that the pods of the server and of workspaces name, and looks whether each exists in its
namespace, by its metadata alone. One that does not exist fails; without the optional right to get it: unknown, with the
right that is missing. Where no pod names one there is nothing to judge.

Why: A cluster starts a pod whose pull secret is gone, and only then finds that it may not pull: a node that does not
hold the image leaves the workspace in ImagePullBackOff.

Fix: Create the Secret again from a login to the registry.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PULL_SECRETS
from workshop_tui.model.kubernetes_secret import PullSecret
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    contexts = {region.name: region.context for region in settings.region}
    for region, found in facts.by_region(PULL_SECRETS).items():
        if not found.secrets:
            message = f"none of {found.pod_count} pods names a pull secret"
            yield Finding("pull secrets", Outcome.NOT_APPLICABLE, message, region)
        for secret in found.secrets:
            yield _judge_one(secret, region, contexts.get(region))


def _judge_one(secret: PullSecret, region: str, context: str | None) -> Finding:
    metadata = secret.metadata
    subject = f"{metadata.namespace}/{metadata.name}"
    evidence = (("pods that name it", str(secret.pod_count)),)
    if metadata.trouble:
        message = f"{metadata.trouble}, or set kubernetes.pull_secrets = false"
        return Finding(subject, Outcome.UNKNOWN, message, region, evidence)
    if metadata.missing:
        command = (
            f"kubectl --context {context} -n {metadata.namespace} create secret docker-registry {metadata.name} "
            "--from-file=.dockerconfigjson=$HOME/.docker/config.json"
        )
        remedy = Remedy("Sign in to the registry, and create it again from that login.", command)
        message = f"it does not exist, {secret.pod_count} {'pods name' if secret.pod_count > 1 else 'pod names'} it"
        return Finding(subject, Outcome.FAIL, message, region, evidence, remedy)
    return Finding(subject, Outcome.PASS, "it exists", region, evidence)


CHECK = Check(
    id="pull-secrets-present",
    title="The Secrets with which images are pulled are there",
    needs=(PULL_SECRETS,),
    judge=judge,
)
