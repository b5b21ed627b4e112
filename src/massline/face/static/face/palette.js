// Ctrl-K, ⌘K on a Mac, opens the palette of the desk. Arrows walk through what was found, Enter opens the first of it.
const palette = document.getElementById("palette")
const words = document.getElementById("palette-words")
const found = document.getElementById("palette-found")
const links = () => [...found.querySelectorAll("a")]
let asked = null // what the list that stands there was found by

function open() {
  if (palette.open) return
  palette.showModal()
  words.select()
  htmx.trigger(words, "opened")
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
  event.preventDefault()
  palette.open ? palette.close() : open()
})

document.querySelectorAll("[data-palette]").forEach((link) =>
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return // she wants the page, in a window of its own
    event.preventDefault()
    open()
  }),
)

found.addEventListener("htmx:afterSwap", () => {
  asked = found.querySelector("[data-typed]")?.dataset.typed ?? null
})

palette.addEventListener("keydown", (event) => {
  if (event.isComposing) return // the Enter that takes a Chinese word is not meant for us
  const all = links()
  const at = all.indexOf(document.activeElement)
  if (event.key === "Enter" && document.activeElement === words) {
    // A list found by other words is not what she means: then the form goes to the page, which looks again.
    if (all.length && asked === words.value) all[0].click()
    else words.form.submit()
  } else if (event.key === "ArrowDown" && all.length) {
    all[Math.min(at + 1, all.length - 1)].focus()
  } else if (event.key === "ArrowUp" && at >= 0) {
    ;(at ? all[at - 1] : words).focus()
  } else return
  event.preventDefault()
})
