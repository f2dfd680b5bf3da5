// <answerable-ask>: a question, its answer with checked citations, and what the reader thinks of it.
// No framework, no build, nothing evaluated, no markup from anywhere: every text from the server is set as text.
// Guide: docs/guides/embed.md
"use strict";

(() => {
  const NAME = "answerable-ask";
  if (customElements.get(NAME)) return;
  const HOME = document.currentScript?.src ? new URL(document.currentScript.src).origin : location.origin;
  const MAX_QUESTION = 1000;
  const MAX_COMMENT = 4000;

  const WORDS = {
    en: {
      heading: "Ask", placeholder: "Ask a question", question: "Question", send: "Send", stop: "Stop", fresh: "New conversation",
      searching: "Searching", writing: "Writing", stopped: "Stopped. What was written until then is not checked.",
      abstained: "The documents do not answer this.", ingesting: "Documents are still coming in. Ask again later.", sources: "Sources", source: "Source", close: "Close", open: "Open the document",
      supported: "supported", partial: "partly supported", unsupported: "not supported", unchecked: "not checked",
      copy: "Copy the answer", copied: "Copied.", up: "Good answer", down: "Bad answer", thanks: "Thank you.",
      comment: "What was good or bad about it?", sendComment: "Send comment", retry: "Try again",
      away: "The service cannot be reached.", late: "The feedback could not be sent.",
    },
    de: {
      heading: "Fragen", placeholder: "Stellen Sie eine Frage", question: "Frage", send: "Senden", stop: "Anhalten", fresh: "Neues Gespräch",
      searching: "Sucht", writing: "Schreibt", stopped: "Angehalten. Was bis dahin geschrieben wurde, ist nicht geprüft.",
      abstained: "Die Dokumente beantworten das nicht.", ingesting: "Es kommen noch Dokumente hinzu. Fragen Sie später noch einmal.", sources: "Quellen", source: "Quelle", close: "Schließen", open: "Dokument öffnen",
      supported: "belegt", partial: "teilweise belegt", unsupported: "nicht belegt", unchecked: "nicht geprüft",
      copy: "Antwort kopieren", copied: "Kopiert.", up: "Gute Antwort", down: "Schlechte Antwort", thanks: "Danke.",
      comment: "Was war daran gut oder schlecht?", sendComment: "Kommentar senden", retry: "Noch einmal",
      away: "Der Dienst ist nicht erreichbar.", late: "Die Rückmeldung konnte nicht gesendet werden.",
    },
  };

  const ICONS = {
    up: "M7 10v10H4V10zm3 10h7.5a2 2 0 0 0 2-1.7l1-6A2 2 0 0 0 18.5 10H14V5.5A1.5 1.5 0 0 0 12.5 4L10 10z",
    down: "M17 14V4h3v10zM14 4H6.5a2 2 0 0 0-2 1.7l-1 6A2 2 0 0 0 5.5 14H10v4.5A1.5 1.5 0 0 0 11.5 20l2.5-6z",
    copy: "M9 8h10v12H9zM5 16V4h10",
    send: "M4 12h14m-6-6 6 6-6 6",
    stop: "M7 7h10v10H7z",
  };

  const STYLE = `
    :host { color-scheme: light dark; display: block; font: inherit; line-height: 1.55;
      --_accent: var(--answerable-accent, light-dark(#1d4ed8, #9db8ff));
      --_on-accent: var(--answerable-on-accent, light-dark(#fff, #10131a));
      --_text: var(--answerable-text, light-dark(#1b1f24, #e8ebf0));
      --_muted: var(--answerable-muted, light-dark(#56606c, #a8b0bc));
      --_ground: var(--answerable-ground, light-dark(#fff, #16181d));
      --_raised: var(--answerable-raised, light-dark(#f3f5f8, #20242b));
      --_line: var(--answerable-line, light-dark(#c9d0d9, #3b424d));
      --_good: var(--answerable-good, light-dark(#1a7f37, #57c078));
      --_doubt: var(--answerable-doubt, light-dark(#9a6700, #e0b13c));
      --_bad: var(--answerable-bad, light-dark(#c62828, #ff8f86));
      --_radius: var(--answerable-radius, 10px); }
    :host([theme="light"]) { color-scheme: light; }
    :host([theme="dark"]) { color-scheme: dark; }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    .panel { display: flex; flex-direction: column; max-height: var(--answerable-height, 40rem); color: var(--_text);
      background: var(--_ground); border: 1px solid var(--_line); border-radius: var(--_radius); overflow: hidden; }
    header, form.ask { display: flex; gap: .5rem; align-items: center; padding: .6rem .8rem; }
    header { border-bottom: 1px solid var(--_line); justify-content: space-between; }
    h2 { font-size: 1rem; margin: 0; }
    .log { overflow: auto; padding: 0 .8rem; overscroll-behavior: contain; flex: 1 1 auto; }
    .log:empty { display: none; }
    .turn { padding: .8rem 0; border-bottom: 1px solid var(--_line); }
    .turn:last-child { border: 0; }
    h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
    h4 { font-size: .8rem; color: var(--_muted); margin: .6rem 0 .2rem; }
    p { margin: .3rem 0; }
    .answer { white-space: pre-wrap; overflow-wrap: anywhere; }
    .answer code { font-family: ui-monospace, monospace; font-size: .92em; background: var(--_raised); padding: 0 .2em; border-radius: 3px; }
    .note { color: var(--_muted); }
    .problem { border-inline-start: 3px solid var(--_bad); padding-inline-start: .6rem; }
    .mark { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: .22em; }
    .mark.supported { text-decoration-color: var(--_good); }
    .mark.partial { text-decoration-style: dashed; text-decoration-color: var(--_doubt); }
    .mark.unsupported { text-decoration-style: wavy; text-decoration-thickness: 1.5px; text-decoration-color: var(--_bad); }
    .mark.unchecked { text-decoration-style: dotted; text-decoration-color: var(--_muted); }
    .verdicts { display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .8rem; color: var(--_muted); list-style: none; margin: .5rem 0 0; padding: 0; }
    button { font: inherit; color: inherit; background: none; border: 1px solid transparent; border-radius: 6px; cursor: pointer; padding: .25rem .5rem; min-height: 2rem; }
    button:hover { background: var(--_raised); }
    button:focus-visible, textarea:focus-visible, a:focus-visible { outline: 2px solid var(--_accent); outline-offset: 1px; }
    button[aria-pressed="true"] { color: var(--_accent); background: var(--_raised); border-color: var(--_accent); }
    button.cite { display: inline-block; font-size: .75em; line-height: 1.3; min-height: 0; padding: .05rem .35rem; margin: 0 .1em; color: var(--_accent);
      background: var(--_raised); border-color: var(--_line); text-decoration: none; vertical-align: .15em; }
    button.main { color: var(--_on-accent); background: var(--_accent); display: grid; place-items: center; padding: .4rem .6rem; min-height: 2.4rem; }
    button.plain { border-color: var(--_line); }
    .sources { list-style: none; margin: 0; padding: 0; }
    .sources button { text-align: start; width: 100%; display: flex; gap: .5rem; overflow: hidden; }
    .sources span:last-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .sources span:first-child { color: var(--_accent); }
    .actions { display: flex; gap: .25rem; align-items: center; margin-top: .5rem; }
    form.comment { display: grid; gap: .4rem; justify-items: start; margin-top: .4rem; }
    textarea { font: inherit; color: inherit; background: var(--_raised); border: 1px solid var(--_line); border-radius: 6px; padding: .4rem .6rem; width: 100%; resize: vertical; }
    textarea::placeholder { color: var(--_muted); opacity: 1; }
    form.ask { border-top: 1px solid var(--_line); align-items: flex-end; }
    form.ask textarea { resize: none; max-height: 10rem; field-sizing: content; min-height: 2.4rem; }
    svg { width: 1.2em; height: 1.2em; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; display: block; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    [hidden] { display: none !important; }
    [popover] { position: fixed; inset: auto; margin: 0; color: var(--_text); background: var(--_ground); border: 1px solid var(--_line); border-radius: var(--_radius); padding: .8rem 1rem;
      max-width: min(34rem, 92vw); max-height: 60vh; overflow: auto; box-shadow: 0 8px 30px rgb(0 0 0 / .25); }
    .passage { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
    .passage mark { background: light-dark(#fff3b8, #5c4a00); color: inherit; }
    a { color: var(--_accent); overflow-wrap: anywhere; }
  `;
  // A constructed sheet needs no `style-src` of the page's content security policy.
  const SHEET = new CSSStyleSheet();
  SHEET.replaceSync(STYLE);

  // ---- building nodes: strings become text, never markup ----
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }
  function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(space, "path"));
    svg.firstChild.setAttribute("d", ICONS[name]);
    return svg;
  }
  function newId() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  function webAddress(uri) {
    try {
      const url = new URL(uri);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
    } catch {
      return null;
    }
  }

  // ---- the server ----
  class Problem extends Error {
    constructor(detail, hint, status, code) {
      super(detail);
      Object.assign(this, { hint, status, code });
    }
  }

  async function toProblem(response, words) {
    const body = await response.json().catch(() => ({}));
    return new Problem(body.detail || words.away, body.hint, response.status, body.code);
  }

  async function* readEvents(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        text += value;
        const frames = text.split("\n\n");
        text = frames.pop();
        for (const frame of frames) yield readFrame(frame);
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }
  function readFrame(frame) {
    const event = { name: "message", data: {} };
    for (const line of frame.split("\n")) {
      if (line.startsWith("event: ")) event.name = line.slice(7);
      else if (line.startsWith("data: ")) event.data = JSON.parse(line.slice(6));
    }
    return event;
  }

  // ---- an answer as nodes. The server counts characters by code point, and so does this. ----
  const INLINE = /\*\*([^*\n]+)\*\*|`([^`\n]+)`|\[(\d{1,3})\]/g;

  function appendInline(parent, text, passages, openSource, verdict) {
    let last = 0;
    for (const match of text.matchAll(INLINE)) {
      parent.append(text.slice(last, match.index));
      last = match.index + match[0].length;
      if (match[1] !== undefined) parent.append(make("strong", {}, match[1]));
      else if (match[2] !== undefined) parent.append(make("code", {}, match[2]));
      else parent.append(citeButton(Number(match[3]), passages, openSource, verdict));
    }
    parent.append(text.slice(last));
  }
  function citeButton(number, passages, openSource, citation) {
    const passage = passages[number - 1];
    if (!passage) return `[${number}]`;
    const label = openSource.label(number, passage, citation);
    return make("button", { type: "button", class: "cite", part: "citation", "aria-label": label, title: label, onclick: (event) => openSource(event.currentTarget, number, citation) }, String(number));
  }
  function renderAnswer(target, text, citations, passages, openSource, words) {
    const points = Array.from(text);
    const parts = document.createDocumentFragment();
    let last = 0;
    for (const citation of citations) {
      if (citation.start < last || citation.end > points.length) continue;
      appendInline(parts, points.slice(last, citation.start).join(""), passages, openSource);
      const name = words[citation.verdict] ?? "";
      const span = make("span", { class: `mark ${citation.verdict}`, part: `sentence ${citation.verdict}`, title: [name, citation.reason].filter(Boolean).join(": ") });
      appendInline(span, points.slice(citation.start, citation.end).join(""), passages, openSource, citation);
      parts.append(span);
      last = citation.end;
    }
    appendInline(parts, points.slice(last).join(""), passages, openSource);
    target.replaceChildren(parts);
  }

  class AnswerableAsk extends HTMLElement {
    static observedAttributes = ["heading", "placeholder", "lang"];
    #root = this.attachShadow({ mode: "open" });
    #conversation = newId();
    #session = null;
    #running = null;
    #at = null;

    constructor() {
      super();
      this.#root.adoptedStyleSheets = [SHEET];
    }

    connectedCallback() {
      if (!this.#root.firstChild) this.#build();
    }
    disconnectedCallback() {
      this.stop();
    }
    attributeChangedCallback() {
      if (this.#root.firstChild && !this.#running) this.#label();
    }

    get #words() {
      const language = (this.getAttribute("lang") || this.closest("[lang]")?.lang || "en").slice(0, 2);
      return WORDS[language] ?? WORDS.en;
    }
    get #server() {
      return (this.getAttribute("server") || HOME).replace(/\/+$/, "");
    }

    /** Ask a question, as if it was typed. */
    async ask(question) {
      const text = String(question).trim();
      if (!text || text.length > MAX_QUESTION || this.#running) return;
      const turn = this.#addTurn(text);
      this.#running = new AbortController();
      this.#showRunning(true);
      try {
        await this.#follow(turn, await this.#open(text));
      } catch (error) {
        if (error.name === "AbortError") this.#end(turn, this.#words.stopped, "note");
        else this.#showProblem(turn, error);
      } finally {
        this.#running = null;
        turn.answer.removeAttribute("aria-busy");
        this.#showRunning(false);
      }
    }
    /** Stop the answer that is being written. */
    stop() {
      this.#running?.abort();
    }
    /** Begin a new conversation. */
    reset() {
      this.stop();
      this.#conversation = newId();
      this.#find(".log").replaceChildren();
      this.#find("form.ask textarea").focus();
    }
    /** Return a session's token; a page may set its own function here. Called again when the server refuses one. */
    async getToken() {
      const address = this.getAttribute("session-url");
      if (!address) return this.getAttribute("token") || this.getAttribute("key");
      const response = await fetch(address, { method: "POST", headers: { Accept: "application/json" } });
      if (!response.ok) throw await toProblem(response, this.#words);
      return (await response.json()).token;
    }

    // ---- asking ----
    async #open(question) {
      for (const again of [false, true]) {
        this.#session ??= await this.getToken();
        const response = await this.#post("/ask", this.#body(question), {
          headers: this.#session ? { Authorization: `Bearer ${this.#session}` } : {},
          signal: this.#running.signal,
        });
        if (response.ok) return response.body;
        if (response.status !== 401 || again) throw await toProblem(response, this.#words);
        this.#session = null;
      }
    }
    #body(question) {
      const body = { question, stream: true, conversation_id: this.#conversation };
      for (const name of ["app", "user"]) if (this.getAttribute(name)) body[name] = this.getAttribute(name);
      return body;
    }
    async #post(path, body, { headers = {}, ...rest } = {}) {
      try {
        return await fetch(this.#server + path, {
          method: "POST", mode: "cors", credentials: "omit", referrerPolicy: "no-referrer",
          headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body), ...rest,
        });
      } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Problem(this.#words.away);
      }
    }
    async #follow(turn, stream) {
      let passages = [], text = "", frame = 0, result = null;
      const show = () => { frame = 0; if (!result) this.#show(turn, text, [], passages); };
      for await (const { name, data } of readEvents(stream)) {
        if (name === "sources") passages = data.passages;
        else if (name === "delta") {
          text += data.text;
          this.#say(this.#words.writing);
          frame ||= requestAnimationFrame(show);
        } else if (name === "error") throw new Problem(data.detail, data.hint, data.status, data.code);
        else if (name === "done") result = data;
      }
      cancelAnimationFrame(frame);
      if (!result) throw new Problem(this.#words.away);
      this.#finish(turn, result, passages);
    }

    // ---- showing ----
    #find(selector) {
      return this.#root.querySelector(selector);
    }
    #say(text) {
      const status = this.#find("[role=status]");
      if (status.textContent !== text) status.textContent = text;
    }
    #build() {
      const send = (event) => { event.preventDefault(); this.#send(); };
      const keys = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event); };
      this.#root.append(
        make("section", { class: "panel", part: "panel" },
          make("header", { part: "header" }, make("h2", { part: "heading" }), make("button", { type: "button", class: "plain fresh", part: "new", onclick: () => this.reset() })),
          make("div", { class: "log", part: "log", role: "log", "aria-live": "off", tabindex: "0" }),
          make("p", { class: "hidden", role: "status", "aria-live": "polite" }),
          make("form", { class: "ask", part: "form", onsubmit: send },
            make("textarea", { part: "input", rows: "1", maxlength: String(MAX_QUESTION), onkeydown: keys }),
            make("button", { class: "main send", part: "send", type: "submit" }, icon("send")),
            make("button", { class: "main stop", part: "stop", type: "button", hidden: true, onclick: () => this.stop() }, icon("stop")))),
        make("div", { class: "source", part: "source", popover: "auto", role: "dialog" }));
      this.#root.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.#running) this.stop(); });
      this.#label();
    }
    #label() {
      const words = this.#words;
      const heading = this.getAttribute("heading") || words.heading;
      this.#find("h2").textContent = heading;
      this.#find(".fresh").textContent = words.fresh;
      this.#find(".log").setAttribute("aria-label", heading);
      this.#find("form.ask textarea").setAttribute("aria-label", words.question);
      this.#find("form.ask textarea").placeholder = this.getAttribute("placeholder") || words.placeholder;
      for (const name of ["send", "stop"]) this.#find(`.${name}`).setAttribute("aria-label", words[name]);
    }
    #send() {
      const box = this.#find("form.ask textarea");
      if (this.#running || !box.value.trim()) return;
      const question = box.value;
      box.value = "";
      this.ask(question);
    }
    #showRunning(running) {
      this.#find(".send").hidden = running;
      this.#find(".stop").hidden = !running;
      if (running) this.#say(this.#words.searching);
    }
    #addTurn(question) {
      const turn = { question, rest: make("div"), answer: make("div", { class: "answer", part: "answer", "aria-busy": "true" }) };
      turn.element = make("article", { class: "turn", part: "turn" }, make("h3", { part: "question" }, question), turn.answer, turn.rest);
      turn.answer.append(make("span", { class: "note" }, `${this.#words.searching} …`));
      this.#find(".log").append(turn.element);
      this.#at = null;
      this.#keepInView(turn);
      return turn;
    }
    #show(turn, text, citations, passages) {
      renderAnswer(turn.answer, text, citations, passages, this.#sourceOpener(passages), this.#words);
      this.#keepInView(turn);
    }
    /** Keep the question at the top while its answer grows, until the reader scrolls. */
    #keepInView(turn) {
      const log = this.#find(".log");
      if (this.#at !== null && Math.abs(log.scrollTop - this.#at) > 2) return;
      log.scrollTop = turn.element.offsetTop - log.offsetTop;
      this.#at = log.scrollTop;
    }
    #end(turn, text, kind) {
      turn.answer.querySelector(":scope > .note")?.remove();
      turn.rest.replaceChildren(make("p", { class: kind, part: kind }, text));
      this.#say(text);
    }
    #finish(turn, result, passages) {
      const words = this.#words;
      this.#show(turn, result.answer, result.citations ?? [], passages);
      turn.rest.replaceChildren();
      if (result.abstained) turn.rest.append(make("p", { class: "note", part: "note" }, words.abstained));
      if (result.ingesting) turn.rest.append(make("p", { class: "note", part: "note" }, words.ingesting));
      turn.rest.append(...this.#listVerdicts(result), ...this.#listSources(result, passages));
      if (result.feedback_token) turn.rest.append(this.#buildFeedback(turn, result));
      this.#say(result.answer);
      this.#keepInView(turn);
      this.#tell("answer", { question: turn.question, answer: result.answer, trace_id: result.trace_id, abstained: result.abstained });
    }
    #showProblem(turn, error) {
      this.#end(turn, [error.message, error.hint].filter(Boolean).join(" "), "problem");
      turn.rest.append(make("button", { type: "button", class: "plain", onclick: () => { turn.element.remove(); this.ask(turn.question); } }, this.#words.retry));
      this.#tell("error", { message: error.message, status: error.status, code: error.code });
    }
    #listVerdicts(result) {
      const counts = {};
      for (const citation of result.citations ?? []) counts[citation.verdict] = (counts[citation.verdict] ?? 0) + 1;
      const items = ["supported", "partial", "unsupported", "unchecked"].filter((verdict) => counts[verdict]).map((verdict) =>
        make("li", {}, make("span", { class: `mark ${verdict}`, "aria-hidden": "true" }, "Aa"), ` ${counts[verdict]} ${this.#words[verdict]}`));
      return items.length ? [make("ul", { class: "verdicts", part: "verdicts" }, ...items)] : [];
    }
    #listSources(result, passages) {
      const cited = new Set((result.citations ?? []).flatMap((citation) => [...citation.markers, citation.source]));
      const shown = passages.filter((passage) => cited.has(passage.number));
      if (!shown.length) return [];
      const open = this.#sourceOpener(passages);
      const best = (number) => (result.citations ?? []).find((citation) => citation.source === number);
      return [make("h4", {}, this.#words.sources), make("ol", { class: "sources", part: "sources" }, ...shown.map((passage) =>
        make("li", {}, make("button", { type: "button", onclick: (event) => open(event.currentTarget, passage.number, best(passage.number)) },
          make("span", {}, String(passage.number)), make("span", {}, passage.title || passage.uri)))))];
    }

    // ---- a source ----
    #sourceOpener(passages) {
      const words = this.#words;
      const open = (opener, number, citation) => this.#openSource(opener, passages[number - 1], citation);
      open.label = (number, passage, citation) =>
        `${words.source} ${number}: ${passage.title || passage.uri}` + (citation ? ` (${words[citation.verdict]})` : "");
      return open;
    }
    #openSource(opener, passage, citation) {
      const words = this.#words, box = this.#find(".source");
      const address = webAddress(passage.uri);
      const title = passage.title || passage.uri;
      const place = [...(passage.heading_path ?? []).filter((part) => part !== title), passage.page ? `p. ${passage.page}` : ""].filter(Boolean).join(" › ");
      box.replaceChildren(...[
        make("strong", {}, title),
        place && make("p", { class: "note" }, place),
        citation && make("p", { class: "note" }, make("span", { class: `mark ${citation.verdict}`, "aria-hidden": "true" }, "Aa"), ` ${[words[citation.verdict], citation.reason].filter(Boolean).join(": ")}`),
        this.#passageText(passage, citation),
        address && make("p", {}, make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words.open)),
        make("button", { type: "button", class: "plain", onclick: () => { box.hidePopover(); opener.focus(); } }, words.close),
      ].filter(Boolean));
      box.setAttribute("aria-label", `${words.source} ${passage.number}`);
      box.showPopover();
      this.#place(box, opener);
      box.querySelector("button").focus({ preventScroll: true });
    }
    /** Put a box below its opener, or above where there is more room, over the component. */
    #place(box, opener) {
      const at = opener.getBoundingClientRect(), host = this.getBoundingClientRect();
      const fit = (wanted, size, most) => `${Math.max(8, Math.min(wanted, most - size - 8))}px`;
      const below = innerHeight - at.bottom >= Math.min(box.offsetHeight + 14, at.top);
      box.style.left = fit(host.left + (host.width - box.offsetWidth) / 2, box.offsetWidth, innerWidth);
      box.style.top = fit(below ? at.bottom + 6 : at.top - box.offsetHeight - 6, box.offsetHeight, innerHeight);
      box.querySelector("mark")?.scrollIntoView({ block: "nearest" });
    }
    #passageText(passage, citation) {
      const points = Array.from(passage.text);
      const marked = citation?.source === passage.number && citation.passage_start != null;
      const [start, end] = marked ? [citation.passage_start, citation.passage_end] : [0, 0];
      const text = make("div", { class: "passage", part: "passage" }, points.slice(0, start).join(""));
      if (marked) text.append(make("mark", {}, points.slice(start, end).join("")));
      text.append(points.slice(end).join(""));
      return text;
    }

    // ---- what the reader thinks ----
    #buildFeedback(turn, result) {
      const words = this.#words;
      const send = (said) => this.#sendFeedback(result, said);
      const thumbs = ["up", "down"].map((name) => make("button", { type: "button", class: name, part: `thumb ${name}`, "aria-pressed": "false", "aria-label": words[name], title: words[name], onclick: () => press(name) }, icon(name)));
      const box = make("textarea", { rows: "2", maxlength: String(MAX_COMMENT), "aria-label": words.comment, placeholder: words.comment });
      const form = make("form", { class: "comment", part: "comment", hidden: true, onsubmit: async (event) => {
        event.preventDefault();
        if (box.value.trim() && (await send({ comment: box.value.trim() }))) form.hidden = true;
      } }, box, make("button", { class: "plain", type: "submit" }, words.sendComment));
      const press = async (name) => {
        const button = thumbs.find((one) => one.classList.contains(name));
        const chosen = button.getAttribute("aria-pressed") === "true" ? "none" : name;
        if (!(await send({ thumb: chosen }))) return;
        for (const one of thumbs) one.setAttribute("aria-pressed", String(one.classList.contains(chosen)));
        form.hidden = chosen === "none";
        form.scrollIntoView({ block: "nearest" });
      };
      let copied = false;
      const noteCopy = () => { if (!copied) send({ action: "copied" }); copied = true; };
      turn.answer.addEventListener("copy", noteCopy);
      const copy = async () => {
        await navigator.clipboard.writeText(result.answer.replace(/\s*\[\d{1,3}\]/g, ""));
        this.#say(words.copied);
        noteCopy();
      };
      return make("div", {}, make("div", { class: "actions", part: "actions" }, ...thumbs,
        navigator.clipboard && make("button", { type: "button", class: "copy", part: "copy", "aria-label": words.copy, title: words.copy, onclick: copy }, icon("copy"))), form);
    }
    async #sendFeedback(result, said) {
      try {
        const response = await this.#post("/v1/feedback", { token: result.feedback_token, ...said });
        if (!response.ok) throw await toProblem(response, this.#words);
        if (!said.action) this.#say(this.#words.thanks);
        this.#tell("feedback", { trace_id: result.trace_id, ...said });
        return true;
      } catch {
        this.#say(this.#words.late);
        return false;
      }
    }
    #tell(name, detail) {
      this.dispatchEvent(new CustomEvent(`answerable-${name}`, { bubbles: true, composed: true, detail }));
    }
  }

  customElements.define(NAME, AnswerableAsk);
})();
