"""What users asked of late: from what they asked next follows what they thought of an answer."""
