// What the editor page uses of CodeMirror: tools/vendor.py makes one file of it, with all that it needs.
export { EditorState } from "@codemirror/state"
export {
  EditorView, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view"
export { HighlightStyle, StreamLanguage, bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language"
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands"
export { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete"
export { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint"
export { search, searchKeymap } from "@codemirror/search"
export { tags } from "@lezer/highlight"
