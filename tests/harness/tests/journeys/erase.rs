//! Erasing everything that the page has kept.

use serde_json::json;

use crate::person::Person;
use crate::records::Records;

/// How many records the page's databases and storages hold, in the end.
const LEFT: &str = "const tell = arguments[0];
const done = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error); });
(async () => {
  let left = localStorage.length + sessionStorage.length;
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) left += await done(database.transaction(store).objectStore(store).count());
    database.close();
  }
  return left;
})().then(tell, (error) => tell(String(error)));";

#[test]
fn nothing_is_left_when_everything_is_erased() {
    let person = Person::new();
    let records = Records::students(1..=3);
    person.connects();
    person.chooses("Colours", "Colours: dark");
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    let left = || person.must(person.browser.execute_async(LEFT, Vec::new()));
    assert!(left().as_u64() > Some(4), "{}", left());

    person.goes_to("History");
    person.sees("What is remembered of each API and school year");
    person.presses("Erase everything …");
    person.presses("No, keep it");
    assert!(left().as_u64() > Some(4), "who says no keeps all of it");
    person.presses("Erase everything …");
    person.presses("Yes, erase everything");
    person.sees("Everything is erased. The next send sends all records once more.");
    person.sees("No run is kept here yet.");
    assert_eq!(left(), json!(0));

    person.reload();
    assert_eq!(person.asks("[...document.querySelectorAll('main input')].filter((input) => input.type !== 'checkbox' && input.value).length"), json!(0));
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    assert_eq!(person.requests("POST").len(), 6, "nothing is remembered of the first send");
}
