// Finds an element by its kind and the name that people and screen readers know it by. Only what can be seen and used
// counts, and while a dialog is open, only what is in it.
// arguments: the kind; the name, in which a * stands for anything, perhaps after the name of the part of the page that
// it stands in and " › "
const [kind, wanted] = arguments;

const KINDS = {
  button: "button, summary, [role=button], label.button",
  field: "input:not([type=checkbox], [type=radio], [type=file]), textarea, select",
  box: "input[type=checkbox], input[type=radio]",
};
const PARTS = "section, nav, aside, fieldset, [role=region], [role=group]";

const folded = (text) => text.replace(/\s+/g, " ").trim();

function nameOf(element) {
  const ids = element.getAttribute("aria-labelledby");
  if (ids) return ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  if (element.ariaLabel) return element.ariaLabel;
  if (element.labels?.length) return [...element.labels].map((label) => label.textContent).join(" ");
  if (element.matches(PARTS)) return element.querySelector("legend")?.textContent ?? "";
  return element.textContent;
}

function patternOf(name) {
  const parts = name.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function visible(place, selector, name) {
  const pattern = patternOf(name);
  return [...place.querySelectorAll(selector)].filter(
    (element) => element.checkVisibility({ visibilityProperty: true }) && pattern.test(folded(nameOf(element))),
  );
}

let place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
const words = wanted.split(" › ");
const name = words.pop();
for (const part of words) {
  place = visible(place, PARTS, part)[0];
  if (!place) return { trouble: `no part of the page is called ${part}` };
}
const found = visible(place, KINDS[kind], name);
if (found.length > 1) return { trouble: `${found.length} elements of this name` };
if (!found.length) return { trouble: "no such element" };
if (found[0].disabled) return { trouble: "disabled" };
return { element: found[0] };
