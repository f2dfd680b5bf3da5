"""The prompt of one variant: the messages of a request, what never changes first, for the provider's prompt cache."""

from __future__ import annotations

import json

from answerable.answering.prompting.client_messages import Mapped, map_messages
from answerable.answering.prompting.files import FileLoader, Loaded, load_files
from answerable.answering.prompting.inputs import check_input
from answerable.answering.runs import Work
from answerable.apps.content import PromptExample, VariantContent
from answerable.apps.templates.template import PromptTemplate
from answerable.core.errors import InvalidInput
from answerable.llm.types import Message


class AppPrompt:
    """Ready to render: the template compiled, and the examples as turns of user and assistant."""

    def __init__(self, content: VariantContent, *, files: FileLoader) -> None:
        self._declared = content.input
        self._template = PromptTemplate.compile(content.prompt)
        self._files = files
        self._examples: tuple[Message, ...] = ()

    @classmethod
    async def prepare(cls, content: VariantContent, *, files: FileLoader) -> AppPrompt:
        """Compile the template and render the examples. Raises SetupError for a prompt that cannot work."""
        prompt = cls(content, files=files)
        turns = [turn for example in content.prompt.examples for turn in await prompt._show(example)]
        prompt._examples = tuple(turns)
        return prompt

    async def build(self, work: Work) -> tuple[Message, ...]:
        """Return system, the client's system, examples, history, and the question.

        Raises InvalidInput for everything about the input that is wrong, and what loading its files raises.
        """
        request = work.request
        mapped = map_messages(self._declared, request.messages) if request.messages else Mapped()
        values = check_input(self._declared, {**mapped.input, **request.input})
        loaded = await load_files(self._declared, values, self._files)
        question = mapped.question or self._ask(loaded)
        system = self._template.render("system", loaded.values)
        return (
            *(Message("system", text) for text in (system, mapped.system) if text),
            *self._examples,
            *work.history,
            *mapped.history,
            question,
        )

    async def _show(self, example: PromptExample) -> tuple[Message, Message]:
        output = example.output
        answer = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
        values = check_input(self._declared, example.input)
        question = self._ask(await load_files(self._declared, values, self._files))
        return question, Message("assistant", answer)

    def _ask(self, loaded: Loaded) -> Message:
        """Return the user's message: the template's, else the only text that the app declares."""
        if "user" in self._template.blocks:
            return Message("user", self._template.render("user", loaded.values), loaded.images)
        texts = [name for name, field in self._declared.items() if field.type == "string"]
        if len(texts) != 1:
            raise InvalidInput(
                "This app has no question of its own: it takes chat messages.",
                hint="Send them to POST /v1/chat/completions.",
                code="needs_messages",
            )
        return Message("user", loaded.values[texts[0]], loaded.images)
