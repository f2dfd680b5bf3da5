"""Sums of what runs came to, by minute, hour and day, so that nobody adds up traces to draw a chart."""
