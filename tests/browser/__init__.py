"""Every page as people meet it: in a real browser, with a territory that has lived behind it."""
