//! The server over streamable HTTP, on loopback.
//!
//! Enters: an address of this machine. Leaves: a server at `/mcp` until it is told to stop. Holds: an address that
//! others can reach is refused by name; so is, with status 403, a request whose `Host` or `Origin` is not of this
//! machine (a page from elsewhere in the user's browser).

use super::server::Server;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Where the server is found.
const PATH: &str = "/mcp";

/// Why an address is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// An address of this machine: `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000`, `8000`; port 0 takes a free one.
///
/// # Errors
/// It is none, or others can reach it.
pub fn loopback(text: &str) -> Result<SocketAddr, Refused> {
    let local =
        |port: &str| port.parse().ok().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    let named = text.strip_prefix("localhost:").map_or_else(|| local(text), local);
    let Some(address) = named.or_else(|| text.parse::<SocketAddr>().ok()) else {
        return Err(Refused(format!("`{text}` is no address: give one such as 127.0.0.1:8000")));
    };
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err(Refused(format!(
            "the address {address} is refused: the server reads files and is served on loopback only (127.0.0.1, ::1, \
             localhost)"
        ))),
    }
}

/// Serves clients of this machine until `stop` is ready; `ready` hears the URL.
///
/// # Errors
/// The address is taken, or the socket fails.
pub async fn serve_http(
    server: Server,
    address: SocketAddr,
    ready: impl FnOnce(&str),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), String> {
    if !address.ip().is_loopback() {
        return Err(loopback(&address.to_string()).map_or_else(|refused| refused.0, |_| String::new()));
    }
    let listener =
        TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(["localhost", "127.0.0.1", "::1"])
        .with_allowed_origins(["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"]);
    let sessions = config.cancellation_token.clone();
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let router = axum::Router::new().nest_service(PATH, service);
    ready(&format!("http://{address}{PATH}"));
    let stopped = async move {
        stop.await;
        // Open streams would keep the server waiting.
        sessions.cancel();
    };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::loopback;

    #[test]
    fn only_addresses_of_this_machine_are_served() {
        for (text, address) in [
            ("8000", "127.0.0.1:8000"),
            ("localhost:0", "127.0.0.1:0"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("127.9.9.9:80", "127.9.9.9:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(loopback(text).expect(text).to_string(), address);
        }
        for text in ["0.0.0.0:80", "[::]:80", "192.168.0.1:80", "10.0.0.1:1"] {
            let refused = loopback(text).expect_err(text).0;
            assert!(refused.contains(text) && refused.contains("refused"), "{refused}");
        }
        for text in ["", "example.org:80", "localhost", "127.0.0.1", "99999"] {
            let refused = loopback(text).expect_err(text).0;
            assert!(refused.contains("no address"), "{refused}");
        }
    }
}
