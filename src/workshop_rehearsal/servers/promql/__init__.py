"""The query language of the rehearsal's Prometheus, and the samples that it is asked about."""
