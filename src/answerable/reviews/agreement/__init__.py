"""How far annotators agree: Cohen's and Fleiss' kappa, Krippendorff's alpha, with intervals."""
