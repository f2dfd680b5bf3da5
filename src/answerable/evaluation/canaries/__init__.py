"""Models held against what they were: a set of questions that is asked again and again."""
