//! Linux: X11 or Wayland, `WebKitGTK`, and the Secret Service on the session bus.

use std::env;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// What the application links against.
const WEBVIEW: &str = "libwebkit2gtk-4.1.so.0";
/// Who answers for the key store when nobody has started it yet.
const SECRET_SERVICE: &str = "dbus-1/services/org.freedesktop.secrets.service";

/// A Wayland socket or an X server that takes connections.
pub fn display() -> Result<String, String> {
    if let Some(name) = variable("WAYLAND_DISPLAY") {
        let socket = Path::new(&variable("XDG_RUNTIME_DIR").unwrap_or_default()).join(&name);
        return match UnixStream::connect(&socket) {
            Ok(_) => Ok(format!("Wayland, {}", socket.display())),
            Err(error) => Err(format!("{}: {error}", socket.display())),
        };
    }
    let name = variable("DISPLAY").ok_or("WAYLAND_DISPLAY, DISPLAY")?;
    let Some(number) = name
        .strip_prefix(':')
        .and_then(|rest| rest.split('.').next())
    else {
        return Ok(format!("X11, {name}"));
    };
    let socket = format!("/tmp/.X11-unix/X{number}");
    UnixStream::connect(&socket)
        .map(|_| format!("X11, {name}"))
        .map_err(|error| format!("{socket}: {error}"))
}

/// The library, in the folders that the loader knows on the distributions that we ship for.
pub fn webview() -> Result<String, String> {
    let multiarch = format!("{}-linux-gnu", env::consts::ARCH);
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"].map(PathBuf::from);
    let given = variable("LD_LIBRARY_PATH").unwrap_or_default();
    env::split_paths(&given)
        .chain(
            folders
                .iter()
                .flat_map(|folder| [folder.join(&multiarch), folder.clone()]),
        )
        .map(|folder| folder.join(WEBVIEW))
        .find_map(|path| fs::canonicalize(path).ok())
        .map(|path| path.display().to_string())
        .ok_or_else(|| WEBVIEW.to_owned())
}

/// A session bus, and somebody installed who answers for the Secret Service on it.
pub fn keyring() -> Result<String, String> {
    let bus = variable("DBUS_SESSION_BUS_ADDRESS")
        .or_else(|| {
            variable("XDG_RUNTIME_DIR")
                .map(|folder| format!("{folder}/bus"))
                .filter(|path| Path::new(path).exists())
        })
        .ok_or("DBUS_SESSION_BUS_ADDRESS")?;
    let data =
        variable("XDG_DATA_DIRS").unwrap_or_else(|| "/usr/local/share:/usr/share".to_owned());
    let service = env::split_paths(&data)
        .map(|folder| folder.join(SECRET_SERVICE))
        .find(|path| path.exists());
    service
        .map(|path| format!("{}, {bus}", path.display()))
        .ok_or_else(|| SECRET_SERVICE.to_owned())
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
