// Everything that the page has left somewhere, as pairs of place and text; bytes as one character each.
const [tell] = arguments;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const textOfBytes = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

async function textOf(value) {
  if (value instanceof Blob) return textOfBytes(new Uint8Array(await value.arrayBuffer()));
  if (value instanceof ArrayBuffer) return textOfBytes(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return textOfBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (Array.isArray(value)) return (await Promise.all(value.map(textOf))).join("\n");
  if (value !== null && typeof value === "object") {
    return (await Promise.all(Object.entries(value).map(async ([key, inner]) => `${key}: ${await textOf(inner)}`))).join("\n");
  }
  return String(value);
}

async function databases() {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([done(all.getAllKeys()), done(all.getAll())]);
      for (const [at, key] of keys.entries()) {
        found.push([`database ${name}, ${store}`, `${await textOf(key)}\n${await textOf(values[at])}`]);
      }
    }
    database.close();
  }
  return found;
}

async function cached() {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      // The page's own module is large, and of the page's makers only.
      const isModule = response.headers.get("content-type") === "application/wasm";
      const text = isModule ? "" : textOfBytes(new Uint8Array(await response.arrayBuffer()));
      found.push([`cache ${name}`, `${request.url}\n${[...response.headers].join("\n")}\n${text}`]);
    }
  }
  return found;
}

const stored = (what, storage) => Object.keys(storage).map((key) => [what, `${key}: ${storage.getItem(key)}`]);

async function everything() {
  return [
    ...(await databases()),
    ...(await cached()),
    ...stored("localStorage", localStorage),
    ...stored("sessionStorage", sessionStorage),
    ["address", location.href],
    ["state of the history", JSON.stringify(history.state)],
    ["name of the window", window.name],
    ["cookies", document.cookie],
    ["title", document.title],
    ["document", document.documentElement.outerHTML],
  ];
}

everything().then(tell, (error) => tell(String(error)));
