"""Files on their way to a model: checked by their content, made small, and stripped of all but their picture."""
