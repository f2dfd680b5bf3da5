"""Speed, memory and quality, as ratios of one run. `make bench` runs them all; each writes benchmarks/results."""
