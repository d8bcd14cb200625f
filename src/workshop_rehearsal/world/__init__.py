"""The deterministic simulation: people, builds, pods, nodes, keys and images; no sockets, no wall time."""
