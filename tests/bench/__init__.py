"""What `make bench` measures. Figures go into docs/performance.md and docs/reliability.md, never into a test."""
