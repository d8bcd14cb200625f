"""The rehearsal platform: a simulated workshop platform on loopback that speaks the real protocols."""
