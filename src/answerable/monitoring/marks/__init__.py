"""Moments that explain a change in a chart: moved labels, new variants, deployed versions."""
