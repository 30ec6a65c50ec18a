//! A model server that answers by what it was shown, over the real wire formats.
//!
//! Enters: a script, a Rust closure from what was shown to what is answered. Leaves: an HTTP server on loopback that
//! speaks `/v1/messages` and `/v1/chat/completions`, streamed or plain, whichever it is asked for; and a list of
//! everything that it was shown.
//! Holds: one script serves both wires: what it sees and says are our own types. Nothing in it depends on time or
//! on the order of threads, so runs against it are repeatable. Bodies go out in pieces of any size, each one a chunk
//! of its own, so that text and JSON are split wherever a test wants.
//!
//! A test takes it with `#[path = "scripted/server.rs"] mod scripted;`.

// Each test takes a part of it.
#![allow(dead_code)]

mod render;
mod wires;

use serde_json::Value;
use specgen::model::conversation::{Block, Request, Stop, ToolCall, Usage};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Which wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// `/v1/messages`.
    Messages,
    /// `/v1/chat/completions`.
    Chat,
    /// Any other: the request is not understood, and the script answers with a body of its own.
    Other,
}

/// What the server was shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The how-many-eth request it is, from 0.
    pub number: usize,
    pub wire: Wire,
    /// The path that was asked for.
    pub path: String,
    pub streamed: bool,
    pub model: String,
    /// The key that came with it.
    pub key: String,
    /// The request in our own types: turns of the user's that follow each other are one.
    pub request: Request,
    /// The body as it came.
    pub body: Value,
}

impl Shown {
    /// Some text, call or result that it was shown holds `what`.
    pub fn holds(&self, what: &str) -> bool {
        self.request.system.contains(what)
            || self.request.messages.iter().flat_map(|m| &m.content).any(|b| match b {
                Block::Text { text } => text.contains(what),
                Block::ToolResult(result) => result.content.contains(what),
                Block::ToolCall(call) => call.input.to_string().contains(what),
                Block::Opaque { .. } => false,
            })
    }

    /// The texts of the results in the last turn.
    pub fn results(&self) -> Vec<String> {
        let last = self.request.messages.last();
        let results = last.into_iter().flat_map(|m| &m.content).filter_map(|b| match b {
            Block::ToolResult(result) => Some(result.content.clone()),
            _ => None,
        });
        results.collect()
    }
}

