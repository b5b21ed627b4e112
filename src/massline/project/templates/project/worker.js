// What is there without a network: files of the frame, /offline/, and the form for visits. Everything else comes fresh or not at all.
{% load static %}const SHELL = [{% for file in shell %}"{{ file|escapejs }}", {% endfor %}"{% url "offline" %}"], VISIT = "{% url "gather:visit" %}"
const NAME = "massline-" + SHELL.join().split("").reduce((sum, letter) => (sum * 31 + letter.charCodeAt()) >>> 0, 7)

addEventListener("install", event => event.waitUntil(caches.open(NAME).then(kept => kept.addAll(SHELL)).then(() => skipWaiting())))
addEventListener("activate", event => event.waitUntil(caches.keys()
    .then(names => Promise.all(names.filter(name => name !== NAME).map(name => caches.delete(name)))).then(keepOpened)
    .then(() => clients.claim())))

// The form for visits that woke this worker was opened before it: without this, only a second opening would be kept.
async function keepOpened() {
    const pages = await clients.matchAll({type: "window", includeUncontrolled: true})
    if (!pages.some(({url}) => new URL(url).pathname === VISIT)) return
    const fresh = await fetch(VISIT).catch(() => null)
    if (fresh) await keep(await caches.open(NAME), fresh)
}

// Not what a sign-in page or an error answers in its place.
const keep = async (kept, fresh) => fresh.ok && !fresh.redirected && await kept.put(VISIT, fresh.clone())

async function page(request) {
    const kept = await caches.open(NAME), path = new URL(request.url).pathname
    if (request.method === "POST" && path === "{% url "people:sign_out" %}") await kept.delete(VISIT)
    try {
        const fresh = await fetch(request)
        if (path === VISIT && request.method === "GET") await keep(kept, fresh)
        return fresh
    } catch {
        return path === VISIT && (await kept.match(VISIT)) || kept.match("{% url "offline" %}")
    }
}

async function file(request) {
    const kept = await caches.open(NAME)
    try {
        const fresh = await fetch(request)
        if (fresh.ok) await kept.put(request, fresh.clone())
        return fresh
    } catch {
        return (await kept.match(request)) || Response.error()
    }
}

const isFile = path => path.startsWith("{% get_static_prefix %}") || SHELL.includes(path)

addEventListener("fetch", event => {
    const {request} = event
    if (request.mode === "navigate") event.respondWith(page(request))
    else if (isFile(new URL(request.url).pathname)) event.respondWith(file(request))
})
