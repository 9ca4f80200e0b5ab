// Removes the page's database.
const [tell] = arguments;

const request = indexedDB.deleteDatabase("lightbeam");
request.onsuccess = () => tell(null);
request.onerror = () => tell(String(request.error));
