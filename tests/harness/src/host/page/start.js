// Starts the page's own worker as the page does, and gives it one job.
// arguments: the order; its files as [path, base64]; an order that follows at once, or null; the answer to a question.
const [order, files, following, answer] = arguments;

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const chosen = files.map(([path, content]) => [path, new File([bytes(content)], path.split("/").pop())]);
const start = globalThis.lightbeamEngine;
const worker = new Worker(start.boot, { type: "module" });
const say = (text, files) => worker.postMessage({ text, files });
const run = { worker, news: [], outputs: [], failure: null };
globalThis.lightbeamRun = run;

run.end = new Promise((end) => {
  worker.onerror = (event) => {
    run.failure = event.message || "the worker could not be loaded";
    end();
  };
  worker.onmessage = (event) => {
    const { text, files, module, failed } = event.data;
    if (module) {
      start.module = module;
      return;
    }
    if (failed) {
      run.failure = failed;
      end();
      return;
    }
    const said = JSON.parse(text);
    if (said === "Ready") {
      say(order, chosen);
      if (following) say(following, []);
      return;
    }
    run.news.push(text);
    if (said.Question) say(answer, []);
    if (said.Done) {
      run.outputs = files;
      end();
    }
  };
});
worker.postMessage(start);
