// Loads the module, in the page and in the worker: this one file is both, so that both come from the same build.
//
// The page learns the names of the module's two files, with their digests, from the preload links that the build wrote.
// The worker is told them by the page, and gets the compiled module itself: nothing is downloaded or compiled twice.

const inPage = typeof document !== "undefined";

if (inPage) {
  loadPage()
    .catch((error) => fail(error))
    .then(() => keepForOffline())
    // Without it the page only needs the network to open.
    .catch((error) => console.info(`lightbeam does not open offline: ${error?.message ?? error}`));
} else {
  self.onmessage = (event) => {
    const { js, module } = event.data;
    loadWorker(js, module).catch((error) => {
      // The page hears it by its `error` listener.
      setTimeout(() => {
        throw error;
      });
    });
  };
}

async function loadPage() {
  const js = link("modulepreload");
  const wasm = link("preload");
  const module = await compile(wasm);
  const bindings = await import(js.href);
  globalThis.lightbeamModule = { js: js.href, module, boot: import.meta.url };
  await bindings.default({ module_or_path: module });
  document.getElementById("boot")?.remove();
}

async function loadWorker(js, module) {
  const bindings = await import(js);
  await bindings.default({ module_or_path: module });
}

function link(rel) {
  const found = document.querySelector(`link[rel=${rel}]`);
  if (!found) throw new Error(`this copy of the page is not whole: it has no link of rel=${rel}`);
  return found;
}

/** Downloads and compiles the module, and shows how far the download is. */
async function compile(wasm) {
  const response = await fetch(wasm.href, { integrity: wasm.integrity, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${wasm.href} could not be had (status ${response.status})`);
  const total = Number(response.headers.get("content-length")) || 0;
  const packed = response.headers.get("content-encoding");
  const bar = document.getElementById("boot-progress");
  let loaded = 0;
  const counted = response.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        if (bar && total && !packed) {
          bar.max = total;
          bar.value = loaded;
        }
        controller.enqueue(chunk);
      },
    }),
  );
  // Compiling from bytes works whatever type the server says the file has.
  return WebAssembly.compile(await new Response(counted).arrayBuffer());
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
