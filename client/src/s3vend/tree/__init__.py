"""What lies on this machine's disk, and which names fit there; no network."""
