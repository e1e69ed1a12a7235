"""A small window in the corner of the screen from which one file can be dragged: drag_source.py FILE

It says `ready` once it can be grabbed, and ends with the drag; it fails where nobody takes the file.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402


def main(path: Path) -> int:
    refused = []

    def not_taken(*_about) -> bool:
        refused.append(True)
        Gtk.main_quit()
        return True

    # A window that no window manager places or covers.
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(60, 60)
    handle = Gtk.EventBox()
    handle.add(Gtk.Label(label="file"))
    handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    handle.drag_source_add_uri_targets()
    handle.connect("drag-data-get", lambda _handle, _drag, data, _info, _time: data.set_uris([path.as_uri()]))
    handle.connect("drag-failed", not_taken)
    # Let go before any drag began.
    handle.connect("button-release-event", not_taken)
    handle.connect("drag-end", lambda _handle, _drag: Gtk.main_quit())
    window.add(handle)
    window.connect("map-event", lambda _window, _event: print("ready", flush=True))
    window.show_all()
    window.move(0, 0)
    Gtk.main()
    return 1 if refused else 0


sys.exit(main(Path(sys.argv[1]).resolve(strict=True)))
