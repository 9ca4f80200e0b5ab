// Makes the page open without network, and a new version of it come only when it is asked for.
//
// It keeps the files of one version and answers with them; it has nothing to do with requests to an API, which it
// neither sees answered nor keeps. `cargo xtask page` writes version and list; without them it does nothing.

const VERSION = "";
const FILES = [];

const scope = new URL(self.registration.scope);
// Other copies of the page, at other paths of this origin, have caches of their own.
const ours = `lightbeam ${scope.pathname} `;
const current = ours + VERSION;
const page = "index.html";
// Names with a digest in them: of this version, or of the one before, which another tab may still use.
const hashed = /^[\w.-]+-[0-9a-f]{8,}(_bg)?\.(js|wasm|css)$/;

self.addEventListener("install", (event) => {
  if (VERSION) event.waitUntil(Promise.all([keepAll(), leaveOthersAlone(event)]));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([forgetOlder(), VERSION ? self.clients.claim() : undefined]));
});

self.addEventListener("message", (event) => {
  if (event.data === "skip-waiting") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const name = nameOf(event.request);
  if (name !== undefined) event.respondWith(kept(name, event.request));
});

/** All files of this version or none: what is half there would not open. */
async function keepAll() {
  const cache = await caches.open(current);
  try {
    await Promise.all(FILES.map((name) => keep(cache, name)));
    const text = await (await cache.match(address(page))).text();
    // Between two requests the host may have got another version.
    const strange = FILES.find((name) => hashed.test(name) && !text.includes(name));
    if (strange) throw new Error(`${page} is of another version: it does not name ${strange}`);
  } catch (error) {
    await caches.delete(current);
    throw error;
  }
}

async function keep(cache, name) {
  // A file with its digest in its name cannot be an old one.
  const response = await fetch(address(name), { cache: hashed.test(name) ? "default" : "reload", credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`${name} could not be had (status ${response.status})`);
  await cache.put(address(name), response);
}

/** Where the browser can: requests that are none of ours do not even wake this worker. */
async function leaveOthersAlone(event) {
  if (!event.addRoutes) return;
  const literal = (text) => text.replace(/[\\:*?+(){}]/g, "\\$&");
  const urlPattern = {
    protocol: scope.protocol.slice(0, -1),
    hostname: scope.hostname,
    port: scope.port,
    pathname: `${literal(scope.pathname)}*`,
    search: "*",
  };
  // Only faster: a browser that does not know this kind of rule asks the `fetch` listener, which decides the same.
  await event.addRoutes({ condition: { not: { urlPattern } }, source: "network" }).catch(() => {});
}

/** This version and the one before stay; without a version of its own, nothing does. */
async function forgetOlder() {
  // In the order in which they were made.
  const versions = (await caches.keys()).filter((name) => name.startsWith(ours));
  const earlier = versions.filter((name) => name !== current);
  if (VERSION) earlier.pop();
  await Promise.all(earlier.map((name) => caches.delete(name)));
}

/** The name of the file that a request is for; undefined when it is for something else. */
function nameOf(request) {
  if (!VERSION || request.method !== "GET") return undefined;
  const url = new URL(request.url);
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return undefined;
  const name = url.pathname.slice(scope.pathname.length) || page;
  if (name === page) return request.mode === "navigate" ? page : undefined;
  if (url.search) return undefined;
  return FILES.includes(name) || hashed.test(name) ? name : undefined;
}

async function kept(name, request) {
  // Asked for anew: what is kept here was not the file that the page was built with.
  if (request.cache === "reload" && name !== page) return renewed(name, request);
  const found = (await (await caches.open(current)).match(address(name))) ?? (await ofTheVersionBefore(name));
  // The browser may have thrown the cache away.
  return found ?? fetch(request);
}

async function renewed(name, request) {
  const response = await fetch(request);
  if (response.ok) {
    const copy = response.clone();
    // A browser without room for the copy shows the page all the same; it asks for the file again then.
    const keeping = caches.open(current).then((cache) => cache.put(address(name), copy));
    await keeping.catch((error) => console.warn(`${name} is not kept: ${error}`));
  }
  return response;
}

async function ofTheVersionBefore(name) {
  for (const cache of await caches.keys()) {
    const found = cache.startsWith(ours) && (await (await caches.open(cache)).match(address(name)));
    if (found) return found;
  }
  return undefined;
}

/** The page is asked for by its folder: some hosts redirect from the name of its file. */
function address(name) {
  return new URL(name === page ? "./" : name, scope).href;
}
