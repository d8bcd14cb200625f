"""What a whole pod asks for and may use, as the scheduler counts it: with sidecars, init containers and overhead."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workshop_tui.model.kubernetes import Amounts, Container, Pod

LIMIT_FIELDS = {
    "cpu": "cpu_limit_cores",
    "memory": "memory_limit_bytes",
    "ephemeral-storage": "ephemeral_storage_limit_bytes",
}
"""By the names that Kubernetes gives them."""

Value = Callable[[Container], float | None]


def whole(pod: Pod, value: Value, of_pod: float | None, overhead: float | None) -> float | None:
    """Sum over what runs at the same time, or what one init container needs with the sidecars before it, if that is
    more. None: nothing says. `of_pod`: said for the pod as a whole, which then counts instead; `overhead`: on top.
    """
    asked = of_pod if of_pod is not None else _of_containers(pod, value)
    return asked if asked is None or overhead is None else asked + overhead


def _of_containers(pod: Pod, value: Value) -> float | None:
    running = [value(one) for one in pod.containers]
    beside: float = 0
    peaks: list[float] = []
    for one in pod.init_containers:
        amount = value(one)
        if one.sidecar:
            running.append(amount)
            beside += amount or 0
        elif amount is not None:
            peaks.append(beside + amount)
    known = [amount for amount in running if amount is not None]
    if known:
        peaks.append(sum(known[1:], known[0]))
    return max(peaks, default=None)


def requested(pod: Pod) -> Amounts:
    asked, over = pod.requests or Amounts(), pod.overhead or Amounts()
    return Amounts(
        whole(pod, lambda one: one.cpu_request_cores, asked.cpu_cores, over.cpu_cores),
        _bytes(whole(pod, lambda one: one.memory_request_bytes, asked.memory_bytes, over.memory_bytes)),
        _bytes(whole(pod, lambda one: one.ephemeral_storage_request_bytes, None, over.storage_bytes)),
    )


def storage_limit_bytes(pod: Pod) -> int | None:
    over = pod.overhead.storage_bytes if pod.overhead else None
    return _bytes(whole(pod, lambda one: one.ephemeral_storage_limit_bytes, None, over))


def without_limit(pod: Pod) -> Iterator[str]:
    """Names of the resources that a container may use without end; a limit of the whole pod bounds them all."""
    level = pod.limits or Amounts()
    of_pod = {"cpu": level.cpu_cores, "memory": level.memory_bytes}
    lasting = pod.lasting_containers
    for name, field in LIMIT_FIELDS.items():
        if of_pod.get(name) is None and any(getattr(one, field) is None for one in lasting):
            yield name


def _bytes(amount: float | None) -> int | None:
    return None if amount is None else int(amount)
