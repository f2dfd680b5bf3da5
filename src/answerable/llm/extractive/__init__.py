"""The offline model: answers with sentences quoted from the sources, and abstains when none fits."""
