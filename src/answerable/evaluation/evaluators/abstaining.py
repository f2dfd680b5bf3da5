"""Whether an output declines to answer."""

from __future__ import annotations

import re
from typing import Final

from answerable.evaluation.types import Output
from answerable.llm.abstention import is_abstention

_LONGEST: Final = 400
"""Characters up to which a text may be a refusal in words of its own: a longer one says something as well."""
_REFUSAL = re.compile(
    r"""^\W*(?:(?:i[’']?m\ |i\ am\ )?(?:sorry|afraid)\W+(?:but\ |that\ )?|unfortunately\W+|leider\W+)?(?:
    i\ (?:do\ not|don[’']t|did\ not|didn[’']t)\ (?:know|have\ (?:any\ |enough\ |that\ )?information)
    |i(?:\ cannot|\ can\ not|\ can[’']t|\ could\ not|\ couldn[’']t|(?:\ am|[’']m)\ (?:unable|not\ able)\ to)
      \ (?:answer|help|find|assist|provide|say|tell|determine)
    |(?:there\ is\ )?(?:no|not\ enough|insufficient)\ (?:relevant\ )?information
    |(?:the|these|this)\ (?:provided\ |given\ )?(?:sources?|passages?|documents?|context|texts?|information)
      \ (?:provided\ |given\ )?(?:do(?:es)?\ not|don[’']t|doesn[’']t)
    |(?:das\ )?weiß\ ich\ (?:leider\ )?nicht|ich\ weiß\ (?:das\ |es\ )?(?:leider\ )?nicht
    |(?:ich\ kann|kann\ ich)\ (?:(?:das|dir|ihnen|diese\ frage)\ )*(?:leider\ )?nicht\ (?:beantworten|sagen|helfen)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def has_abstained(output: Output) -> bool:
    """Whether the target says that it abstains, its text is the agreed sentence, or there is nothing in the output.

    A target that tells whether it abstained is believed. Of one that does not, a short text that begins as refusals do
    in English or German is one: `I don't know`, `Sorry, but I cannot answer`, `The context does not mention`.
    """
    if not output.text.strip() and output.data is None and not output.tool_calls:
        return True
    if output.abstained is not None:
        return output.abstained or is_abstention(output.text)
    return is_abstention(output.text) or (len(output.text) <= _LONGEST and bool(_REFUSAL.match(output.text)))
