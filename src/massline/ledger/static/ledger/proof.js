// Checks a proof in the browser, without asking anybody: nothing is sent, and it works without a network. The same checks as
// ledger.queries.check_proof; sources: RFC 6962 2.1, RFC 9162 2.1.3.2, C2SP signed-note and tlog-checkpoint. (No module:
// a page that was saved loads none.)
const FORMAT = "massline-receipt-1"
const utf8 = text => new TextEncoder().encode(text)
const joined = (...parts) => Uint8Array.from(parts.flatMap(part => [...part]))
const sha256 = async bytes => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
const hex = bytes => [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("")
const decoded = text => {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new Error("no base64")
    return Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
}

async function readKey(text) {
    const [name, id] = text.trim().split("+", 2)
    const kindAndKey = decoded(text.trim().slice(name.length + id.length + 2))
    const right = hex((await sha256(joined(utf8(name + "\n"), kindAndKey))).slice(0, 4))
    if (kindAndKey[0] !== 1 || kindAndKey.length !== 33 || !name || id !== right) throw new Error("no key")
    return {text: text.trim(), name, id, bytes: kindAndKey.slice(1)}
}

async function readProof(content) {
    const facts = JSON.parse(content)
    const entry = JSON.parse(facts.entry)
    if (facts.format !== FORMAT || typeof entry.data !== "object" || typeof facts.salt !== "string") throw new Error("no receipt")
    return {...facts, told: entry, key: await readKey(facts.key), path: facts.proof?.map(decoded)}
}

// Text, signature lines, and what the text says of the log.
function readCheckpoint(note) {
    const end = note.lastIndexOf("\n\n")
    if (end < 0 || !note.endsWith("\n")) throw new Error("no signed note")
    const text = note.slice(0, end + 1), [origin, size, root] = text.split("\n")
    if (!/^(0|[1-9]\d{0,15})$/.test(size)) throw new Error("no size")
    return {text, lines: note.slice(end + 2).trimEnd().split("\n"), origin, size: Number(size), root: decoded(root)}
}

async function isIncluded(proof, checkpoint) {
    let place = proof.index, last = checkpoint.size - 1, found = await sha256(joined([0], utf8(proof.entry)))
    if (!Number.isSafeInteger(place) || place < 0 || place > last) return false
    const half = number => Math.floor(number / 2)
    for (const sibling of proof.path) {
        if (last === 0 || sibling.length !== 32) return false
        if (place % 2 || place === last) {
            found = await sha256(joined([1], sibling, found))
            while (!(place % 2) && place) [place, last] = [half(place), half(last)]
        } else {
            found = await sha256(joined([1], found, sibling))
        }
        [place, last] = [half(place), half(last)]
    }
    return last === 0 && hex(found) === hex(checkpoint.root)
}

// "unknown" where this browser cannot verify Ed25519.
async function isSigned(checkpoint, key) {
    if (checkpoint.origin !== key.name) return "no"
    for (const line of checkpoint.lines) {
        const [mark, name, encoded] = line.split(" ")
        if (mark !== "\u2014") return "no"
        const signature = decoded(encoded)
        if (name !== key.name || hex(signature.slice(0, 4)) !== key.id) continue
        let opened
        try {
            opened = await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"])
        } catch {
            return "unknown"
        }
        return (await crypto.subtle.verify("Ed25519", opened, signature.slice(4), utf8(checkpoint.text))) ? "yes" : "no"
    }
    return "no"
}

// A form's line breaks are two characters in some browsers; nobody sees which.
async function isLogged(text, proof) {
    const lines = text.replaceAll("\r\n", "\n")
    for (const one of [text, lines, lines.replaceAll("\n", "\r\n")])
        if (hex(await sha256(utf8(`${proof.salt}\n${one}`))) === proof.told.data.digest) return "yes"
    return "no"
}

const holds = async check => { try { return await check() } catch { return "no" } }

async function checked(content, text, ours) {
    let proof
    try { proof = await readProof(content) } catch { return {readable: "no"} }
    const found = {readable: "yes", ours: !ours ? "unknown" : ours === proof.key.text ? "yes" : "no", included: "unknown", signed: "unknown"}
    if (proof.path) {
        let checkpoint
        try { checkpoint = readCheckpoint(proof.checkpoint) } catch { /* then nothing below can hold */ }
        found.signed = checkpoint ? await holds(() => isSigned(checkpoint, proof.key)) : "no"
        if (found.signed !== "no") found.included = await holds(() => isIncluded(proof, checkpoint)) === true ? "yes" : "no"
    }
    found.text = text ? await isLogged(text, proof) : "unknown"
    return {...found, log: proof.key.name, kind: proof.told.kind, at: proof.told.at}
}

function show(found) {
    for (const part of document.querySelectorAll("[data-check]")) {
        part.hidden = found[part.dataset.check] !== part.dataset.outcome
    }
    for (const part of document.querySelectorAll("[data-fact]")) part.textContent = found[part.dataset.fact] ?? ""
    const results = document.getElementById("results")
    results.hidden = false
    results.focus()
}

const form = document.querySelector("form[data-proof]")
form?.addEventListener("submit", async event => {
    const file = form.elements.proof.files[0]
    if (!file || !globalThis.crypto?.subtle) return // the site's own check, or its words about the missing file
    event.preventDefault()
    show({...await checked(await file.text(), form.elements.text.value, form.dataset.proof), where: "browser"})
})
