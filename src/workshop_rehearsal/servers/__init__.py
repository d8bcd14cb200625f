"""One module per protocol that shows the simulated world on loopback."""