/// What the server answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer.
    Said(Said),
    /// An answer of which only the first bytes go out before the connection is closed.
    Dropped(Said, usize),
    /// An HTTP status with these headers; the body is what the wire's provider would say with this message.
    Status(u16, Vec<(&'static str, String)>, String),
    /// This body, with status 200, whatever it is.
    Body(&'static str, Vec<u8>),
    /// An error event after the answer's first half, as providers send when they break.
    Broken(Said, &'static str),
    /// The start of an answer, then nothing for so long, then the rest.
    Silent(Said, Duration),
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Said {
    pub content: Vec<Block>,
    pub stop: Stop,
    pub usage: Usage,
    /// The last call's arguments end after so many bytes.
    pub cut: Option<usize>,
}

impl Reply {
    /// An answer that is one text.
    pub fn text(text: &str) -> Reply {
        Reply::Said(Said::text(text))
    }

    /// An answer that calls tools: id, name, arguments.
    pub fn calls(calls: &[(&str, &str, Value)]) -> Reply {
        Reply::Said(Said::calls(calls))
    }

    /// A status with a message and no headers.
    pub fn status(code: u16, message: &str) -> Reply {
        Reply::Status(code, Vec::new(), message.to_owned())
    }
}

impl Said {
    pub fn text(text: &str) -> Said {
        Said {
            content: vec![Block::Text { text: text.to_owned() }],
            stop: Stop::End,
            usage: Usage { input: 100, output: 20, ..Usage::default() },
            cut: None,
        }
    }

    pub fn calls(calls: &[(&str, &str, Value)]) -> Said {
        let content = calls.iter().map(|(id, name, input)| {
            Block::ToolCall(ToolCall { id: (*id).into(), name: (*name).into(), input: input.clone() })
        });
        Said { content: content.collect(), stop: Stop::ToolUse, ..Said::text("") }
    }
}

type Script = Box<dyn FnMut(&Shown) -> Reply + Send>;

/// A server; it stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    shown: Arc<Mutex<Vec<Shown>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers by this script; bodies go out whole.
    pub fn start(script: impl FnMut(&Shown) -> Reply + Send + 'static) -> Server {
        Server::in_pieces(usize::MAX, script)
    }

    /// The same with bodies in pieces of so many bytes.
    pub fn in_pieces(piece: usize, script: impl FnMut(&Shown) -> Reply + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let shown = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Box::new(script)));
        let (seen, stopped) = (Arc::clone(&shown), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (script, seen, stop) = (Arc::clone(&script), Arc::clone(&seen), Arc::clone(&stopped));
                std::thread::spawn(move || {
                    // A client that goes away is the client's affair.
                    let _ = serve(stream, piece, &script, &seen, &stop);
                });
            }
        });
        Server { address, shown, stop, thread: Some(thread) }
    }

    /// The address without the version: as `ANTHROPIC_BASE_URL` is written.
    pub fn root(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address with the version: as `OPENAI_BASE_URL` is written.
    pub fn v1(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Everything that it was shown so far.
    pub fn shown(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The listener waits for one more connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    stream: TcpStream,
    piece: usize,
    script: &Mutex<Script>,
    seen: &Mutex<Vec<Shown>>,
    stop: &AtomicBool,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    loop {
        let mut first = String::new();
        // A server that was dropped serves nobody, on no connection.
        if reader.read_line(&mut first)? == 0 || stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut key) = (0, String::new());
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "x-api-key" | "x-goog-api-key" => key = value.trim().to_owned(),
                "authorization" => key = value.trim().trim_start_matches("Bearer ").to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let wire = match path.split('?').next() {
            Some("/v1/messages") => Wire::Messages,
            Some("/v1/chat/completions") => Wire::Chat,
            _ => Wire::Other,
        };
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let mut shown = match wires::parse(wire, &body) {
            Ok(shown) => shown,
            // What a real server would not take, ours does not take either.
            Err(why) => {
                let body = render::error(wire, 400, &why);
                write_plain(&mut out, 400, &[], "application/json", body.as_bytes(), piece)?;
                continue;
            }
        };
        shown.key = key;
        shown.path = path;
        let reply = {
            let mut script = script.lock().unwrap();
            let mut seen = seen.lock().unwrap();
            shown.number = seen.len();
            seen.push(shown.clone());
            drop(seen);
            script(&shown)
        };
        if !answer(&mut out, &shown, reply, piece)? {
            return Ok(());
        }
    }
}

/// Sends a reply. Whether the connection is still of use.
fn answer(out: &mut TcpStream, shown: &Shown, reply: Reply, piece: usize) -> std::io::Result<bool> {
    let media = if shown.streamed { "text/event-stream" } else { "application/json" };
    let whole = |said: &Said| -> Vec<u8> {
        if shown.streamed { render::stream(shown, said) } else { render::plain(shown, said) }.into_bytes()
    };
    match reply {
        Reply::Said(said) => write_plain(out, 200, &[], media, &whole(&said), piece)?,
        Reply::Body(media, bytes) => write_plain(out, 200, &[], media, &bytes, piece)?,
        Reply::Status(code, headers, message) => {
            let body = render::error(shown.wire, code, &message);
            write_plain(out, code, &headers, "application/json", body.as_bytes(), piece)?;
        }
        Reply::Dropped(said, bytes) => {
            let body = whole(&said);
            head(out, 200, &[], media)?;
            chunks(out, &body[..bytes.min(body.len())], piece)?;
            return Ok(false);
        }
        Reply::Broken(said, kind) => {
            let body = whole(&said);
            // Between two events, not inside of one.
            let text = String::from_utf8_lossy(&body);
            let half = text[..text.len() / 2].rfind("\n\n").map_or(0, |i| i + 2);
            head(out, 200, &[], media)?;
            chunks(out, &body[..half], piece)?;
            chunks(out, render::error_event(shown.wire, kind).as_bytes(), piece)?;
            out.write_all(b"0\r\n\r\n")?;
        }
        Reply::Silent(said, wait) => {
            let body = whole(&said);
            head(out, 200, &[], media)?;
            chunks(out, &body[..body.len() / 2], piece)?;
            std::thread::sleep(wait);
            chunks(out, &body[body.len() / 2..], piece)?;
            out.write_all(b"0\r\n\r\n")?;
        }
    }
    out.flush()?;
    Ok(true)
}

fn write_plain(
    out: &mut TcpStream,
    code: u16,
    headers: &[(&'static str, String)],
    media: &str,
    body: &[u8],
    piece: usize,
) -> std::io::Result<()> {
    head(out, code, headers, media)?;
    chunks(out, body, piece)?;
    out.write_all(b"0\r\n\r\n")
}

fn head(
    out: &mut TcpStream,
    code: u16,
    headers: &[(&'static str, String)],
    media: &str,
) -> std::io::Result<()> {
    let mut text = format!("HTTP/1.1 {code} Told\r\ncontent-type: {media}\r\ntransfer-encoding: chunked\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    out.write_all(text.as_bytes())
}

/// Each piece as a chunk of its own: a client sees it as a piece however the network joins them.
fn chunks(out: &mut TcpStream, body: &[u8], piece: usize) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    for part in body.chunks(piece.clamp(1, body.len().max(1))) {
        bytes.extend(format!("{:x}\r\n", part.len()).as_bytes());
        bytes.extend(part);
        bytes.extend(b"\r\n");
    }
    out.write_all(&bytes)
}
