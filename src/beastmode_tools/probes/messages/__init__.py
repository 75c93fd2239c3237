"""What probes answer, as classes that both sides import: the probe makes them, and whoever asked reads them again."""
