// Reads the page aloud with the browser's own voice and marks the word that is spoken. Without a voice for the page's language the
// button stays hidden. Nothing leaves the browser here; where a system sends text to its maker to be spoken, that voice is passed over.
const button = document.querySelector("[data-aloud]");
const speech = window.speechSynthesis;
const BLOCKS = "h1, h2, h3, h4, p, li, td, th, dt, dd, label, legend, summary, caption, figcaption, button, a.ds-button";
const SILENT = "svg, select, textarea, [aria-hidden=true], .ds-sr-only, details:not([open]) > :not(summary)";
let turn = 0; // every start and every stop is a new turn: what an earlier one still reports is not heard

const voiceFor = (lang) => {
  const own = speech.getVoices().filter((voice) => voice.localService && voice.lang.slice(0, 2) === lang.slice(0, 2));
  const place = { Hant: /TW|HK/, Hans: /CN/ }[lang.split("-")[1]];
  return own.find((voice) => place?.test(voice.lang)) ?? own[0];
};

const segments = (text, lang, granularity) =>
  window.Intl?.Segmenter
    ? [...new Intl.Segmenter(lang, { granularity }).segment(text)]
    : [{ index: 0, segment: text }];

// What a reader sees in <main>, in its order: one entry a sentence, with the pieces of text that it is made of.
function sentences() {
  const walker = document.createTreeWalker(document.getElementById("main"), NodeFilter.SHOW_TEXT);
  const blocks = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest(SILENT) || !parent.getClientRects().length) continue;
    const element = parent.closest(BLOCKS) ?? parent;
    const lang = parent.closest("[lang]").lang;
    const last = blocks.at(-1);
    const block = last?.element === element && last.lang === lang ? last : { element, lang, text: "", pieces: [] };
    if (block !== last) blocks.push(block);
    block.pieces.push({ node, start: block.text.length });
    block.text += node.data;
  }
  return blocks.flatMap((block) =>
    segments(block.text, block.lang, "sentence")
      .filter(({ segment }) => segment.trim() && voiceFor(block.lang))
      .map(({ index, segment }) => ({ block, index, text: segment })),
  );
}

// The stretch of the page from character `start` of a block to `end`.
function stretch({ pieces }, start, end) {
  const range = new Range();
  const at = (place) => pieces.findLast((piece) => piece.start <= place);
  const [first, last] = [at(start), at(end - 1)];
  range.setStart(first.node, start - first.start);
  range.setEnd(last.node, end - last.start);
  return range;
}

function mark(block, start, end) {
  clear();
  block.element.dataset.spoken = "";
  if (window.Highlight) CSS.highlights.set("spoken", new Highlight(stretch(block, start, end)));
  block.element.scrollIntoView({ block: "nearest" });
}

function clear() {
  document.querySelector("[data-spoken]")?.removeAttribute("data-spoken");
  CSS.highlights?.delete("spoken");
}

function say(queue, mine) {
  if (mine !== turn) return;
  const sentence = queue.shift();
  if (!sentence) return stop();
  const { block, index, text } = sentence;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = block.lang;
  spoken.voice = voiceFor(block.lang);
  spoken.rate = 0.9;
  spoken.onstart = () => mine === turn && mark(block, index, index + text.trimEnd().length);
  spoken.onboundary = ({ charIndex, charLength }) => {
    if (mine !== turn || charIndex >= text.length) return;
    const word = segments(text, block.lang, "word").findLast((part) => part.index <= charIndex);
    mark(block, index + charIndex, index + Math.min(charIndex + (charLength || word.segment.length), text.length));
  };
  spoken.onend = () => say(queue, mine);
  spoken.onerror = () => mine === turn && stop();
  speech.speak(spoken);
}

function stop() {
  turn += 1;
  speech.cancel();
  clear();
  button.textContent = button.dataset.aloud;
}

function start() {
  turn += 1;
  speech.cancel();
  button.textContent = button.dataset.stop;
  say(sentences(), turn);
}

if (button && speech) {
  const offer = () => (button.hidden = !voiceFor(document.documentElement.lang));
  offer();
  speech.addEventListener?.("voiceschanged", offer); // most browsers know their voices only after a while
  button.addEventListener("click", () => (button.textContent === button.dataset.stop ? stop() : start()));
  addEventListener("pagehide", stop);
}
