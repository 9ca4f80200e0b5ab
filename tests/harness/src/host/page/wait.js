// Waits for the end of the run, for some milliseconds: null if it goes on, else what was told and written.
const [patience, tell] = arguments;

const run = globalThis.lightbeamRun;
const base64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
const timer = setTimeout(() => tell(null), patience);
run.end
  .then(async () => {
    clearTimeout(timer);
    const outputs = await Promise.all(run.outputs.map(async ([path, blob]) => [path, await base64(blob)]));
    tell({ failure: run.failure, news: run.news, outputs });
  })
  .catch((error) => tell({ failure: String(error), news: run.news, outputs: [] }));
