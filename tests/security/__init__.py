"""Tests of who may know what, over more than one package."""
