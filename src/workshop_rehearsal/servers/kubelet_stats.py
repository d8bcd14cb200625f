"""`stats/summary` of one node, from what its disk and pods hold at this moment."""

from __future__ import annotations

from typing import Any

from workshop_rehearsal.servers import stamp
from workshop_rehearsal.world.cpu_time import BUSY_SHARE
from workshop_rehearsal.world.objects import GIB, Node, Pod
from workshop_rehearsal.world.world import World

IMAGE_DISK_BYTES = 100 * GIB
IMAGE_DISK_USED_SHARE = 0.96
"""Of a disk of its own for images."""


def stats_summary(node: Node, world: World, *, has_full_image_disk: bool) -> dict[str, Any]:
    """Images lie on the same disk as everything else, unless they have a full one of their own."""
    now_s = world.timeline.now_s
    time = stamp.seconds(world.now)
    capacity = node.capacity
    used = min(int(node.usage.bytes_at(now_s)), capacity.storage_bytes)
    disk = {
        "time": time,
        "availableBytes": capacity.storage_bytes - used,
        "capacityBytes": capacity.storage_bytes,
        "usedBytes": used,
        "inodesFree": 41_000_000,
        "inodes": 41_943_040,
        "inodesUsed": 943_040,
    }
    image_disk = disk
    if has_full_image_disk:
        image_used = int(IMAGE_DISK_BYTES * IMAGE_DISK_USED_SHARE)
        image_disk = {
            **disk,
            "availableBytes": IMAGE_DISK_BYTES - image_used,
            "capacityBytes": IMAGE_DISK_BYTES,
            "usedBytes": image_used,
        }
    running = [pod for pod in node.pods.values() if pod.started_s is not None]
    memory = used_memory_bytes(node)
    return {
        "node": {
            "nodeName": node.name,
            "startTime": stamp.seconds(world.moment(node.created_s)),
            "cpu": {"time": time, "usageNanoCores": int(node.cpu.millicores * BUSY_SHARE * 1e6)},
            "memory": {
                "time": time,
                "workingSetBytes": memory,
                "availableBytes": capacity.memory_bytes - memory,
            },
            "fs": disk,
            "runtime": {"imageFs": image_disk, "containerFs": image_disk},
            "rlimit": {"time": time, "maxpid": 4_194_304, "curproc": 900},
        },
        "pods": [_pod(pod, node, world, time) for pod in running],
    }


def used_memory_bytes(node: Node) -> int:
    asked = sum(pod.template.requests.memory_bytes for pod in node.pods.values() if pod.started_s is not None)
    return int(asked * BUSY_SHARE)


def _pod(pod: Pod, node: Node, world: World, time: str) -> dict[str, Any]:
    used = int(pod.usage.bytes_at(world.timeline.now_s))
    return {
        "podRef": {"name": pod.name, "namespace": pod.namespace, "uid": pod.uid},
        "startTime": stamp.seconds(world.moment(pod.started_s or 0.0)),
        "containers": [
            {
                "name": pod.template.container,
                "rootfs": {"time": time, "usedBytes": used // 10},
                "logs": {"time": time, "usedBytes": 20_480},
            }
        ],
        "ephemeral-storage": {
            "time": time,
            "usedBytes": used,
            "capacityBytes": node.capacity.storage_bytes,
            "inodesUsed": 9,
        },
    }
