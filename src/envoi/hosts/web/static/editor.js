// Where a template is written: the mail beside it follows, and CodeMirror takes the place of the plain field.
// Nothing here knows what a template means or makes a mail: what is wrong, and what the mail is, the server says.

const form = () => document.querySelector("#editor")
const told = () => document.querySelector("#told")
let frames = 0, changed = false

/** Posts what is written into a fresh frame, which takes the place of the one before when the mail has come. */
function show() {
  const letter = document.querySelector("#letter")
  if (!letter) return
  letter.querySelector(".coming")?.remove()
  const frame = document.createElement("iframe")
  frame.setAttribute("sandbox", "")
  Object.assign(frame, { name: `preview-${++frames}`, title: "The mail", className: "coming" })
  letter.append(frame)
  frame.addEventListener("load", () => {
    letter.querySelectorAll("iframe:not(.coming)").forEach(old => old.remove())
    frame.className = ""
  })
  const post = Object.assign(document.createElement("form"), { method: "post", action: told().dataset.frame, target: frame.name, hidden: true })
  for (const [name, value] of new FormData(form())) post.append(Object.assign(document.createElement("textarea"), { name, value }))
  document.body.append(post)
  post.submit()
  post.remove()
}

/** The problems that the page lists, where they are in the text. */
function problems(doc) {
  return [...document.querySelectorAll("#told [data-line]")].filter(one => one.dataset.line !== "0").map(one => {
    const line = doc.line(Math.min(one.dataset.line, doc.lines))
    const from = Math.min(line.from + Math.max(one.dataset.column - 1, 0), line.to)
    const rest = doc.sliceString(from, line.to).match(/^\S[\w.-]*/)
    return { from, to: rest ? from + rest[0].length : line.to, severity: one.dataset.severity, message: one.innerText.trim() }
  })
}

