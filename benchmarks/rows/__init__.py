"""The rows of the table of numbers, a file for each part of the product."""
