// Visits written down without a network: kept on this telephone until they are sent, each with a key of its own, so that the
// server takes in once what is sent twice. Only what could not be sent is kept, and it is deleted as soon as it is.
const STORE = "massline.visits"
const FIELDS = ["call", "area", "text", "said_on", "key"]
const form = document.querySelector("main form:has([name=said_on])")
const waiting = document.getElementById("waiting")
const [status, list, again] = ["[role=status]", "ul", "button"].map(part => waiting.querySelector(part))

const kept = () => JSON.parse(localStorage.getItem(STORE) || "[]")
const keep = visits => localStorage.setItem(STORE, JSON.stringify(visits))
const say = words => { waiting.hidden = false; status.textContent = words }

// Where the receipt stands; null when the server refuses. Throws when there is no network.
async function send(visit) {
    const page = new DOMParser().parseFromString(await (await fetch(form.action)).text(), "text/html")
    const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value
    const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams({...visit, csrfmiddlewaretoken: token})})
    return answer.redirected && answer.url.includes("/receipt/") ? answer.url : null
}

function show() {
    const visits = kept()
    list.replaceChildren(...visits.map(visit => {
        const item = document.createElement("li"), words = document.createElement("p"), back = document.createElement("button")
        words.textContent = visit.text
        words.dir = "auto"
        Object.assign(back, {type: "button", className: "ds-button", textContent: waiting.dataset.back})
        back.dataset.variant = "tertiary"
        back.addEventListener("click", () => putBack(visit))
        item.append(words, back)
        return item
    }))
    again.hidden = visits.length === 0
    if (visits.length) waiting.hidden = false
}

function putBack(visit) {
    for (const name of FIELDS) form.elements[name].value = visit[name]
    keep(kept().filter(other => other.key !== visit.key))
    show()
    form.elements.text.focus()
}

async function sendAll() {
    for (const visit of kept()) {
        try {
            const receipt = await send(visit)
            if (!receipt) { say(waiting.dataset.refused); continue }
            keep(kept().filter(other => other.key !== visit.key))
            const link = Object.assign(document.createElement("a"), {href: receipt, textContent: receipt})
            say(waiting.dataset.sent + " ")
            status.append(link)
        } catch { break }
    }
    show()
}

form.addEventListener("submit", async event => {
    event.preventDefault()
    const visit = Object.fromEntries(FIELDS.map(name => [name, form.elements[name].value]))
    try {
        const receipt = await send(visit)
        if (receipt) location.assign(receipt)
        else form.submit() // the server's own page says what is wrong; the key makes sure that nothing is taken in twice
    } catch {
        try {
            keep([...kept().filter(other => other.key !== visit.key), visit])
        } catch { return say(waiting.dataset.full) }
        form.elements.text.value = ""
        form.elements.key.value = crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-")
        say(waiting.dataset.kept)
        show()
    }
})
again.addEventListener("click", sendAll)
addEventListener("online", sendAll)
show()
if (kept().length) sendAll()
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js")