/** How a dialect looks: where its braces open and close, where a note begins and ends, its words of command. */
const LOOKS = {
  liquid: {
    opens: /^\{[{%]-?/, closes: /^-?[}%]\}/, note: /^\{%-?\s*comment\s*-?%\}/, noted: /^.*?\{%-?\s*endcomment\s*-?%\}/,
    commands: /^((end)?(if|unless|for|case|capture|raw|tablerow|attempt)|elsif|else|when|assign|render|include|cycle|break|continue|increment|decrement|echo|liquid|abort_message|fallback|in|and|or|contains)$/,
  },
  handlebars: {
    opens: /^\{\{\{?~?[#/^>&]?\*?/, closes: /^~?\}\}\}?/, note: /^\{\{~?!/, noted: /^.*?\}\}/,
    commands: /^(if|unless|each|with|else|as|lookup|inline)$/,
  },
  mailchimp: { opens: /^\*\|/, closes: /^\|\*/, commands: /^(IF|IFNOT|ELSE|ELSEIF|END|INTERESTED|GROUP)$/ },
  ampscript: {
    opens: /^%%([[=]|(?=[\w@]))/, closes: /^[\]=]?%%/, note: /^\/\*/, noted: /^.*?\*\//,
    commands: /^(var|set|if|then|elseif|else|endif|for|to|downto|do|next|and|or|not|true|false)$/i,
  },
}
LOOKS.mustache = LOOKS.handlebars
const look = LOOKS[form().dataset.dialect] ?? LOOKS.liquid
const functions = new Set([...document.querySelectorAll('#words [data-word="function"]')].map(one => one.textContent.toLowerCase()))

/** What sort of word stands between braces. */
function sort(word) {
  if (look.commands.test(word)) return "keyword"
  return functions.has(word.toLowerCase()) ? "variableName.function" : "variableName"
}

/** Colours for markup with the braces of a dialect in it. */
const language = {
  startState: () => ({ braces: false, note: false, markup: "", quote: "" }),
  token(stream, state) {
    if (state.note || (look.note && stream.match(look.note))) {
      state.note = !stream.match(look.noted)
      if (state.note) stream.skipToEnd()
      return "comment"
    }
    if (state.braces) {
      if (stream.match(look.closes)) return (state.braces = false, "processingInstruction")
      if (stream.match(/^"[^"]*"?|^'[^']*'?/)) return "string"
      if (stream.match(/^-?\d+(\.\d+)?/)) return "number"
      if (stream.match(/^[A-Za-z_@$][\w.-]*/)) return sort(stream.current())
      return (stream.next(), "operator")
    }
    if (stream.match(look.opens)) return (state.braces = true, "processingInstruction")
    if (state.markup === "comment") {
      if (stream.match(/^.*?-->/)) state.markup = ""
      else stream.skipToEnd()
      return "comment"
    }
    if (state.quote) {
      if (stream.next() === state.quote) state.quote = ""
      else stream.match(/^[^"'{*%]+/)
      return "string"
    }
    if (state.markup === "tag") {
      if (stream.match(/^\/?>/)) return (state.markup = "", "tagName")
      const quote = stream.match(/^["']/)
      if (quote) return (state.quote = quote[0], "string")
      return stream.match(/^[\w:-]+/) ? "attributeName" : (stream.next(), null)
    }
    if (stream.match("<!--")) return (state.markup = "comment", "comment")
    if (stream.match(/^<\/?[\w-]+/)) return (state.markup = "tag", "tagName")
    return (stream.next(), stream.match(/^[^<{*%]+/), null)
  },
}

/** Completes, between braces, the words that the page lists. */
function complete(context) {
  const before = context.state.sliceDoc(Math.max(0, context.pos - 400), context.pos)
  const open = before.match(/(\{\{|\{%|\*\||%%)((?!\}\}|%\}|\|\*|%%).)*$/s)
  const word = context.matchBefore(/[\w.]*/)
  if (!open || (!word.text && !context.explicit && !/[|\s{%]$/.test(before))) return null
  const inner = open[0].slice(2)
  const sort = /\|\s*\w*$/.test(inner) ? "function" : open[1] === "{%" && /^-?\s*\w*$/.test(inner) ? "tag" : "value"
  // Where no tags are listed, what stands before a word does not say what sort it is.
  const sorts = document.querySelector('#words [data-word="tag"]') ? [sort] : ["value", "function"]
  const listed = sorts.flatMap(each => [...document.querySelectorAll(`#words [data-word="${each}"]`)])
  const types = { value: "variable", function: "function", tag: "keyword" }
  const options = listed.map(one => ({ label: one.textContent, type: types[one.dataset.word], detail: one.closest("div")?.querySelector("dd")?.textContent.slice(0, 60) }))
  return { from: word.from, options, validFor: /^[\w.]*$/ }
}

/** Puts CodeMirror in the place of the field, and keeps the field as it is written. */
async function edit(field) {
  const cm = await import(form().dataset.codemirror)
  const host = Object.assign(document.createElement("div"), { className: "code" })
  // Within a shadow root its styles are sheets of their own, which our policy lets be; in the page they would be inline.
  const root = host.attachShadow({ mode: "open" })
  field.before(host)
  field.hidden = true
  const style = cm.HighlightStyle.define([
    { tag: [cm.tags.processingInstruction, cm.tags.keyword], color: "var(--accent)", fontWeight: "600" },
    { tag: cm.tags.variableName, color: "var(--accent)" },
    { tag: cm.tags.function(cm.tags.variableName), color: "var(--warn)" },
    { tag: [cm.tags.string, cm.tags.number], color: "var(--good)" },
    { tag: [cm.tags.tagName], color: "var(--held)" },
    { tag: [cm.tags.attributeName, cm.tags.comment, cm.tags.operator], color: "var(--soft)" },
  ])
  const save = () => (form().requestSubmit(form().querySelector('[value="save"]')), true)
  const view = new cm.EditorView({
    doc: field.value, root, parent: root,
    extensions: [
      cm.lineNumbers(), cm.lintGutter(), cm.highlightActiveLine(), cm.highlightActiveLineGutter(), cm.highlightSpecialChars(), cm.history(),
      cm.drawSelection(), cm.dropCursor(), cm.bracketMatching(), cm.closeBrackets(), cm.search({ top: true }), cm.EditorView.lineWrapping,
      cm.autocompletion({ override: [complete] }), cm.indentUnit.of("  "), cm.StreamLanguage.define(language), cm.syntaxHighlighting(style),
      cm.EditorView.contentAttributes.of({ "aria-label": "The file", id: "code" }),
      cm.keymap.of([{ key: "Mod-s", run: save }, ...cm.closeBracketsKeymap, ...cm.completionKeymap, ...cm.defaultKeymap, ...cm.searchKeymap, ...cm.historyKeymap, ...cm.lintKeymap]),
      cm.EditorView.updateListener.of(update => {
        if (!update.docChanged) return
        field.value = update.state.doc.toString()
        field.dispatchEvent(new Event("input", { bubbles: true }))
      }),
      cm.EditorView.theme(THEME),
    ],
  })
  const mark = () => view.dispatch(cm.setDiagnostics(view.state, problems(view.state.doc)))
  document.addEventListener("htmx:after:swap", mark)
  document.querySelector('label[for="text"]').addEventListener("click", () => view.focus())
  mark()
}

const THEME = {
  "&": { height: "100%", fontSize: "13px", color: "var(--ink)", backgroundColor: "var(--card)" },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--soft)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--sunk) 55%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--bar) 30%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-weak)" },
  ".cm-tooltip": { border: "1px solid var(--line)", borderRadius: "8px", backgroundColor: "var(--card)", color: "var(--ink)", overflow: "hidden" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12.5px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent-weak)", color: "var(--accent)" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-line", fontFamily: "var(--sans)" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad-fill)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warn-fill)" },
  ".cm-panels": { backgroundColor: "var(--sunk)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-textfield": { backgroundColor: "var(--card)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "6px" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-weak)" },
}

document.addEventListener("input", event => { if (form().contains(event.target) && !told().contains(event.target)) changed = true })
document.addEventListener("htmx:after:swap", () => {
  if (document.querySelector("#told .saved")) changed = false
  document.querySelector("#editor [autofocus]")?.focus()
  show()
})
addEventListener("beforeunload", event => { if (changed) event.preventDefault() })
const field = document.querySelector("#text")
if (field) edit(field)
show()
