// What the frame of every page does more where script runs. Each part stands alone: one that breaks leaves the others, and the page.

// 1. A switch sends the form with id="typed" (see switches.py); what was typed into the other forms of the page goes along: the browser
// asks for the fields of the form that it sends, and gets the other forms as fields of their own.
const typed = document.getElementById("typed");

typed?.addEventListener("formdata", ({ formData }) => {
  if (!formData.has("face-switch")) return;
  for (const form of document.forms) {
    if (form === typed || form.method !== "post" || !form.elements["face-form"]) continue;
    formData.append("face-kept", new URLSearchParams(new FormData(form)));
  }
});

// 2. A link marked data-dialog leads to a page of ours. Here its <main> opens over this page instead, so that nobody loses her place;
// whatever goes wrong on the way, the link is followed.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
  event.preventDefault();
  open(link).catch(() => location.assign(link.href));
});

async function open(link) {
  const answer = await fetch(link.href, { signal: AbortSignal.timeout?.(4000) });
  if (!answer.ok) throw new Error(answer.statusText);
  const main = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  const dialog = document.createElement("dialog");
  const close = Object.assign(document.createElement("button"), { className: "ds-button", textContent: link.dataset.close });
  close.dataset.variant = "secondary";
  close.addEventListener("click", () => dialog.close());
  const title = main.querySelector("h1");
  title.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.className = "face-dialog face-stack";
  dialog.append(...main.children, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  link.focus(); // where the focus returns to when the dialog closes: not every browser gives it to a link that is clicked
  dialog.showModal();
}

// 3. Toasts: what is in a page from the beginning is not read out as news, so it is put in again; and it can be put away.
for (const toast of document.querySelectorAll(".face-toast")) {
  const [words, away] = [toast.querySelector("p"), toast.querySelector("button")];
  const text = words.textContent;
  words.textContent = "";
  setTimeout(() => (words.textContent = text));
  away.hidden = false;
  away.addEventListener("click", () => toast.remove());
}

// 4. What the next page or a tap needs is fetched when this one is there: on a slow line it would stand in its way. What reads aloud; and,
// where the page brought its style with it, the same as a file that the browser keeps (see styles.py).
const aloud = document.querySelector("[data-aloud]");
addEventListener("load", () => {
  if (aloud) import(aloud.dataset.script);
  for (const { dataset } of document.querySelectorAll("style[data-kept]")) fetch(dataset.kept, { priority: "low" }).catch(() => {});
});
