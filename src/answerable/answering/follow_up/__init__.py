"""What a question that goes on from an earlier one means."""
