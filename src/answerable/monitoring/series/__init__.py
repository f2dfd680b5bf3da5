"""What the charts show: buckets of a range, in the reader's time zone, with percentiles."""
