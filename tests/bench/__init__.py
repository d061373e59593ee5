"""What `make bench` measures. Figures go into docs/, never into a test."""
