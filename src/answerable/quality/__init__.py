"""What crosses records in the quality loop: feedback to trace, trace to queue, annotation to example."""
