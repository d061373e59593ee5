"""Services in this process over a real broker: the corpus, recovery, and what the broker gets to see."""
