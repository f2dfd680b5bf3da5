"""Follow-ups resolved by rule: pronouns and ellipses, in English and German, without a model."""
