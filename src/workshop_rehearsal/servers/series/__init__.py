"""What the targets of the rehearsal's Prometheus say, from the world as it is."""
