use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::super::store::{FETCHED_DIR, Output, RESULTS_FILE, Run};
use super::save;
use lightbeam_web::amount;
use lightbeam_web::host;
use lightbeam_web::protocol::EndpointRow;

/// The files that a run wrote, to be downloaded one by one or as one archive. Shows nothing while there is none.
#[component]
pub(in super::super) fn Outputs(run: Run) -> impl IntoView {
    let outputs = run.outputs.clone();
    let snapshot = run.snapshot.clone();
    let command = run.invocation.command.name();
    move || {
        let files: Vec<Output> = outputs.get().into_iter().map(send_wrapper::SendWrapper::take).collect();
        (!files.is_empty()).then(|| {
            let rows = snapshot.with_untracked(|snapshot| snapshot.endpoints.clone());
            view! { <Files files=files rows=rows command=command/> }
        })
    }
}

#[component]
fn Files(files: Vec<Output>, rows: Vec<EndpointRow>, command: &'static str) -> impl IntoView {
    let with_records = files.iter().any(|file| records(&file.path, &rows).is_some());
    let count = files.len();
    let bytes: u64 = files.iter().map(bytes).sum();
    let row = |file: &Output| {
        let name = file.path.clone();
        let short = name.rsplit('/').next().unwrap_or_default().to_owned();
        let content = send_wrapper::SendWrapper::new(file.content.clone());
        let label = format!("Download {name}");
        view! {
            <tr>
                <th scope="row">{name}</th>
                {with_records.then(|| {
                    let records = records(&file.path, &rows).map(amount::grouped);
                    view! { <td class="num">{records.unwrap_or_default()}</td> }
                })}
                <td class="num">{amount::size(bytes_of(&content))}</td>
                <td>
                    <button type="button" aria-label=label on:click=move |_| save(&short, &content)>
                        "Download"
                    </button>
                </td>
            </tr>
        }
    };
    let table = files.iter().map(row).collect_view();
    let told = RwSignal::new(String::new());
    let all = send_wrapper::SendWrapper::new(files);
    let download_all = move |_| {
        let outputs: Vec<host::Output> = all
            .iter()
            .map(|file| host::Output { path: file.path.clone(), content: file.content.clone(), crc32: None })
            .collect();
        told.set("The archive is being put together …".to_owned());
        spawn_local(async move {
            told.set(match host::archive(&outputs).await {
                Ok(archive) => {
                    save(&format!("lightbeam-{command}.zip"), &archive);
                    String::new()
                }
                Err(error) => format!("The archive could not be made: {error}"),
            });
        });
    };
    view! {
        <section class="outputs" aria-label="Files">
            <h3>{format!("{count} {}, {}", if count == 1 { "file" } else { "files" }, amount::size(bytes))}</h3>
            <p class="actions" hidden={count < 2}>
                <button type="button" on:click=download_all>"Download all as one .zip"</button>
            </p>
            <p class="hint" role="status">{move || told.get()}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Files that were written">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            {with_records.then(|| view! { <th scope="col" class="num">"Records"</th> })}
                            <th scope="col" class="num">"Size"</th>
                            <th scope="col"><span class="visually-hidden">"Download"</span></th>
                        </tr>
                    </thead>
                    <tbody>{table}</tbody>
                </table>
            </div>
        </section>
    }
}

/// How many records a fetched file holds: its name is that of its endpoint.
fn records(path: &str, rows: &[EndpointRow]) -> Option<u64> {
    if path == RESULTS_FILE {
        return None;
    }
    let name = path.strip_suffix(".jsonl")?;
    let name = name.strip_prefix(FETCHED_DIR).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
    let row = rows.iter().find(|row| match name.split_once('/') {
        Some((namespace, name)) => row.namespace == namespace && row.name == name,
        None => row.name == name,
    });
    row.map(|row| row.succeeded)
}

fn bytes(file: &Output) -> u64 {
    bytes_of(&file.content)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is a whole number below 2^53")]
fn bytes_of(content: &web_sys::Blob) -> u64 {
    content.size() as u64
}
