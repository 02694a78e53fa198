"""Simulation of how often the intervals of estimated shares hold the true ones."""
