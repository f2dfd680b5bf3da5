"""Examples made up from documents: by templates, or by what a model wrote."""
