// What is there without a network: style sheets, /offline/, and the form for visits. Everything else comes fresh or not at all.
{% load static %}const SHELL = [{% for file in shell %}"{{ file|escapejs }}", {% endfor %}"{% url "offline" %}"], VISIT = "{% url "gather:visit" %}"
const NAME = "massline-" + SHELL.join().split("").reduce((sum, letter) => (sum * 31 + letter.charCodeAt()) >>> 0, 7)

addEventListener("install", event => event.waitUntil(caches.open(NAME).then(kept => kept.addAll(SHELL)).then(() => skipWaiting())))
addEventListener("activate", event => event.waitUntil(caches.keys()
    .then(names => Promise.all(names.filter(name => name !== NAME).map(name => caches.delete(name)))).then(() => clients.claim())))

async function page(request) {
    const kept = await caches.open(NAME), path = new URL(request.url).pathname
    if (request.method === "POST" && path === "{% url "people:sign_out" %}") await kept.delete(VISIT)
    try {
        const fresh = await fetch(request)
        if (path === VISIT && request.method === "GET" && fresh.ok && !fresh.redirected) await kept.put(VISIT, fresh.clone())
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
