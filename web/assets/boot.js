// Loads the modules: the page's in the page, the engine's in the worker. This one file does both, so that both come from
// the same build.
//
// The names of the files, with their digests, stand in the page: those of its own module in the preload links that the
// build wrote, those of the engine in two `meta`s, for nothing is to load them before the page can be used.

const inPage = typeof document !== "undefined";

if (inPage) {
  loadPage()
    .catch((error) => fail(error))
    .then(() => keepForOffline())
    // Without it the page only needs the network to open.
    .catch((error) => console.info(`lightbeam does not open offline: ${error?.message ?? error}`));
} else {
  self.onmessage = (event) => {
    loadEngine(event.data).catch((error) => self.postMessage({ failed: String(error?.message ?? error) }));
  };
}

async function loadPage() {
  const js = link("modulepreload");
  const module = await compile(link("preload"), showProgress(document.getElementById("boot-progress")));
  const bindings = await import(js.href);
  // What the page's module starts the worker with.
  globalThis.lightbeamEngine = { boot: import.meta.url, js: engineFile("js"), wasm: engineFile("wasm") };
  await bindings.default({ module_or_path: module });
  document.getElementById("boot")?.remove();
}

/**
 * In the worker: `module` is the compiled engine, if the page has it already. Otherwise it is downloaded, and handed to
 * the page for the worker that may have to follow this one.
 */
async function loadEngine({ js, wasm, module }) {
  const [compiled] = await Promise.all([module ?? compile(wasm), verify(js)]);
  if (!module) self.postMessage({ module: compiled });
  const bindings = await import(js.href);
  await bindings.default({ module_or_path: compiled });
}

function link(rel) {
  return found(`link[rel=${rel}]`);
}

/** Address and integrity of a file of the engine. */
function engineFile(kind) {
  const { content, dataset } = found(`meta[name=lightbeam-engine-${kind}]`);
  return { href: new URL(content, document.baseURI).href, integrity: dataset.integrity ?? "" };
}

function found(selector) {
  const element = document.querySelector(selector);
  if (!element) throw new Error(`this copy of the page is not whole: it has no ${selector}`);
  return element;
}

async function download({ href, integrity }) {
  // The engine comes after everything that the page itself needs.
  const init = { integrity, credentials: "same-origin", priority: inPage ? "auto" : "low" };
  // What was answered instead of the file, or in its place, fails by its digest: the browser does not say more. If it was
  // in the browser's cache, asking for it anew helps.
  const again = () => fetch(href, { ...init, cache: "reload" });
  const response = await fetch(href, init).catch(again).catch(() => undefined);
  if (!response?.ok) throw new Error(`${href.split("/").pop()} could not be had, or is not of this version of the page`);
  return response;
}

/**
 * `import` in a worker takes no digest: what it is about to import is compared first, and comes out of the browser's cache
 * then.
 */
async function verify(js) {
  await (await download(js)).arrayBuffer();
}

/** Downloads and compiles a module. Compiling from bytes works whatever type the server says the file has. */
async function compile(wasm, watch = (response) => response) {
  return WebAssembly.compile(await watch(await download(wasm)).arrayBuffer());
}

/** Shows in a bar how far a download is. */
function showProgress(bar) {
  return (response) => {
    const total = Number(response.headers.get("content-length")) || 0;
    // What is packed is counted unpacked: no share of the total.
    if (!bar || !total || response.headers.get("content-encoding")) return response;
    bar.max = total;
    let loaded = 0;
    const counted = new TransformStream({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        bar.value = loaded;
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(counted));
  };
}

function fail(error) {
  const text = document.getElementById("boot-text");
  document.getElementById("boot-progress")?.remove();
  if (!text) return;
  const why = typeof WebAssembly === "undefined" ? "this browser has no WebAssembly" : String(error?.message ?? error);
  text.textContent = `The page could not be started: ${why}. Load it again; if that does not help, try a current version of Chrome, Edge, Firefox or Safari.`;
}

/**
 * Lets a service worker keep the page's files, and tells when it has those of a new version.
 *
 * `lightbeam-update` on the window: a new version is there; it may come more than once. `lightbeam-apply-update` from
 * whoever knows that nothing is under way: take it, which loads the page anew.
 */
async function keepForOffline() {
  // Browsers offer it for https and localhost only.
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const started = !document.getElementById("boot");
  const registration = await workers.register(new URL("sw.js", import.meta.url), { updateViaCache: "none" });
  let applying = false;
  const apply = () => {
    applying = true;
    registration.waiting?.postMessage("skip-waiting");
  };
  const offer = () => {
    if (!registration.waiting || !registration.active) return;
    // A version that does not even start is not worth keeping.
    if (started) window.dispatchEvent(new CustomEvent("lightbeam-update"));
    else apply();
  };
  window.addEventListener("lightbeam-apply-update", apply);
  workers.addEventListener("controllerchange", () => {
    if (applying) location.reload();
  });
  const follow = (worker) => worker?.addEventListener("statechange", () => worker.state === "installed" && offer());
  registration.addEventListener("updatefound", () => follow(registration.installing));
  follow(registration.installing);
  offer();
}
