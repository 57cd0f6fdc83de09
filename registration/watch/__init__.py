"""What those who keep the service running must see: figures for Prometheus, and a nightly look at every promise."""
