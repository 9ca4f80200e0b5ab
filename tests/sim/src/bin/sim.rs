//! The simulated Ed-Fi API as a program.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use lightbeam_sim::{
    Cors, Documents, ErrorStyle, ExpiresIn, Forbidden, LogBodies, Mode, RateLimit, RetryAfter, Rule, Server, Settings,
    Shape, TokenService, builtin,
};

/// A simulated Ed-Fi API on this machine, in memory.
///
/// The first line on standard output is its address. While it runs, it can be looked at and changed below /_sim:
/// GET and POST /_sim/settings, GET and DELETE /_sim/log, GET /_sim/records[/{namespace}/{endpoint}], DELETE /_sim/tokens,
/// POST /_sim/reset. It ends with Ctrl-C, and with exit code 3 when a rule kills it.
#[derive(Debug, Parser)]
#[command(name = "sim")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
struct Arguments {
    /// Port on 127.0.0.1; 0 for any that is free
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Folder with real metadata: resources*.json, descriptors*.json, dependencies*.json (default: the built-in model)
    #[arg(long, value_name = "DIR")]
    metadata: Option<PathBuf>,
    /// Generation of the documents of the built-in model
    #[arg(long, value_enum, conflicts_with = "metadata")]
    style: Option<Style>,
    /// JSON file of settings, as GET /_sim/settings shows them; flags come on top
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// JSON file with a list of scripted rules
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Generation of API
    #[arg(long, value_enum)]
    shape: Option<Shape>,
    /// API mode of generations 3 and 5
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Style of error bodies (default: that of the generation)
    #[arg(long, value_enum)]
    errors: Option<ErrorStyle>,
    /// The only school year of a year-specific API
    #[arg(long)]
    year: Option<u16>,
    /// The instance of an instance-year-specific API
    #[arg(long)]
    instance: Option<String>,
    /// Tenant, first in the paths of generations 7 and 8
    #[arg(long)]
    tenant: Option<String>,
    /// Context such as a school year, after the tenant in the paths of generations 7 and 8
    #[arg(long)]
    context: Option<String>,
    /// A path before all others, such as /v7.3/api
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
    /// The address that the API tells as its own
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The token address that discovery tells
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// Key of the only client (default: populated)
    #[arg(long, value_name = "KEY")]
    client_id: Option<String>,
    /// Secret of the only client (default: populatedSecret)
    #[arg(long, value_name = "SECRET")]
    client_secret: Option<String>,
    /// Seconds that a token lives (default: 1800)
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<u64>,
    /// How the token answer tells the lifetime
    #[arg(long, value_enum)]
    expires_in: Option<ExpiresIn>,
    /// Live tokens that a client may have; one more is answered by 429
    #[arg(long, value_name = "N")]
    token_limit: Option<usize>,
    /// What the token endpoint does
    #[arg(long, value_enum)]
    token_service: Option<TokenService>,
    /// Milliseconds that every answer waits
    #[arg(long, value_name = "MS")]
    latency: Option<u64>,
    /// Data requests that are answered in a second; the rest gets 429
    #[arg(long, value_name = "N")]
    rate_limit: Option<u32>,
    /// Retry-After of a 429: none, seconds:N, date:N (seconds ahead) or milliseconds:N
    #[arg(long, value_name = "KIND", value_parser = retry_after, requires = "rate_limit")]
    retry_after: Option<RetryAfter>,
    /// Largest request body in bytes; larger ones get 413
    #[arg(long, value_name = "BYTES")]
    max_body: Option<usize>,
    /// Largest page (default: 500)
    #[arg(long, value_name = "N")]
    page_limit: Option<usize>,
    /// No cross-origin answers at all
    #[arg(long)]
    no_cors: bool,
    /// Allow this one origin, as generation 8 does
    #[arg(long, value_name = "ORIGIN", conflicts_with = "no_cors")]
    cors_origin: Option<String>,
    /// Refuse unknown properties instead of dropping them
    #[arg(long)]
    strict_properties: bool,
    /// Refuse texts where numbers are expected, and the reverse, instead of converting them
    #[arg(long)]
    strict_types: bool,
    /// Refuse unknown query parameters instead of ignoring them
    #[arg(long)]
    strict_queries: bool,
    /// Accept references to what does not exist
    #[arg(long)]
    no_reference_checks: bool,
    /// Accept descriptor values that do not exist
    #[arg(long)]
    no_descriptor_checks: bool,
    /// No links in references that are read
    #[arg(long)]
    no_links: bool,
    /// Tell Location as a path
    #[arg(long)]
    relative_location: bool,
    /// No change queries, deletes and key changes (404)
    #[arg(long)]
    no_change_queries: bool,
    /// No Next-Page-Token and no partitions
    #[arg(long)]
    no_cursor_paging: bool,
    /// Endpoint that the client may not use (403), such as /ed-fi/students; may be given more than once
    #[arg(long, value_name = "PATH")]
    forbid: Vec<String>,
    /// Students, staff and contacts cannot be updated before an association of theirs exists (403)
    #[arg(long)]
    relationships: bool,
    /// What the log keeps of request bodies
    #[arg(long, value_enum)]
    log_bodies: Option<LogBodies>,
    /// Requests that the log keeps (default: 100000)
    #[arg(long, value_name = "N")]
    log_limit: Option<usize>,
    /// Answer every POST of data with 201 without looking at it
    #[arg(long)]
    bare: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Style {
    Swagger2,
    Openapi3,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            // Nothing else can be done when not even this can be written.
            let _ = writeln!(io::stderr(), "sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let port = arguments.port;
    let metadata = arguments.metadata.clone();
    let style = arguments.style;
    let settings = settings(arguments)?;
    let documents = match metadata {
        Some(folder) => Documents::from_folder(&folder)?,
        None => builtin::documents(match style {
            Some(Style::Swagger2) => builtin::Style::Swagger2,
            None if matches!(settings.shape, Shape::V3 | Shape::V5) => builtin::Style::Swagger2,
            Some(Style::Openapi3) | None => builtin::Style::OpenApi3,
        }),
    };
    let server = Server::start_on(port, settings, documents)?;
    let mut out = io::stdout();
    writeln!(out, "{}", server.url())?;
    out.flush()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            () = server.died() => {
                writeln!(io::stderr(), "sim: killed by a rule")?;
                Ok(ExitCode::from(3))
            }
            interrupted = interrupted() => {
                interrupted?;
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

#[cfg(unix)]
async fn interrupted() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn retry_after(text: &str) -> Result<RetryAfter, String> {
    let wrong = || "expected none, seconds:N, date:N or milliseconds:N".to_owned();
    let (kind, number) = text.split_once(':').unwrap_or((text, ""));
    if (kind, number) == ("none", "") {
        return Ok(RetryAfter::None);
    }
    let number = number.parse().map_err(|_| wrong())?;
    match kind {
        "seconds" => Ok(RetryAfter::Seconds(number)),
        "date" => Ok(RetryAfter::Date(number)),
        "milliseconds" => Ok(RetryAfter::Milliseconds(number)),
        _ => Err(wrong()),
    }
}

fn file<T: serde::de::DeserializeOwned>(path: &PathBuf) -> Result<T, String> {
    let text = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The settings of the file, if any, with those of the flags over them.
fn settings(arguments: Arguments) -> Result<Settings, String> {
    /// Takes a flag over when it was given.
    fn take<T>(setting: &mut T, flag: Option<T>) {
        if let Some(flag) = flag {
            *setting = flag;
        }
    }
    let mut settings: Settings = arguments.settings.as_ref().map_or_else(|| Ok(Settings::default()), file)?;
    if let Some(path) = &arguments.rules {
        settings.rules = file::<Vec<Rule>>(path)?;
    }
    take(&mut settings.shape, arguments.shape);
    take(&mut settings.mode, arguments.mode);
    take(&mut settings.year, arguments.year);
    take(&mut settings.instance, arguments.instance);
    take(&mut settings.base_path, arguments.base_path);
    take(&mut settings.client_id, arguments.client_id);
    take(&mut settings.client_secret, arguments.client_secret);
    take(&mut settings.token_lifetime, arguments.token_lifetime);
    take(&mut settings.expires_in, arguments.expires_in);
    take(&mut settings.token_service, arguments.token_service);
    take(&mut settings.latency_ms, arguments.latency);
    take(&mut settings.page_limit, arguments.page_limit);
    take(&mut settings.log_bodies, arguments.log_bodies);
    take(&mut settings.log_limit, arguments.log_limit);
    settings.errors = arguments.errors.or(settings.errors);
    settings.tenant = arguments.tenant.or(settings.tenant);
    settings.context = arguments.context.or(settings.context);
    settings.public_url = arguments.public_url.or(settings.public_url);
    settings.token_url = arguments.token_url.or(settings.token_url);
    settings.token_limit = arguments.token_limit.or(settings.token_limit);
    settings.max_body = arguments.max_body.or(settings.max_body);
    if let Some(per_second) = arguments.rate_limit {
        settings.rate_limit = Some(RateLimit { per_second, retry_after: arguments.retry_after.unwrap_or_default() });
    }
    if arguments.no_cors {
        settings.cors = Some(Cors::Off);
    }
    if let Some(origin) = arguments.cors_origin {
        settings.cors = Some(Cors::One(origin));
    }
    if arguments.no_links {
        settings.links = Some(false);
    }
    if arguments.no_cursor_paging {
        settings.cursor_paging = Some(false);
    }
    settings.strict_properties |= arguments.strict_properties;
    settings.strict_types |= arguments.strict_types;
    settings.strict_queries |= arguments.strict_queries;
    settings.check_references &= !arguments.no_reference_checks;
    settings.check_descriptors &= !arguments.no_descriptor_checks;
    settings.relative_location |= arguments.relative_location;
    settings.change_queries &= !arguments.no_change_queries;
    settings.relationships |= arguments.relationships;
    settings.bare |= arguments.bare;
    settings.forbidden.extend(arguments.forbid.into_iter().map(|path| Forbidden { path, operations: Vec::new() }));
    Ok(settings)
}
